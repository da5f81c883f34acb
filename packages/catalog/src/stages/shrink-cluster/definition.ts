import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import {
  actedOnOutputs,
  clusterFields,
  GUARD_FACTS,
  keepCount,
  safetyFields,
  toleranceFields,
} from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';
import { flag } from '../../kit/fields.ts';

export const shrinkClusterStage = defineStage({
  type: 'shrinkCluster',
  version: 1,
  provider: 'aws',
  label: 'Shrink cluster',
  description: 'Destroys the older server groups of a cluster beyond a number to keep.',
  group: 'Cluster',
  icon: 'shrink',
  context: z.looseObject({
    ...clusterFields,
    shrinkToSize: keepCount('Keep', 'Server groups that stay. Default 1.'),
    allowDeleteActive: flag({
      label: 'Delete active ones too',
      help: 'Without this only disabled server groups are destroyed.',
      group: 'Choice',
    }),
    retainLargerOverNewer: flag({
      label: 'Prefer larger',
      help: 'Keeps the largest instead of the newest.',
      group: 'Choice',
    }),
    ...toleranceFields,
    ...safetyFields,
  }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
  changesTraffic: true,
  clearOnRestart: ['chosenServerGroups', 'disabledHere', ...GUARD_FACTS],
});
