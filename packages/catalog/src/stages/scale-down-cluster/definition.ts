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

export const scaleDownClusterStage = defineStage({
  type: 'scaleDownCluster',
  version: 1,
  provider: 'aws',
  label: 'Scale down cluster',
  description: 'Scales the older server groups of a cluster to nothing, keeping them ready for a rollback.',
  group: 'Cluster',
  icon: 'arrow-down-narrow-wide',
  context: z.looseObject({
    ...clusterFields,
    remainingFullSizeServerGroups: keepCount('Keep at size', 'Server groups that keep their instances. Default 1.'),
    allowScaleDownActive: flag({
      label: 'Active ones too',
      help: 'Without this only disabled server groups are scaled down.',
      group: 'Choice',
    }),
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
  clearOnRestart: ['chosenServerGroups', ...GUARD_FACTS],
});
