import { keptAwsStages } from './aws-stages.ts';
import { keptCanaryStages } from './canary-stages.ts';
import { keptGenericStages } from './generic-stages.ts';
import { byName, type KeptStage } from './kept-stage.ts';
import { keptKubernetesStages } from './kubernetes-stages.ts';
import { type KeptNotification, keptNotificationList } from './notifications.ts';
import { keptOtherStages } from './other-stages.ts';
import { type KeptStrategy, keptStrategyList } from './strategies.ts';
import { type KeptTrigger, keptTriggerList } from './triggers.ts';

export type { KeptStage } from './kept-stage.ts';

/** Every stage type that is kept but not carried out, by the type that pipelines name. */
export const keptStageDefinitions: Readonly<Record<string, KeptStage>> = byName(
  [...keptGenericStages, ...keptAwsStages, ...keptKubernetesStages, ...keptCanaryStages, ...keptOtherStages],
  ({ type }) => type,
);

/** Every deploy strategy that is kept but not carried out, by name. */
export const keptStrategyDefinitions: Readonly<Record<string, KeptStrategy>> = byName(
  keptStrategyList,
  ({ name }) => name,
);

/** Every kind of trigger that is kept but never starts anything, by type. */
export const keptTriggerDefinitions: Readonly<Record<string, KeptTrigger>> = byName(
  keptTriggerList,
  ({ type }) => type,
);

/** Every kind of notification that is kept but never sent, by type. */
export const keptNotificationDefinitions: Readonly<Record<string, KeptNotification>> = byName(
  keptNotificationList,
  ({ type }) => type,
);
