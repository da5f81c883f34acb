import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { safetyFields, targetFields } from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';
import { describeField, optionalChoice, yesOrNo } from '../../kit/fields.ts';

const detailsSchema = z.looseObject({
  rollbackServerGroupName: z.string().nullish(),
  restoreServerGroupName: z.string().nullish(),
  targetHealthyRollbackPercentage: z.coerce.number().min(0).max(100).nullish(),
  delayBeforeDisableSeconds: z.coerce.number().min(0).max(31_536_000).nullish(),
  stableSeconds: z.coerce.number().min(0).max(31_536_000).nullish(),
  disableOnly: yesOrNo,
  enableAndDisableOnly: yesOrNo,
  imageId: z.string().nullish(),
  imageName: z.string().nullish(),
});

export const rollbackServerGroupStage = defineStage({
  type: 'rollbackServerGroup',
  version: 1,
  provider: 'aws',
  label: 'Roll back server group',
  description: 'Puts an earlier server group, or its image, back into traffic and takes the current one out.',
  group: 'Cluster',
  icon: 'undo',
  context: z.looseObject({
    ...targetFields,
    rollbackType: optionalChoice(['EXPLICIT', 'PREVIOUS_IMAGE'], {
      label: 'How',
      help: 'To a server group that is there, or by a new one made of the earlier image. Default: to a server group.',
      group: 'Choice',
      order: 10,
    }),
    rollbackContext: describeField(detailsSchema.nullish(), {
      label: 'Details',
      help: '`rollbackServerGroupName` leaves traffic and `restoreServerGroupName` comes back, when `targetHealthyRollbackPercentage` of it are healthy, have stayed so for `stableSeconds` (15), and `delayBeforeDisableSeconds` have passed. `disableOnly` only takes the one out; `enableAndDisableOnly` leaves sizes alone. By image: `imageId` or `imageName`.',
      group: 'Choice',
      order: 11,
      widget: 'json',
    }),
    overrideTrafficGuards: safetyFields.overrideTrafficGuards,
    rollbackPlan: describeField(z.unknown().optional(), {
      label: 'Plan',
      help: 'Written by the stage.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({
    rollbackTypes: z.record(z.string(), z.string()).optional().describe('Kind of rollback by region'),
    rollbackContexts: z.record(z.string(), z.looseObject({})).optional().describe('From and to by region'),
  }),
  changesTheWorld: true,
  locks: ({ rollbackContext, ...target }) =>
    clusterLocks({
      ...target,
      serverGroupName:
        rollbackContext?.rollbackServerGroupName || rollbackContext?.restoreServerGroupName || target.serverGroupName,
    }),
  changesTraffic: true,
  clearOnRestart: ['rollbackPlan'],
});
