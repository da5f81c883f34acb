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
    ['0 0 0 29 2 ? 2100', 'never'],
  ])('%s is due %s', (text, kind) => {
    expect(judgeCron(text).kind).toBe(kind);
  });

  it.each([
    ['0 9 * * 1', 'five', '0 0 9 ? * 2'],
    ['*/5 * * * *', 'five', '0 */5 * * * ?'],
    ['0 0 1 1 1', 'five', undefined],
    ['0 0 9 * * *', '"?"', undefined],
    ['0 0 9 ? * ?', '"?"', undefined],
    ['0 0 24 ? * 1', 'hours', undefined],
    ['0 60 1 ? * 1', 'minutes', undefined],
    ['0 0 1 ? 13 1', 'month', undefined],
    ['0 0 1 ? * 8', 'day of week', undefined],
    ['0 0 1 32W * ?', 'day of month', undefined],
    ['0 0/0 1 * * ?', 'minutes', undefined],
    ['0 0/90 1 * * ?', 'step', undefined],
    ['0 1-2-3 1 * * ?', 'range', undefined],
    ['0 , 1 * * ?', 'Nothing', undefined],
    ['', 'has 0', undefined],
  ])('%s is refused', (text, word, meant) => {
    const verdict = judgeCron(text);
    expect(verdict).toMatchObject({ kind: 'bad', ...(meant === undefined ? {} : { meant }) });
    if (verdict.kind === 'bad') expect(verdict.message).toContain(word === 'five' ? 'this one has 5' : word);
  });
});
