import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { clusterFields } from '../../clusters/fields.ts';
import { describeField, flag, optionalText } from '../../kit/fields.ts';

export const checkPreconditionStage = defineStage({
  type: 'checkPrecondition',
  version: 1,
  label: 'Check precondition',
  description: 'One condition of a stage that checks several.',
  group: 'Control',
  icon: 'check',
  internal: true,
  lateFields: ['expression'],
  context: z.looseObject({
    ...clusterFields,
    preconditionType: describeField(z.enum(['expression', 'stageStatus', 'clusterSize']), {
      label: 'Kind',
      help: 'What is checked.',
      required: true,
    }),
    expression: describeField(z.unknown().optional(), {
      label: 'Expression',
      help: 'Value of the expression; true passes.',
    }),
    failureMessage: optionalText({ label: 'Message', help: 'Said when the condition does not hold.' }),
    stageName: optionalText({ label: 'Stage', help: 'Name of the stage whose status is looked at.' }),
    stageStatus: optionalText({ label: 'Status', help: 'Status the stage must have now.' }),
    comparison: describeField(z.enum(['<', '<=', '==', '>=', '>']).default('=='), {
      label: 'Comparison',
      help: 'How the number of server groups compares.',
    }),
    expected: describeField(z.coerce.number().default(1), {
      label: 'Number',
      help: 'Number of server groups to compare with.',
    }),
    onlyEnabledServerGroups: flag({ label: 'Only enabled', help: 'Count server groups in traffic only.' }),
  }),
  outputs: z.looseObject({}),
});
