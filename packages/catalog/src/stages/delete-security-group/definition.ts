import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { placeFields } from '../../clusters/fields.ts';
import { optionalText, text } from '../../kit/fields.ts';

export const deleteSecurityGroupStage = defineStage({
  type: 'deleteSecurityGroup',
  version: 1,
  provider: 'aws',
  label: 'Delete security group',
  description: 'Deletes a security group as soon as nothing uses it.',
  group: 'Traffic',
  icon: 'shield-off',
  context: z.looseObject({
    ...placeFields,
    securityGroupName: text({ label: 'Security group', help: 'Its name.', group: 'Target', order: 3 }),
    vpcId: optionalText({
      label: 'Network',
      help: 'Id of its network; needed when several networks have a group of that name.',
      group: 'Target',
      order: 4,
    }),
  }),
  outputs: z.looseObject({}),
  changesTheWorld: true,
});
