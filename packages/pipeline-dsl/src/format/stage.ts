import * as z from 'zod';
import { artifactSchema, expectedArtifactSchema } from './artifact.ts';
import { flag, list, open, text, whole } from './fields.ts';
import { notificationSchema } from './notification.ts';
import { executionWindowSchema } from './window.ts';

/** A stage as authored: any field beside the named ones is the stage's context and may hold expressions. */
export const authoredStageSchema = open({
  type: text(200).min(1),
  name: text(500).nullish(),
  refId: z.union([text(200), z.number()]).nullish(),
  requisiteStageRefIds: z.array(z.union([text(200), z.number()])).nullish(),
});
export type AuthoredStage = z.infer<typeof authoredStageSchema>;

/** Keys of an authored stage that are not part of its context. */
export const STAGE_FRAME_KEYS = ['type', 'name', 'refId', 'requisiteStageRefIds', 'startTimeExpiry'] as const;

const expression = (help: string) =>
  open({ type: text(40).nullish(), expression: z.unknown().optional() })
    .nullish()
    .describe(help);

/** Fields that any stage may have, whatever its type. */
export const stageFrameFields = {
  alias: text(200).nullish().describe('Type used when `type` is not known.'),
  cloudProvider: text(100).nullish(),
  cloudProviderType: text(100).nullish(),
  stageEnabled: expression('The stage is skipped unless the expression is true.'),
  failPipeline: flag('A failure of the stage fails the execution. Absent: true.'),
  continuePipeline: flag('A failure of the stage is ignored.'),
  completeOtherBranchesThenFail: flag('Other branches finish, then the execution fails.'),
  allowSiblingStagesToContinueOnFailure: flag('Planned siblings go on when one fails.'),
  failOnFailedExpressions: flag('An expression that fails makes the stage fail.'),
  restrictExecutionDuringTimeWindow: flag('The stage starts only inside its window.'),
  restrictedExecutionWindow: executionWindowSchema.nullish().describe('When the stage may start.'),
  skipWindowText: text(4_000).nullish().describe('Shown to who is about to skip the window.'),
  stageTimeoutMs: whole('Milliseconds after which the stage fails.'),
  overrideTimeout: flag('The time limit was typed by a person.'),
  backoffPeriodMs: whole('Least milliseconds between two looks at running work.'),
  markSuccessfulOnTimeout: flag('Running out of time counts as success.'),
  sendNotifications: flag('Notifications of the stage are sent.'),
  notifications: list(notificationSchema, 500, 'Who is told of this stage.'),
  comments: text(50_000).nullish().describe('Notes for people, in markdown.'),
  skipExpressionEvaluation: flag('Manifests are left as they are.'),
  expectedArtifacts: list(expectedArtifactSchema, 500, 'Artifacts the stage must produce.'),
  requiredArtifactIds: list(text(500), 500, 'Expected artifacts the stage needs.'),
  inputArtifacts: list(
    open({ id: text(500).nullish(), account: text(500).nullish(), artifact: artifactSchema.nullish() }),
    500,
    'Artifacts the stage reads.',
  ),
  group: text(500).nullish().describe('Stages of a group are shown together.'),
  canManuallySkip: flag('Written by an execution.'),
  startTimeExpiry: whole('Epoch milliseconds after which the stage is skipped instead of started.'),
  isNew: flag('Left by editors; has no meaning.'),
  inherited: flag('Comes from a template.'),
  uuid: text(200).nullish(),
  inject: open({
    first: flag('All first stages wait for it.'),
    last: flag('It waits for all last stages.'),
    before: list(text(200), 2_000, 'refIds it comes before.'),
    after: list(text(200), 2_000, 'refIds it comes after.'),
  })
    .nullish()
    .describe('Where a stage of a template instance goes.'),
} as const;
