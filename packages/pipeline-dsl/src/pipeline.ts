import * as z from 'zod';

const text = (max: number) => z.string().max(max);
const open = <Shape extends z.ZodRawShape>(shape: Shape) => z.looseObject(shape);

/** A parameter people fill in when they start a pipeline. */
export const parameterSchema = open({
  name: text(200).min(1).describe('Key under which stages read it: ${parameters.name}'),
  label: text(200).optional(),
  required: z.boolean().optional(),
  default: z.union([text(64_000), z.number(), z.boolean(), z.null()]).optional(),
  description: text(4_000).optional(),
  hasOptions: z.boolean().optional(),
  options: z.array(open({ value: z.union([text(4_000), z.number(), z.boolean()]) })).optional(),
  pinned: z.boolean().optional(),
  constraint: z.union([text(40), z.null()]).optional(),
});
export type Parameter = z.infer<typeof parameterSchema>;

/** A rule that starts a pipeline. Kinds add their own fields. */
export const triggerSchema = open({
  type: text(100).min(1),
  id: text(200).optional(),
  enabled: z.boolean().optional(),
  source: text(500).optional(),
  payloadConstraints: z.union([z.record(z.string(), text(4_000)), z.null()]).optional(),
  expectedArtifactIds: z.array(text(200)).optional(),
});
export type Trigger = z.infer<typeof triggerSchema>;

/** A stage as authored: any field beside the named ones is the stage's context and may hold expressions. */
export const authoredStageSchema = open({
  type: text(200).min(1),
  name: text(500).optional(),
  refId: z.union([text(200).min(1), z.number()]).optional(),
  requisiteStageRefIds: z.array(z.union([text(200), z.number()])).optional(),
});
export type AuthoredStage = z.infer<typeof authoredStageSchema>;

/**
 * A pipeline definition, in the JSON that existing pipelines are kept in. Open: fields not named here are stored and
 * returned unchanged.
 */
export const pipelineSchema = open({
  id: text(200).optional(),
  name: text(500).trim().min(1),
  application: text(200).trim().min(1),
  schema: text(20).optional(),
  description: text(20_000).nullish(),
  disabled: z.boolean().optional(),
  index: z.number().int().optional(),
  stages: z.array(authoredStageSchema).max(2_000).default([]),
  triggers: z.array(triggerSchema).max(500).optional(),
  parameterConfig: z.array(parameterSchema).max(500).optional(),
  expectedArtifacts: z.array(z.looseObject({})).max(500).optional(),
  notifications: z.array(z.looseObject({})).max(500).optional(),
  limitConcurrent: z.boolean().optional(),
  maxConcurrentExecutions: z.number().int().min(0).optional(),
  keepWaitingPipelines: z.boolean().optional(),
  spelEvaluator: text(20).optional(),
});
export type Pipeline = z.infer<typeof pipelineSchema>;

/** Keys of an authored stage that are not part of its context. */
export const STAGE_FRAME_KEYS = ['type', 'name', 'refId', 'requisiteStageRefIds', 'startTimeExpiry'] as const;
