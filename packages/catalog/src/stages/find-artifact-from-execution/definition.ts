import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, expectedArtifacts, flag, optionalText, text } from '../../kit/fields.ts';

export const findArtifactFromExecutionStage = defineStage({
  type: 'findArtifactFromExecution',
  version: 1,
  label: 'Find artifact from execution',
  description: 'Takes artifacts of the newest execution of a pipeline.',
  group: 'Build and find image',
  icon: 'search',
  context: z.looseObject({
    application: optionalText({
      label: 'Application',
      help: 'Application of the pipeline. Default: this one.',
      order: 1,
      widget: 'application',
    }),
    pipeline: text({ label: 'Pipeline', help: 'Id or name of the pipeline.', order: 2, widget: 'pipeline' }),
    executionOptions: describeField(
      z
        .looseObject({
          successful: flag({ label: 'Succeeded', help: 'Executions that succeeded count. Default on.' }),
          terminal: flag({ label: 'Failed', help: 'Executions that failed count.' }),
          running: flag({ label: 'Running', help: 'Executions that run now count.' }),
        })
        .nullish(),
      { label: 'Executions', help: 'Which executions count: successful, terminal, running.', order: 3, widget: 'json' },
    ),
    expectedArtifacts: expectedArtifacts({
      label: 'Artifacts',
      help: 'The artifacts to take. Each is bound to the first that fits, else to its default.',
      order: 4,
    }),
    expectedArtifact: describeField(z.looseObject({ id: z.string().max(200) }).nullish(), {
      label: 'Artifact (other spelling)',
      help: 'Read when `expectedArtifacts` is empty.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({
    artifacts: z.array(z.looseObject({})).optional().describe('The artifacts that fit'),
  }),
  producesArtifacts: true,
});
