import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { actedOnOutputs, targetFields } from '../../clusters/fields.ts';

export const settleScalingStage = defineStage({
  type: 'settleScaling',
  version: 1,
  provider: 'aws',
  label: 'Let scaling act',
  description: 'Lets scaling policies and scheduled actions act that a new server group took over.',
  group: 'Cluster',
  icon: 'activity',
  internal: true,
  context: z.looseObject({ ...targetFields }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  clearOnRestart: ['chosenServerGroups'],
});
