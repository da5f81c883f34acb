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

export const disableClusterStage = defineStage({
  type: 'disableCluster',
  version: 1,
  provider: 'aws',
  label: 'Disable cluster',
  description: 'Takes all but the newest server groups of a cluster out of traffic.',
  group: 'Traffic',
  icon: 'circle-slash',
  context: z.looseObject({
    ...clusterFields,
    remainingEnabledServerGroups: keepCount('Keep enabled', 'Server groups that stay in traffic. Default 1.'),
    preferLargerOverNewer: flag({
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
