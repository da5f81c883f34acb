import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { placeFields } from '../../clusters/fields.ts';
import { optionalText, text } from '../../kit/fields.ts';

export const deleteCloudFormationStage = defineStage({
  type: 'deleteCloudFormation',
  version: 1,
  provider: 'aws',
  label: 'Delete CloudFormation stack',
  description: 'Deletes a stack with everything it made.',
  group: 'Deploy',
  icon: 'trash-2',
  context: z.looseObject({
    ...placeFields,
    stackName: text({ label: 'Stack', help: 'Its name.', group: 'Target', order: 3 }),
    roleARN: optionalText({ label: 'Role', help: 'Role that CloudFormation deletes with.', group: 'Target', order: 4 }),
  }),
  outputs: z.looseObject({}),
  changesTheWorld: true,
});
