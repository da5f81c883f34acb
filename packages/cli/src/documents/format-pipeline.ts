import { toCode } from '@gennaker/catalog/code';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import { stringify } from 'yaml';
import { usage } from '../problem.ts';

export const FORMATS = ['json', 'yaml', 'ts'] as const;
export type Format = (typeof FORMATS)[number];

/** A format people named; `from` is the option they named it with. */
export function parseFormat(text: string, from: string): Format {
  const format = FORMATS.find((each) => each === text);
  if (format) return format;
  throw usage(`${from} "${text}" is no format.`, `The formats are: ${FORMATS.join(', ')}.`);
}

/** The pipeline as a file of that format. */
export function formatPipeline(pipeline: JsonObject, format: Format): string {
  if (format === 'json') return `${JSON.stringify(pipeline, null, 2)}\n`;
  return format === 'yaml' ? stringify(pipeline, { lineWidth: 0 }) : toCode(pipeline);
}
