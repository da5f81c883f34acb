import {
  keptNotificationDefinitions,
  keptStageDefinitions,
  keptStrategyDefinitions,
  keptTriggerDefinitions,
  stageDefinitions,
  strategyDefinitions,
  triggerDefinitions,
} from '@gennaker/catalog/definitions';
import type { Vocabulary } from '@gennaker/pipeline-dsl/check';

/** The words of this version: what runs, and what is kept. */
export const vocabulary: Vocabulary = {
  stages: { ...keptStageDefinitions, ...stageDefinitions },
  triggers: { ...keptTriggerDefinitions, ...triggerDefinitions },
  strategies: {
    ...keptStrategyDefinitions,
    ...Object.fromEntries(Object.keys(strategyDefinitions).map((name) => [name, {}])),
  },
  notifications: keptNotificationDefinitions,
};
