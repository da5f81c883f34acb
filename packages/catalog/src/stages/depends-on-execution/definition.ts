import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { optionalText, text } from '../../kit/fields.ts';

export const dependsOnExecutionStage = defineStage({
  type: 'dependsOnExecution',
  version: 1,
  label: 'Depends on execution',
  description: 'Waits until another execution has ended well.',
  group: 'Control',
  icon: 'hourglass',
  context: z.looseObject({
    executionId: text({
      label: 'Execution',
      help: 'Id of the execution to wait for. It may be of any pipeline of this installation.',
      order: 1,
    }),
    executionType: optionalText({
      label: 'Kind of execution',
      help: '`pipeline` or `orchestration`. Ids tell them apart already, so it is not asked for.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({}),
});
