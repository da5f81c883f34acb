import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { GUARD_FACTS } from '../../clusters/fields.ts';
import { instanceFields, instanceOutputs, instanceSafetyFields, shrinkFields } from '../../clusters/instance-fields.ts';
import { GROUPS_OF_INSTANCES, instanceLocks } from '../../clusters/locks.ts';
import { flag } from '../../kit/fields.ts';

export const detachInstancesStage = defineStage({
  type: 'detachInstances',
  version: 1,
  provider: 'aws',
  label: 'Detach instances',
  description: 'Takes instances out of their server group and lets them run.',
  group: 'Cluster',
  icon: 'unlink',
  context: z.looseObject({
    ...instanceFields,
    decrementDesiredCapacity: flag({
      label: 'Become smaller',
      help: 'The server group becomes smaller by the instances. Else it starts others in their places.',
      group: 'Size',
    }),
    ...shrinkFields,
    terminateDetachedInstances: flag({
      label: 'Terminate them',
      help: 'Ends the instances once they are out of the server group.',
      group: 'Size',
    }),
    ...instanceSafetyFields,
  }),
  outputs: instanceOutputs,
  changesTheWorld: true,
  locks: instanceLocks,
  locksAfter: 'findServerGroups',
  changesTraffic: true,
  clearOnRestart: [GROUPS_OF_INSTANCES, ...GUARD_FACTS],
});

export type DetachInstancesContext = z.output<typeof detachInstancesStage.context>;
