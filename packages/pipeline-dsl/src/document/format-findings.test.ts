import { expect, it } from 'vitest';
import type { Finding } from '../finding.ts';
import { formatFindings, readDocument } from './index.ts';

const finding = (pointer: string, more: Partial<Finding> = {}): Finding => ({
  severity: 'warning',
  code: 'a.b',
  pointer,
  message: 'Something is the matter.',
  ...more,
});
const format = (text: string, findings: Finding[], options = {}) =>
  formatFindings(findings, text, readDocument(text).locate, options);

it('shows place, sentence, the line with the spot underlined, and the fix; in the order of the text', () => {
  const text = '{\n  "a": 1,\n\t"b": "two"\n}\n';
  const findings = [finding('/b', { fix: { label: 'Write 2', patch: [] } }), finding('/a', { severity: 'error' })];
  expect(format(text, findings, { file: 'x.json' })).toBe(
    [
      'x.json:2:8 error a.b /a',
      '  Something is the matter.',
      '  2 |   "a": 1,',
      '    |        ^',
      '',
      'x.json:3:7 warning a.b /b',
      '  Something is the matter.',
      '  3 |  "b": "two"',
      '    |       ^^^^^',
      '  fix: Write 2',
      '',
    ].join('\n'),
  );
});

it('points inside a text where the text stands plainly in the source', () => {
  const span = { start: 2, end: 4 };
  const line = (text: string) => format(text, [finding('/a', { span })]).split('\n')[0];
  expect(line('{"a": "0123"}')).toBe('1:10 warning a.b /a');
  expect(line('a: 01234')).toBe('1:6 warning a.b /a');
  expect(line('{"a": "0\\n23"}')).toBe('1:7 warning a.b /a');
  expect(line('a: |\n  0123\n  45\n')).toBe('1:4 warning a.b /a');
});

it('cuts long lines around the spot', () => {
  const text = `{"a": "${'x'.repeat(300)}", "b": 1, "c": "${'y'.repeat(300)}"}`;
  const [, , shown, carets] = format(text, [finding('/b')], { width: 20 }).split('\n');
  expect(shown).toBe('  1 | … xx", "b": 1, "c": "y …');
  expect(carets?.indexOf('^')).toBe(shown?.indexOf('1,'));
});

it('points at the key when the key is the matter', () => {
  expect(format('{"nmae": 1}', [finding('/nmae', { code: 'key.misspelt' })])).toContain('1:2 ');
});

it('is empty without findings', () => {
  expect(format('{}', [])).toBe('');
});
