import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { expectedArtifacts } from '../../kit/fields.ts';

export const bindArtifactsStage = defineStage({
  type: 'bindArtifacts',
  version: 1,
  label: 'Bind artifacts',
  description: 'Binds what earlier stages or the trigger brought to expected artifacts.',
  group: 'Control',
  icon: 'tags',
  internal: true,
  context: z.looseObject({
    expectedArtifacts: expectedArtifacts({
      help: 'Each is bound to the nearest artifact that fits it, else to its default.',
      order: 1,
    }),
  }),
  outputs: z.looseObject({
    artifacts: z.array(z.looseObject({})).optional().describe('The artifacts that fit'),
  }),
  producesArtifacts: true,
});
