import type { Paint } from '../output/terminal.ts';
import type { PipelineChange } from './compare-pipelines.ts';
import type { FieldChange } from './compare-values.ts';

/** Differences as people read them; empty when there are none. */
export function diffText(changes: readonly PipelineChange[], paint: Paint): string {
  return changes.map((change) => changeText(change, paint)).join('');
}

function changeText({ what, kind, subject, fields }: PipelineChange, paint: Paint): string {
  const [sign, colour] = SIGNS[kind];
  const where = kind === 'moved' || kind === 'added' ? place(fields[0]) : '';
  const head = `${paint[colour](`${sign} ${what}`)} ${subject}${where}\n`;
  if (kind !== 'changed') return head;
  return head + fields.map((field) => fieldText(field, paint)).join('');
}

const SIGNS = {
  added: ['+', 'green'],
  removed: ['-', 'red'],
  changed: ['~', 'yellow'],
  moved: ['>', 'cyan'],
} as const;

function place(field: FieldChange | undefined): string {
  if (!field) return '';
  const list = (value: unknown): string => (Array.isArray(value) && value.length > 0 ? value.join(', ') : 'nothing');
  return field.before === undefined
    ? ` after ${list(field.after)}`
    : `: after ${list(field.before)} -> after ${list(field.after)}`;
}

function fieldText({ path, before, after }: FieldChange, paint: Paint): string {
  const name = path === '' ? 'value' : path;
  if (isLong(before) || isLong(after))
    return `    ${name}\n${block('-', before, paint.red)}${block('+', after, paint.green)}`;
  if (before === undefined) return `    ${name}: ${paint.green(shown(after))} (new)\n`;
  if (after === undefined) return `    ${name}: ${paint.red(shown(before))} (gone)\n`;
  return `    ${name}: ${paint.red(shown(before))} -> ${paint.green(shown(after))}\n`;
}

const shown = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
const isLong = (value: unknown): boolean =>
  (typeof value === 'string' && (value.includes('\n') || value.length > 80)) || shown(value).length > 120;

function block(sign: string, value: unknown, paint: (text: string) => string): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return text
    .split('\n')
    .map((line) => `      ${paint(`${sign} ${line}`)}\n`)
    .join('');
}
