import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { clusterFields, safetyFields } from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';
import { describeField, flag, optionalText, percentage, secondsField } from '../../kit/fields.ts';

export const rollbackClusterStage = defineStage({
  type: 'rollbackCluster',
  version: 1,
  provider: 'aws',
  label: 'Roll back cluster',
  description: 'Puts the previous server group of a cluster back into traffic and takes the current one out.',
  group: 'Deploy',
  icon: 'undo-2',
  context: z.looseObject({
    ...clusterFields,
    serverGroup: optionalText({
      label: 'Roll back from',
      help: 'Server group to undo. Default: the newest in traffic.',
      group: 'Choice',
    }),
    originalServerGroup: optionalText({
      label: 'Roll back to',
      help: 'Server group to restore. Default: the last one before that was healthy and served.',
      group: 'Choice',
    }),
    onlyEnabledServerGroups: flag({
      label: 'Only to one in traffic',
      help: 'Never restores a server group that is out of traffic: it was probably judged bad.',
      group: 'Choice',
    }),
    targetHealthyRollbackPercentage: percentage({
      label: 'Healthy share',
      help: 'Share of the restored instances that must be healthy before the current group leaves traffic. Default by size: below 10 all, below 20 90 %, else 95 %.',
      group: 'Health',
    }),
    stableSeconds: secondsField({
      label: 'Stay healthy for',
      help: 'Restored instances must stay healthy this long before the current group leaves traffic. Default 15.',
      group: 'Health',
    }),
    delayBeforeDisableSeconds: secondsField({
      label: 'Wait before disabling',
      help: 'Time both server groups serve together.',
      group: 'Timing',
    }),
    waitTimeBetweenRegions: secondsField({
      label: 'Wait between regions',
      help: 'Regions are rolled back one after another.',
      group: 'Timing',
    }),
    continueAfterFailedRegion: flag({
      label: 'Go on after a failed region',
      help: 'Rolls the other regions back although one has failed. Default: a region that fails stops the rest.',
      group: 'Timing',
    }),
    additionalRollbackContext: describeField(z.record(z.string(), z.unknown()).nullish(), {
      label: 'More details',
      help: 'Given to the rollback of each region, such as `enableAndDisableOnly` or `disableOnly`.',
      widget: 'json',
    }),
    overrideTrafficGuards: safetyFields.overrideTrafficGuards,
    rollbackPlan: describeField(z.array(z.unknown()).nullish(), {
      label: 'Plan',
      help: 'Written by the stage.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({
    rollbackTypes: z.record(z.string(), z.string()).optional().describe('Kind of rollback by region'),
    rollbackContexts: z.record(z.string(), z.looseObject({})).optional().describe('From and to by region'),
    imagesToRestore: z.array(z.looseObject({})).optional().describe('Images that serve again'),
    skippedRegions: z.record(z.string(), z.string()).optional().describe('Regions without a rollback, and why'),
  }),
  changesTheWorld: true,
  locks: clusterLocks,
  changesTraffic: true,
  clearOnRestart: ['rollbackPlan'],
});
