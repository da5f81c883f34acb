import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, flag, textList } from '../../kit/fields.ts';

const preconditionSchema = z.looseObject({
  type: describeField(z.enum(['expression', 'stageStatus', 'clusterSize']), {
    label: 'Kind',
    help: 'An expression, the status of another stage, or the number of server groups of a cluster.',
    widget: 'select',
  }),
  context: z.looseObject({}).nullish(),
  failPipeline: flag({ label: 'Fail the pipeline', help: 'When off, a failed check stops this branch only.' }),
});

export const checkPreconditionsStage = defineStage({
  type: 'checkPreconditions',
  version: 1,
  label: 'Check preconditions',
  description: 'Goes on only when every condition holds.',
  group: 'Control',
  icon: 'list-checks',
  context: z.looseObject({
    preconditions: describeField(z.array(preconditionSchema).max(100).default([]), {
      label: 'Preconditions',
      help: 'All are checked at the same time.',
      order: 1,
      widget: 'preconditions',
      required: true,
    }),
    cluster: describeField(z.string().nullish(), {
      label: 'Cluster',
      help: 'For checks that name none.',
      widget: 'hidden',
    }),
    credentials: describeField(z.string().nullish(), {
      label: 'Account',
      help: 'For checks that name none.',
      widget: 'hidden',
    }),
    regions: textList({ label: 'Regions', help: 'For checks that name none.', widget: 'hidden' }),
  }),
  outputs: z.looseObject({}),
});
