import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { GUARD_FACTS } from '../../clusters/fields.ts';
import { instanceFields, instanceOutputs, instanceSafetyFields, shrinkFields } from '../../clusters/instance-fields.ts';
import { GROUPS_OF_INSTANCES, instanceLocks } from '../../clusters/locks.ts';
import { flag, optionalText, textList } from '../../kit/fields.ts';

export const terminateInstanceAndDecrementServerGroupStage = defineStage({
  type: 'terminateInstanceAndDecrementServerGroup',
  version: 1,
  provider: 'aws',
  label: 'Terminate instance and shrink',
  description: 'Ends an instance and makes its server group one smaller.',
  group: 'Cluster',
  icon: 'minus-circle',
  context: z.looseObject({
    ...instanceFields,
    instance: optionalText({
      label: 'Instance',
      help: 'Id of the instance.',
      group: 'Target',
      order: 4,
      required: true,
    }),
    instanceIds: textList({ label: 'Instances', help: 'Ids, when there are several.', widget: 'hidden' }),
    setMaxToNewDesired: flag({ label: 'Lower the most too', help: 'The new size becomes the most.', group: 'Size' }),
    ...shrinkFields,
    ...instanceSafetyFields,
  }),
  outputs: instanceOutputs,
  changesTheWorld: true,
  locks: instanceLocks,
  locksAfter: 'findServerGroups',
  changesTraffic: true,
  clearOnRestart: [GROUPS_OF_INSTANCES, ...GUARD_FACTS],
});

export type TerminateInstanceAndDecrementServerGroupContext = z.output<
  typeof terminateInstanceAndDecrementServerGroupStage.context
>;
