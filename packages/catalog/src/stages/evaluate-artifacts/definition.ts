import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, expectedArtifacts } from '../../kit/fields.ts';

const content = z.looseObject({
  id: z.string().max(200).describe('Id under which later stages find it'),
  name: z.string().max(1_000).describe('Name of the artifact'),
  contents: z.unknown().optional().describe('The text; what is no text is written as JSON'),
});

export const evaluateArtifactsStage = defineStage({
  type: 'evaluateArtifacts',
  version: 1,
  label: 'Evaluate artifacts',
  description: 'Publishes texts, their expressions replaced, as artifacts.',
  group: 'Control',
  icon: 'variable',
  context: z.looseObject({
    artifactContents: describeField(z.array(content).max(200).default([]), {
      label: 'Contents',
      help: 'Id, name and text of each artifact. Later stages find it by the id.',
      order: 1,
      widget: 'json',
      required: true,
    }),
    expectedArtifacts: expectedArtifacts({
      help: 'Expected artifacts whose ids are those of the contents; each is bound to the text with its id.',
      order: 2,
    }),
  }),
  outputs: z.looseObject({
    artifacts: z.array(z.looseObject({})).optional().describe('The texts, as artifacts of type embedded/base64'),
    resolvedExpectedArtifacts: z
      .array(z.looseObject({}))
      .optional()
      .describe('The expected artifacts with their texts'),
  }),
  producesArtifacts: true,
});
