import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { actedOnOutputs, GUARD_FACTS, safetyFields, targetFields } from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';
import { flag } from '../../kit/fields.ts';

export const destroyServerGroupStage = defineStage({
  type: 'destroyServerGroup',
  version: 1,
  provider: 'aws',
  label: 'Destroy server group',
  description: 'Takes a server group out of traffic and removes it with its instances.',
  group: 'Cluster',
  icon: 'trash-2',
  context: z.looseObject({
    ...targetFields,
    skipDisableBeforeDestroy: flag({
      label: 'Do not disable first',
      help: 'Removes it at once; requests that are being answered are cut off.',
      group: 'Safety',
    }),
    withLeftovers: flag({
      label: 'With leftovers',
      help: 'Also removes what was made for a server group that is gone already.',
      widget: 'hidden',
    }),
    ...safetyFields,
  }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
  changesTraffic: true,
  clearOnRestart: ['chosenServerGroups', 'disabledHere', ...GUARD_FACTS],
});
