import { type JsonObject, STATUSES } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { parseDuration } from '../output/durations.ts';
import { usage } from '../problem.ts';

const duration = z.union([z.string(), z.number()]).transform((value, context) => {
  const ms = parseDuration(value);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: `"${value}" is no duration; write 90s, 5m or 1h30m` });
  return z.NEVER;
});

const open = z.record(z.string(), z.unknown());

const answerSchema = z.strictObject({
  status: z.number().int().min(100).max(599).default(200),
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  error: z.string().optional().describe('Nobody answers; this is what the network says'),
});

const stageSchema = z.strictObject({
  outcome: z.enum(['succeed', 'fail', 'skip', 'cancel', 'timeout']).optional(),
  error: z.string().optional().describe('Why it fails; alone it means outcome: fail'),
  code: z.string().optional().describe('Code of the failure'),
  takes: duration.optional(),
  outputs: open.optional(),
  judgment: z.enum(['continue', 'stop']).optional(),
  input: z.string().optional().describe('Option the judge chooses'),
  by: z.string().optional().describe('Who judges'),
  comment: z.string().optional(),
  scores: z
    .array(z.number().min(0).max(100))
    .min(1)
    .optional()
    .describe('Scores of its canary judgments, one an interval; the last one stays'),
  answers: z
    .array(answerSchema)
    .min(1)
    .optional()
    .describe('Answers to its HTTP calls, one a call; the last one stays'),
});

const serverGroupSchema = z.strictObject({
  name: z.string().min(1),
  account: z.string().optional(),
  region: z.string().optional(),
  size: z.number().int().min(0).optional(),
  capacity: z.strictObject({ min: z.number(), desired: z.number(), max: z.number() }).optional(),
  image: z.string().optional(),
  disabled: z.boolean().optional(),
  targetGroups: z.array(z.string()).optional(),
});

const imageSchema = z.strictObject({
  id: z.string().min(1),
  name: z.string().optional(),
  account: z.string().optional(),
  region: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
});

const cloudSchema = z.strictObject({
  clusters: z
    .record(z.string(), z.array(serverGroupSchema))
    .default({})
    .describe('Server groups by cluster, oldest first'),
  images: z.array(imageSchema).optional().describe('When given, there are no others'),
  targetGroups: z.array(z.string()).optional().describe('When given, a deploy that names another one is refused'),
  unhealthyImages: z.array(z.string()).default([]).describe('Images whose instances never become healthy'),
});

const failureSchema = z.strictObject({
  call: z.string().regex(/^\w+\.\w+$/, 'write it as port.method, for example serverGroups.create'),
  error: z.string(),
  code: z.string().default('simulation.failed'),
  retry: z.boolean().default(false).describe('Trouble that passes: the stage tries again'),
  times: z.number().int().min(1).default(1),
  stage: z.string().optional().describe('Only in this stage'),
});

const status = z.enum(STATUSES);
export const expectSchema = z.strictObject({
  status: status.optional(),
  stages: z.record(z.string(), status).default({}),
  calls: z.array(z.string()).default([]).describe('Changes that are made, in this order; others may lie between'),
  noCalls: z.array(z.string()).default([]).describe('Changes that are not made'),
  outputs: z.record(z.string(), open).default({}).describe('By stage; other outputs may be there'),
});

const scriptSchema = z.strictObject({
  start: z.string().default('2026-01-05T10:00:00Z').describe('Date and time at which the execution starts'),
  timeZone: z.string().default('UTC').describe('Zone of execution windows that name none'),
  user: z.string().default('simulation'),
  parameters: open.default({}),
  trigger: open.default({}),
  cloud: cloudSchema.prefault({}),
  stages: z.record(z.string(), stageSchema).default({}),
  failures: z.array(failureSchema).default([]),
  expect: expectSchema.optional(),
});

export type Script = z.output<typeof scriptSchema>;
export type StageScript = z.output<typeof stageSchema>;
export type Expectations = z.output<typeof expectSchema>;

/** The script of a file; a document that is none ends the command with every fault named. */
export function parseScript(document: unknown, file: string): Script {
  const parsed = scriptSchema.safeParse(document ?? {});
  const faults = parsed.success
    ? startFault(parsed.data)
    : parsed.error.issues.map((issue) => `  ${issue.path.map(String).join('.') || 'script'}: ${issue.message}`);
  if (parsed.success && faults.length === 0) return parsed.data;
  throw usage(`${file} is no script of a simulation:\n${faults.join('\n')}`, '"gennaker simulate --help" shows one.');
}

const startFault = (script: Script): string[] =>
  Number.isNaN(Date.parse(script.start)) ? [`  start: "${script.start}" is no date and time`] : [];

/** The script that scripts nothing. */
export const emptyScript = (): Script => scriptSchema.parse({});

/** What the script says of a stage: under its name first, then under its refId. */
export function stageScript(script: Script, stage: { name: string; refId: string }): StageScript | undefined {
  for (const key of [stage.name, stage.refId]) if (Object.hasOwn(script.stages, key)) return script.stages[key];
  return undefined;
}

/** The outcome a stage script asks for; undefined lets the stage decide. */
export const outcomeOf = (script: StageScript | undefined): StageScript['outcome'] =>
  script?.outcome ?? (script?.error === undefined ? undefined : 'fail');

/** Adds to a script what was given on the command line. */
export function withGiven(script: Script, given: { parameters: JsonObject; trigger: JsonObject }): Script {
  return {
    ...script,
    parameters: { ...script.parameters, ...given.parameters },
    trigger: { ...script.trigger, ...given.trigger },
  };
}
