import * as z from 'zod';
import { expectedArtifactSchema } from './artifact.ts';
import { flag, list, open, text, whole } from './fields.ts';
import { notificationSchema } from './notification.ts';
import { parameterSchema } from './parameter.ts';
import { authoredStageSchema } from './stage.ts';
import { triggerSchema } from './trigger.ts';

/**
 * A pipeline definition, in the JSON that existing pipelines are kept in. Open: fields not named here are stored and
 * returned unchanged. This is all a save insists on; what else is asked of a document is a finding of the check.
 */
export const pipelineSchema = open({
  id: text(200).nullish(),
  name: text(500).trim().min(1),
  application: text(200).trim().min(1),
  schema: text(20).nullish(),
  description: text(20_000).nullish(),
  disabled: flag('Nobody and nothing can start it.'),
  index: whole('Place in the list of the application.', -1),
  stages: z.array(authoredStageSchema).max(2_000).default([]),
  triggers: list(triggerSchema, 500, 'What starts the pipeline.'),
  parameterConfig: list(parameterSchema, 500, 'What people fill in at a start.'),
  expectedArtifacts: list(z.looseObject({}), 500, 'Artifacts a run needs.'),
  notifications: list(z.looseObject({}), 500, 'Who is told of runs.'),
  limitConcurrent: flag('Only one execution runs at a time.'),
  maxConcurrentExecutions: whole('Without `limitConcurrent`: at most so many run at a time; 0: any number.'),
  keepWaitingPipelines: flag('Waiting executions all run, oldest first; otherwise only the newest.'),
  spelEvaluator: text(20).nullish(),
});
export type Pipeline = z.infer<typeof pipelineSchema>;

/** Further top-level fields, none of which a save insists on. */
export const pipelineExtras = {
  type: text(100).nullish().describe('`templatedPipeline` for an instance of a template.'),
  email: text(500).nullish().describe('Owner.'),
  strategy: flag('A deploy strategy.'),
  respectQuietPeriod: flag('Events do not start it in the quiet period of the installation.'),
  locked: open({
    ui: flag('The screen refuses edits.'),
    allowUnlockUi: flag('The screen may unlock it.'),
    description: text(4_000).nullish(),
  }).nullish(),
  tags: list(open({ name: text(500).nullish(), value: z.unknown().optional() }), 500, 'Filters in the list of runs.'),
  manualStartAlert: open({ type: text(40).nullish(), message: text(20_000).nullish() })
    .nullish()
    .describe('Shown to who starts it by hand.'),
  roles: list(text(500), 500, 'Roles of the account that automatic runs use.'),
  serviceAccount: text(500).nullish(),
  template: open({
    artifactAccount: text(500).nullish(),
    type: text(200).nullish(),
    reference: text(4_000).nullish(),
  })
    .nullish()
    .describe('The template this is an instance of.'),
  variables: z.record(z.string(), z.unknown()).nullish().describe('Values of the variables of the template.'),
  exclude: list(text(100), 100, 'What is not taken from the template: `triggers`, `parameters`, `notifications`.'),
  source: open({}).nullish().describe('Where a generated pipeline came from.'),
  expectedArtifacts: list(expectedArtifactSchema, 500, 'Artifacts a run needs.'),
  notifications: list(notificationSchema, 500, 'Who is told of runs.'),
} as const;

/** Keys kept from older versions, without meaning here. */
export const LEGACY_KEYS = [
  'constraints',
  'payloadConstraints',
  'executionEngine',
  'stageCounter',
  'appConfig',
  'parallel',
  'parameters',
  'config',
  'isNew',
  'updateTs',
  'lastModified',
  'lastModifiedBy',
  'createTs',
  'version',
  'authentication',
  'plan',
  'trigger',
] as const;
