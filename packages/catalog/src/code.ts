import {
  type ExpressionText,
  type JsonObject,
  printPipeline,
  type StageCode,
  stageMakers,
} from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { stageDefinitions } from './definitions.ts';

const answer = z.looseObject({
  statusCode: z.string(),
  statusCodeValue: z.number(),
  body: z.unknown(),
  headers: z.record(z.string(), z.string()),
  error: z.string().optional(),
  statusEndpoint: z.string().optional(),
});

const notes = {
  planned: { deploy: 'createServerGroup' },
  written: { webhook: z.looseObject({ webhook: z.looseObject({ ...answer.shape, monitor: answer.optional() }) }) },
} as const;

const made = stageMakers(stageDefinitions, notes);

/** Gives names to values; whoever reads the stage's outputs knows the names. */
type EvaluateVariables = <const Key extends string>(
  name: string | null,
  fields: Omit<Parameters<typeof made.evaluateVariables>[1], 'variables'> & {
    readonly variables:
      | ReadonlyArray<{ readonly key?: Key | null; readonly value?: unknown; readonly description?: string | null }>
      | ExpressionText;
  },
) => StageCode<unknown, { readonly [Name in Key]: unknown }>;

/**
 * Makers of stages, by type: `stages.wait('Settle', { waitTime: 30 })`. A field, an output or a type that does not exist
 * does not compile.
 */
export const stages = { ...made, evaluateVariables: made.evaluateVariables as unknown as EvaluateVariables };

/**
 * A stored pipeline as the code of a file that compiles to the same JSON. Stages of types that are not known here are
 * written as they stand. Throws an Error when the pipeline has no name or no application.
 */
export const toCode = (pipeline: JsonObject): string =>
  printPipeline(pipeline, { definitions: stageDefinitions, notes, stagesModule: '@gennaker/catalog/code' });
