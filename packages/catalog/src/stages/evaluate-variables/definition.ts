import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField } from '../../kit/fields.ts';

const variableSchema = z.looseObject({
  key: z.string().max(200).nullish(),
  value: z.unknown().optional(),
  description: z.string().nullish(),
});

export const evaluateVariablesStage = defineStage({
  type: 'evaluateVariables',
  version: 1,
  label: 'Evaluate variables',
  description: 'Gives names to values that later stages read.',
  group: 'Control',
  icon: 'variable',
  context: z.looseObject({
    variables: describeField(z.array(variableSchema).max(200).default([]), {
      label: 'Variables',
      help: 'Evaluated from top to bottom; each may use the ones above it. Later stages read them as ${name}.',
      order: 1,
      widget: 'variables',
      required: true,
    }),
  }),
  outputs: z.looseObject({}),
  evaluateInOrder: 'variables',
});
