import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { GUARD_FACTS, placeFields, safetyFields } from '../../clusters/fields.ts';
import { FIND_SERVED, SERVED, servedLocks } from '../../clusters/served-locks.ts';
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
    overrideTrafficGuards: safetyFields.overrideTrafficGuards,
  }),
  outputs: z.looseObject({}),
  changesTheWorld: true,
  locks: servedLocks,
  locksAfter: FIND_SERVED,
  clearOnRestart: [SERVED, ...GUARD_FACTS],
});
