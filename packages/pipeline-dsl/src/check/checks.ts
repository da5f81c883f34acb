import { checkArtifactReferences, checkExpectedArtifacts } from './artifacts.ts';
import { checkExpressions } from './expressions.ts';
import { checkDoubleRequisites, checkReachable, checkRelationships } from './graph.ts';
import { checkJudges, checkJudgmentOptions } from './judgments.ts';
import { checkKeys } from './keys.ts';
import { checkNotifications, checkStageNotifications } from './notifications.ts';
import {
  checkParameterConditions,
  checkParameterConstraint,
  checkParameterNames,
  checkParameterOptions,
} from './parameters.ts';
import { checkAlert, checkConcurrency, checkTemplateInstance, checkVersions } from './settings.ts';
import { checkTextValues } from './shape.ts';
import { checkCapacity, checkChildPipelines, checkPreconditions, checkVariables } from './stage-content.ts';
import { checkFailureFlags, checkStageEnabled, checkTimeouts } from './stage-flags.ts';
import { checkProviders, checkStageFields, checkStageTypes, checkStrategies } from './stage-types.ts';
import type { Check } from './subject.ts';
import {
  checkDoubleTriggers,
  checkPipelineTriggers,
  checkSchedules,
  checkTriggerKinds,
  checkTriggerPatterns,
  checkTriggerSources,
  checkTriggersEnabled,
} from './triggers.ts';
import { checkWindows } from './windows.ts';

/** Every rule, in the order in which its findings are told: what refuses a save first. */
export const CHECKS: readonly Check[] = [
  checkRelationships,
  checkReachable,
  checkDoubleRequisites,
  checkParameterNames,
  checkParameterOptions,
  checkParameterConstraint,
  checkParameterConditions,
  checkTriggerKinds,
  checkTriggerSources,
  checkTriggersEnabled,
  checkTriggerPatterns,
  checkSchedules,
  checkPipelineTriggers,
  checkDoubleTriggers,
  checkStageTypes,
  checkProviders,
  checkStageFields,
  checkStrategies,
  checkFailureFlags,
  checkTimeouts,
  checkStageEnabled,
  checkWindows,
  checkJudges,
  checkJudgmentOptions,
  checkPreconditions,
  checkVariables,
  checkChildPipelines,
  checkCapacity,
  checkNotifications,
  checkStageNotifications,
  checkExpectedArtifacts,
  checkArtifactReferences,
  checkConcurrency,
  checkVersions,
  checkTemplateInstance,
  checkAlert,
  checkTextValues,
  checkKeys,
  checkExpressions,
];
