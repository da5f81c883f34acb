import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { GUARD_FACTS } from '../../clusters/fields.ts';
import { instanceFields, instanceOutputs, instanceSafetyFields } from '../../clusters/instance-fields.ts';
import { GROUPS_OF_INSTANCES, instanceLocks } from '../../clusters/locks.ts';

export const terminateInstancesStage = defineStage({
  type: 'terminateInstances',
  version: 1,
  provider: 'aws',
  label: 'Terminate instances',
  description: 'Ends instances; their group starts others.',
  group: 'Cluster',
  icon: 'x-circle',
  context: z.looseObject({ ...instanceFields, ...instanceSafetyFields }),
  outputs: instanceOutputs,
  changesTheWorld: true,
  locks: instanceLocks,
  locksAfter: 'findServerGroups',
  changesTraffic: true,
  clearOnRestart: [GROUPS_OF_INSTANCES, ...GUARD_FACTS],
});

export type TerminateInstancesContext = z.output<typeof terminateInstancesStage.context>;
