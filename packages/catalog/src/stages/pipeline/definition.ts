import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, flag, optionalText, text } from '../../kit/fields.ts';

export const pipelineStage = defineStage({
  type: 'pipeline',
  version: 1,
  label: 'Pipeline',
  description: 'Runs another pipeline and, if asked, waits for its end.',
  group: 'Control',
  icon: 'workflow',
  context: z.looseObject({
    application: optionalText({
      label: 'Application',
      help: 'Application of the pipeline to run. Default: this one.',
      order: 1,
      widget: 'application',
    }),
    pipelineApplication: optionalText({
      label: 'Application (other spelling)',
      help: 'Read before `application`.',
      widget: 'hidden',
    }),
    pipeline: text({ label: 'Pipeline', help: 'Id or name of the pipeline to run.', order: 2, widget: 'pipeline' }),
    pipelineParameters: describeField(z.record(z.string(), z.unknown()).nullish(), {
      label: 'Parameters',
      help: 'Values for the parameters of that pipeline; those left out get its defaults.',
      order: 3,
      widget: 'parameters',
    }),
    waitForCompletion: flag({
      label: 'Wait for its end',
      help: 'When off, the stage ends as soon as the pipeline is started. Default on.',
      order: 4,
    }),
    skippable: flag({ label: 'May be skipped', help: 'A person may skip the stage while it waits.', order: 5 }),
    skipDownstreamOutput: flag({
      label: 'Keep outputs to itself',
      help: 'Outputs of that pipeline are not passed on.',
      order: 6,
    }),
    executionId: optionalText({ label: 'Execution', help: 'Execution that was started.', widget: 'hidden' }),
  }),
  outputs: z.looseObject({}),
  producesArtifacts: true,
  clearOnRestart: ['executionId', 'executionName', 'status', '_skipPipelineRestart'],
  watchAgain: ({ executionId, name }, context) =>
    context['waitForCompletion'] === false || context['waitForCompletion'] === 'false'
      ? null
      : { executionId, executionName: name, _skipPipelineRestart: true },
});
