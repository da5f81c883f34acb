import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { actedOnOutputs, GUARD_FACTS, safetyFields, targetFields } from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';
import { percentage } from '../../kit/fields.ts';

export const disableServerGroupStage = defineStage({
  type: 'disableServerGroup',
  version: 1,
  provider: 'aws',
  label: 'Disable server group',
  description: 'Takes a server group out of traffic without stopping its instances.',
  group: 'Traffic',
  icon: 'toggle-left',
  context: z.looseObject({
    ...targetFields,
    desiredPercentage: percentage({
      label: 'Share to disable',
      help: 'Share of the instances that shall be out of traffic, spread over zones, oldest first. Under 100 the server group itself stays in traffic. Default 100.',
      group: 'Choice',
    }),
    ...safetyFields,
  }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
  changesTraffic: true,
  clearOnRestart: ['chosenServerGroups', 'disabledHere', 'disabledInstances', ...GUARD_FACTS],
});
