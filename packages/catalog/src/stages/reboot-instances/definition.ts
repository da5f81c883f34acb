import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { healthFields } from '../../clusters/fields.ts';
import { instanceFields, instanceOutputs } from '../../clusters/instance-fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';

export const rebootInstancesStage = defineStage({
  type: 'rebootInstances',
  version: 1,
  provider: 'aws',
  label: 'Reboot instances',
  description: 'Restarts instances and waits until they are healthy.',
  group: 'Cluster',
  icon: 'refresh-cw',
  context: z.looseObject({ ...instanceFields, ...healthFields }),
  outputs: instanceOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
});

export type RebootInstancesContext = z.output<typeof rebootInstancesStage.context>;
