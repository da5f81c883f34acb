import { describe, expect, it } from 'vitest';
import { judgeCron } from './cron.ts';

describe('a schedule', () => {
  it.each([
    '0 0 9 ? * MON-FRI',
    '0 0/15 * * * ?',
    '0 0 12 1W * ?',
    '0 0 12 L-3 * ?',
    '0 0 12 LW * ?',
    '0 0 12 ? * 6L',
    '0 0 12 ? * FRI#2',
    '0 0 12 ? * L',
    '0 H H(1-5) * * ?',
    'H H H ? * *',
    '0 0 0 29 2 ? 2024-2032',
    '0 0 22-4 * * ?',
    '0 5,10 0 31 jan,mar ? 2030/2',
    '* * 3 * * ?',
  ])('is good: %s', (text) => {
    expect(judgeCron(text)).toEqual({ kind: 'good' });
  });

  it.each([
    ['* * * * * ?', 'each-second'],
    ['0/1 * * ? * *', 'each-second'],
    ['0 0 0 30 2 ?', 'never'],
    ['0 0 0 31 4,6,9,11 ?', 'never'],
    ['0 0 0 29 2 ? 2097', 'never'],
  ])('%s is due %s', (text, kind) => {
    expect(judgeCron(text).kind).toBe(kind);
  });

  it.each([
    ['0 9 * * 1', '0 0 9 ? * 2'],
    ['30 6 * * 1-5', '0 30 6 ? * 2-6'],
    ['*/5 * * * *', '0 */5 * * * ?'],
    ['0 0 1 1 1', undefined],
    ['0 0 9 * * *', undefined],
    ['0 0 24 ? * 1', undefined],
    ['', undefined],
  ])('%s is refused, and what was meant is told where that is plain', (text, meant) => {
    const verdict = judgeCron(text);
    expect(verdict.kind).toBe('bad');
    if (verdict.kind === 'bad') expect(verdict.meant).toBe(meant);
  });
});
