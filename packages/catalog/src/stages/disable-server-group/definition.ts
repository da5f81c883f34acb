import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { actedOnOutputs, safetyFields, targetFields } from '../../clusters/fields.ts';

export const disableServerGroupStage = defineStage({
  type: 'disableServerGroup',
  version: 1,
  provider: 'aws',
  label: 'Disable server group',
  description: 'Takes a server group out of traffic without stopping its instances.',
  group: 'Traffic',
  icon: 'toggle-left',
  context: z.looseObject({ ...targetFields, ...safetyFields }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  changesTraffic: true,
  clearOnRestart: ['chosenServerGroups', 'disabledHere'],
});
