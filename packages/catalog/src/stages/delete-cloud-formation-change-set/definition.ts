import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { placeFields } from '../../clusters/fields.ts';
import { text } from '../../kit/fields.ts';

export const deleteCloudFormationChangeSetStage = defineStage({
  type: 'deleteCloudFormationChangeSet',
  version: 1,
  provider: 'aws',
  label: 'Delete change set',
  description: 'Deletes a change set of a stack; the stack stays as it is.',
  group: 'Deploy',
  icon: 'trash-2',
  context: z.looseObject({
    ...placeFields,
    stackName: text({ label: 'Stack', help: 'Its name.', group: 'Target', order: 3 }),
    changeSetName: text({ label: 'Change set', help: 'Its name.', group: 'Target', order: 4 }),
  }),
  outputs: z.looseObject({}),
  changesTheWorld: true,
});
