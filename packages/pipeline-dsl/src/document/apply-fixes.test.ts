import { expect, it } from 'vitest';
import type { Finding, PatchOperation } from '../finding.ts';
import { applyFixes } from './index.ts';

const finding = (...patch: PatchOperation[]): Finding => ({
  severity: 'warning',
  code: 'a.b',
  pointer: patch[0]?.path ?? '',
  message: '',
  fix: { label: '', patch },
});
const document = { a: [1, 2, 3, 4], b: { c: 'x' } };

it('applies all fixes to a copy; removals from one list do not shift each other', () => {
  const { value, applied, left } = applyFixes(document, [
    finding({ op: 'remove', path: '/a/0' }),
    finding({ op: 'replace', path: '/a/2', value: 'three' }),
    finding({ op: 'remove', path: '/a/1' }),
    finding({ op: 'add', path: '/a/-', value: 5 }),
    finding({ op: 'add', path: '/b/d', value: { e: 1 } }, { op: 'remove', path: '/b/c' }),
  ]);
  expect(value).toEqual({ a: ['three', 4, 5], b: { d: { e: 1 } } });
  expect([applied.length, left.length]).toEqual([5, 0]);
  expect(document).toEqual({ a: [1, 2, 3, 4], b: { c: 'x' } });
});

it('leaves fixes that touch what another one changed, or what is not there', () => {
  const first = finding({ op: 'replace', path: '/b/c', value: 'y' });
  const second = finding({ op: 'remove', path: '/b' });
  const nowhere = finding({ op: 'remove', path: '/a/9' });
  const without: Finding = { severity: 'info', code: 'c.d', pointer: '', message: '' };
  const fixed = applyFixes(document, [first, second, nowhere, without]);
  expect(fixed).toEqual({ value: { ...document, b: { c: 'y' } }, applied: [first], left: [second, nowhere] });
});
