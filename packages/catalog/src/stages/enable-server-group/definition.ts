import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { actedOnOutputs, healthFields, targetFields } from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';

export const enableServerGroupStage = defineStage({
  type: 'enableServerGroup',
  version: 1,
  provider: 'aws',
  label: 'Enable server group',
  description: 'Puts a server group into traffic and waits until it is healthy there.',
  group: 'Traffic',
  icon: 'toggle-right',
  context: z.looseObject({ ...targetFields, ...healthFields }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
  changesTraffic: true,
  clearOnRestart: ['chosenServerGroups'],
});
