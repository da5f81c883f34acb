import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, optionalText } from '../../kit/fields.ts';

export const deployStepStage = defineStage({
  type: 'deployStep',
  version: 1,
  label: 'Deploy step',
  description: 'One step of a deploy that moves traffic in parts.',
  group: 'Deploy',
  icon: 'footprints',
  internal: true,
  context: z.looseObject({
    steps: describeField(
      z
        .array(z.looseObject({ type: z.string(), name: z.string(), context: z.record(z.string(), z.unknown()) }))
        .max(100),
      { label: 'Stages', help: 'Run one after another.', widget: 'hidden' },
    ),
    unless: optionalText({
      label: 'Unless',
      help: 'The step is left out when an earlier stage has published a true value under this name.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({}),
});
