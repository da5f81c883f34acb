import * as z from 'zod';
import { STATUSES } from '../status.ts';

/** Problem answer: what went wrong, where, and what to do. `fields` name the inputs that were refused. */
export const problem = z
  .object({
    timestamp: z.number().describe('Epoch ms'),
    status: z.number(),
    error: z.string().describe('Reason phrase of the status'),
    code: z.string().describe('Stable code, room.kebab-case'),
    message: z.string().describe('One sentence for a person'),
    fields: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
    findings: z.array(z.unknown()).optional(),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;

export const status = z.enum(STATUSES);
export const jsonObject = z.record(z.string(), z.unknown());

const epoch = z.number().nullable().describe('Epoch ms');

export const wait = z
  .object({
    kind: z.enum(['time', 'person', 'execution', 'window', 'queue', 'retry', 'resource', 'answer', 'lease', 'freeze']),
    reason: z.string(),
    since: z.number(),
    until: z.number().optional().describe('Epoch ms at which the wait ends or its time is up'),
    holder: z
      .object({ executionId: z.string(), application: z.string() })
      .optional()
      .describe('Execution that has what is waited for'),
  })
  .meta({ id: 'Wait' });

export const task = z
  .looseObject({ id: z.string(), name: z.string(), status, startTime: epoch, endTime: epoch })
  .meta({ id: 'Task' });

export const stage = z
  .looseObject({
    id: z.string(),
    refId: z.string(),
    type: z.string(),
    name: z.string(),
    status,
    startTime: epoch,
    endTime: epoch,
    context: jsonObject,
    outputs: jsonObject,
    tasks: z.array(task),
    requisiteStageRefIds: z.array(z.string()),
    syntheticStageOwner: z.enum(['STAGE_BEFORE', 'STAGE_AFTER']).nullable(),
    parentStageId: z.string().nullable(),
    attempt: z.number(),
    wait: wait.nullable(),
  })
  .meta({ id: 'Stage' });

export const execution = z
  .looseObject({
    id: z.string(),
    type: z.enum(['PIPELINE', 'ORCHESTRATION']),
    application: z.string(),
    name: z.string(),
    pipelineConfigId: z.string().nullable(),
    status,
    buildTime: z.number(),
    startTime: epoch,
    endTime: epoch,
    canceled: z.boolean(),
    trigger: jsonObject,
    stages: z.array(stage),
    wait: wait.nullable(),
    sequence: z.number().describe('Number of the newest event folded into this picture'),
  })
  .meta({ id: 'Execution' });

export const finding = z
  .object({
    severity: z.enum(['error', 'warning', 'info']),
    code: z.string(),
    pointer: z.string().describe('JSON pointer to the spot'),
    message: z.string(),
    stage: z.string().optional().describe('refId of the stage it is about'),
    span: z.object({ start: z.number(), end: z.number() }).optional().describe('Stretch of the text at the pointer'),
    fix: z
      .object({
        label: z.string(),
        patch: z.array(
          z.object({ op: z.enum(['add', 'replace', 'remove']), path: z.string(), value: z.unknown().optional() }),
        ),
      })
      .optional(),
  })
  .meta({ id: 'Finding' });

export const application = z
  .looseObject({ name: z.string(), email: z.string().optional(), description: z.string().optional() })
  .meta({ id: 'ApplicationAttributes' });

/** A stored pipeline with the server's own fields. */
export const storedPipeline = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    application: z.string(),
    index: z.number(),
    version: z.number().describe('Number of this version, from 1'),
    updateTs: z.string().describe('Epoch ms of the last save, as text'),
    lastModifiedBy: z.string(),
    stages: z.array(z.looseObject({ type: z.string() })),
  })
  .meta({ id: 'StoredPipeline' });

export const reference = z.object({ ref: z.string().describe('/pipelines/<execution id> or /tasks/<id>') });

/** An ad-hoc run as clients poll it: `variables` are the contexts of its stages merged, in order. */
export const taskRun = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    status,
    variables: z.array(z.object({ key: z.string(), value: z.unknown() })),
  })
  .meta({ id: 'TaskRun' });

/** A stored template with the server's own fields. */
export const storedTemplate = z
  .looseObject({
    id: z.string(),
    schema: z.string(),
    digest: z.string().describe('SHA-256 of the template in its canonical spelling, hex'),
    tag: z.string().optional(),
    updateTs: z.string().describe('Epoch ms of the last save, as text'),
    lastModifiedBy: z.string(),
  })
  .meta({ id: 'StoredTemplate' });

export const project = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    email: z.string().optional(),
    config: jsonObject,
  })
  .meta({ id: 'Project' });

const metric = z.looseObject({ name: z.string().min(1).max(200) });

/** Rules of canary analysis. Open: what is not named here is kept. */
export const canaryConfig = z
  .looseObject({
    id: z.string().max(200).optional(),
    name: z.string().trim().min(1).max(200),
    applications: z.array(z.string().max(200)).max(100).optional(),
    description: z.string().max(4_000).optional(),
    metrics: z.array(metric).max(500).optional(),
    templates: z.record(z.string().max(200), z.string().max(20_000)).optional(),
    classifier: z.looseObject({}).optional(),
    judge: z.looseObject({}).optional(),
  })
  .meta({ id: 'CanaryConfig' });
