import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { instanceFields, instanceOutputs, targetGroupFields } from '../../clusters/instance-fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';

export const registerInstancesWithLoadBalancerStage = defineStage({
  type: 'registerInstancesWithLoadBalancer',
  version: 1,
  provider: 'aws',
  label: 'Register instances',
  description: 'Puts instances in traffic.',
  group: 'Traffic',
  icon: 'log-in',
  context: z.looseObject({ ...instanceFields, ...targetGroupFields }),
  outputs: instanceOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
  changesTraffic: true,
});

export type RegisterInstancesWithLoadBalancerContext = z.output<typeof registerInstancesWithLoadBalancerStage.context>;
