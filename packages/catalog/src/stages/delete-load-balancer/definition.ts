import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { GUARD_FACTS, placeFields, safetyFields } from '../../clusters/fields.ts';
import { FIND_SERVED, SERVED, servedLocks } from '../../clusters/served-locks.ts';
import { describeField, optionalText, text } from '../../kit/fields.ts';

export const deleteLoadBalancerStage = defineStage({
  type: 'deleteLoadBalancer',
  version: 1,
  provider: 'aws',
  label: 'Delete load balancer',
  description: 'Deletes a load balancer, with the target groups that only it used and that are empty.',
  group: 'Traffic',
  icon: 'unplug',
  context: z.looseObject({
    ...placeFields,
    loadBalancerName: text({ label: 'Load balancer', help: 'Its name.', group: 'Target', order: 3 }),
    loadBalancerType: optionalText({ label: 'Kind', help: '`application` or `network`.', group: 'Target', order: 4 }),
    vpcId: optionalText({
      label: 'Network',
      help: 'Id of its network; one of another network is not deleted.',
      group: 'Target',
      order: 5,
    }),
    overrideTrafficGuards: safetyFields.overrideTrafficGuards,
  }),
  outputs: z.looseObject({
    left: describeField(z.array(z.string()).optional(), {
      label: 'Left',
      help: 'Target groups of the load balancer that were not removed, and why.',
    }),
  }),
  changesTheWorld: true,
  locks: servedLocks,
  locksAfter: FIND_SERVED,
  changesTraffic: true,
  clearOnRestart: [SERVED, ...GUARD_FACTS],
});
