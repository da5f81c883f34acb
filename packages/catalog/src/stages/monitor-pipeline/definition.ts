import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, optionalChoice } from '../../kit/fields.ts';

export const monitorPipelineStage = defineStage({
  type: 'monitorPipeline',
  version: 1,
  label: 'Monitor pipelines',
  description: 'Waits until executions that were started elsewhere have ended.',
  group: 'Control',
  icon: 'list-checks',
  context: z.looseObject({
    executionIds: describeField(z.array(z.string().min(1).max(200)).min(1).max(100), {
      label: 'Executions',
      help: 'Ids of the executions to wait for. They may be of any pipeline of this installation.',
      order: 1,
      required: true,
    }),
    monitorBehavior: optionalChoice(['WaitForAllToComplete', 'FailFast'], {
      label: 'When one fails',
      help: 'Wait for the others to end, or fail at once. Default: wait for the others.',
      order: 2,
    }),
  }),
  outputs: z.looseObject({
    executionStatuses: z
      .record(z.string(), z.looseObject({ status: z.string() }))
      .optional()
      .describe('How each execution stands, by its id'),
  }),
});
