import * as z from 'zod';
import { isJsonObject } from '../json.ts';
import { authoredStageSchema, triggerSchema } from '../pipeline.ts';

const text = (max: number) => z.string().max(max);

/** Types a variable may have. An `object` may be anything; an `int` may be written 5.0. */
export const VARIABLE_TYPES = ['int', 'bool', 'list', 'string', 'float', 'object'] as const;
export type VariableType = (typeof VARIABLE_TYPES)[number];

/** Tags under which versions of a template are kept. */
export const TEMPLATE_TAGS = ['latest', 'stable', 'unstable', 'experimental', 'test', 'canary'] as const;

/** A value that instances of a template give; without a default and not nullable it must be given. */
export const templateVariableSchema = z.looseObject({
  name: text(200)
    .regex(/^[a-zA-Z0-9_]+$/, 'may hold letters, digits and underscores only')
    .describe('Key under which stages read it: ${templateVariables.name}'),
  type: z.enum(VARIABLE_TYPES).describe('int, bool, list, string, float or object'),
  defaultValue: z.unknown().optional(),
  description: text(4_000).nullish(),
  example: z.unknown().optional(),
  nullable: z.boolean().optional().describe('May be without a value'),
  merge: z.boolean().optional().describe('A list or object given is put together with the default'),
  remove: z.boolean().optional().describe('What is given is taken out of the default'),
});
export type TemplateVariable = z.infer<typeof templateVariableSchema>;

const placesSchema = z.union([z.array(text(200)).max(200), text(200)]);

/** Where a stage is put among those there are. One of the four. */
export const injectSchema = z.looseObject({
  first: z.boolean().optional().describe('Before all initial stages'),
  last: z.boolean().optional().describe('After all last stages'),
  before: placesSchema.optional().describe('refIds of stages that come right after it'),
  after: placesSchema.optional().describe('refIds of stages that come right before it'),
});

const stageSchema = authoredStageSchema.extend({ inject: injectSchema.nullish() });

/** A template: what instances have in common, and the variables in which they differ. */
export const templateSchema = z.looseObject({
  schema: z.literal('v2'),
  id: text(200)
    .trim()
    .min(1)
    .regex(/^[^.:@/\s]+$/, 'must not hold dots, colons, @, slashes or spaces'),
  protect: z.boolean().optional().describe('Instances may not add or change stages'),
  metadata: z.looseObject({
    name: text(500).trim().min(1),
    description: text(20_000),
    owner: text(500).nullish(),
    scopes: z.array(text(200)).max(500).describe('"global", or names of applications'),
  }),
  variables: z.array(templateVariableSchema).max(500).default([]),
  pipeline: z.looseObject({
    stages: z.array(stageSchema).max(2_000).default([]),
    triggers: z.array(triggerSchema).max(500).optional(),
    parameterConfig: z
      .array(z.looseObject({ name: text(200).min(1) }))
      .max(500)
      .optional(),
    notifications: z.array(z.looseObject({})).max(500).optional(),
    expectedArtifacts: z.array(z.looseObject({})).max(500).optional(),
  }),
});
export type PipelineTemplate = z.infer<typeof templateSchema>;

/** A pipeline made from a template: the values of its variables, and what it has besides. */
export const templateInstanceSchema = z.looseObject({
  schema: z.literal('v2'),
  type: text(100).optional(),
  application: text(200).trim().min(1),
  name: text(500).trim().min(1).optional(),
  id: text(200).optional(),
  template: z.looseObject({ reference: text(2_000).min(1), type: text(200).optional() }),
  variables: z.record(text(200), z.unknown()).nullish(),
  exclude: z.array(text(100)).max(20).nullish().describe('Parts left out: triggers, parameters, notifications'),
  triggers: z.array(triggerSchema).max(500).nullish(),
  parameters: z
    .array(z.looseObject({ name: text(200).min(1) }))
    .max(500)
    .nullish(),
  parameterConfig: z
    .array(z.looseObject({ name: text(200).min(1) }))
    .max(500)
    .nullish(),
  notifications: z.array(z.looseObject({})).max(500).nullish(),
  stages: z.array(stageSchema).max(2_000).nullish(),
});
export type TemplateInstance = z.infer<typeof templateInstanceSchema>;

/** Does this document stand for another one, which its template and its variables make? */
export const isTemplateInstance = (document: unknown): boolean =>
  isJsonObject(document) &&
  (document['type'] === 'templatedPipeline' || (document['schema'] === 'v2' && isJsonObject(document['template'])));
