import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { GUARD_FACTS } from '../../clusters/fields.ts';
import {
  instanceFields,
  instanceOutputs,
  instanceSafetyFields,
  targetGroupFields,
} from '../../clusters/instance-fields.ts';
import { GROUPS_OF_INSTANCES, instanceLocks } from '../../clusters/locks.ts';

export const deregisterInstancesFromLoadBalancerStage = defineStage({
  type: 'deregisterInstancesFromLoadBalancer',
  version: 1,
  provider: 'aws',
  label: 'Deregister instances',
  description: 'Takes instances out of traffic.',
  group: 'Traffic',
  icon: 'log-out',
  context: z.looseObject({ ...instanceFields, ...targetGroupFields, ...instanceSafetyFields }),
  outputs: instanceOutputs,
  changesTheWorld: true,
  locks: instanceLocks,
  locksAfter: 'findServerGroups',
  changesTraffic: true,
  clearOnRestart: [GROUPS_OF_INSTANCES, ...GUARD_FACTS],
});

export type DeregisterInstancesFromLoadBalancerContext = z.output<
  typeof deregisterInstancesFromLoadBalancerStage.context
>;
