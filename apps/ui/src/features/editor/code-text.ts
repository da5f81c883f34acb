import { pipelineSchema } from '@gennaker/pipeline-dsl';
import { type ParseError, parseTree } from 'jsonc-parser';
import { type PipelineDocument, withRefIds } from './document.ts';

/** The document as text. */
export const textOfDocument = (document: PipelineDocument): string => `${JSON.stringify(document, null, 2)}\n`;

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** Reads text back; `problem` says why it is not a pipeline, with the line where that is known. */
export function pipelineFromText(text: string): { document: PipelineDocument | null; problem: string | null } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const errors: ParseError[] = [];
    parseTree(text, errors);
    const offset = errors[0]?.offset;
    const said = error instanceof Error ? error.message : 'not JSON';
    const where = offset === undefined ? `: ${said}` : ` at line ${lineOf(text, offset)}`;
    return { document: null, problem: `The code has an error${where}.` };
  }
  const parsed = pipelineSchema.safeParse(withName(value));
  if (parsed.success) return { document: withRefIds(value as PipelineDocument), problem: null };
  const issue = parsed.error.issues[0];
  return {
    document: null,
    problem: `${issue?.path.join(' › ') || 'The pipeline'}: ${issue?.message ?? 'not in the form of a pipeline'}.`,
  };
}

/** An unnamed pipeline is a finding, not broken code. */
const withName = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'name' in value && value.name === ''
    ? { ...value, name: 'unnamed' }
    : value;

/** The one replacement that turns `before` into `after`: what both ends share stays untouched. Null when equal. */
export function smallestChange(before: string, after: string): { from: number; to: number; insert: string } | null {
  if (before === after) return null;
  let start = 0;
  const most = Math.min(before.length, after.length);
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
