import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { actedOnOutputs, healthFields, targetFields } from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';
import { secondsField } from '../../kit/fields.ts';

export const enableServerGroupStage = defineStage({
  type: 'enableServerGroup',
  version: 1,
  provider: 'aws',
  label: 'Enable server group',
  description: 'Puts a server group into traffic and waits until it is healthy there.',
  group: 'Traffic',
  icon: 'toggle-right',
  context: z.looseObject({
    ...targetFields,
    ...healthFields,
    stableSeconds: secondsField({
      label: 'Stay healthy for',
      help: 'Instances must stay healthy this long before the stage ends: a stage after it may take others out of traffic. Default 15.',
      group: 'Health',
    }),
  }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
  changesTraffic: true,
  clearOnRestart: ['chosenServerGroups'],
});
