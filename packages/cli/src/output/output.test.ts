import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './durations.ts';
import { nearest } from './nearest.ts';
import { table } from './table.ts';

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['250ms', 250],
    ['30', 30_000],
    [30, 30_000],
    ['soon', null],
    ['5 parsecs', null],
    [-1, null],
  ])('%s is %s ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    [0, '0s'],
    [12_400, '12s'],
    [302_000, '5m 2s'],
    [5_400_000, '1h 30m'],
    [3_600_000, '1h'],
    [90_061_000, '1d 1h'],
  ])('%s ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('table', () => {
  it('pads columns, leaves colours out of the width, and lets lines of their own be', () => {
    const red = '\u001b[31mb\u001b[39m';
    expect(table([['a', red, 'x'], 'a line of its own', ['long', 'cc', 'y']], '  ')).toBe(
      `  a     ${red}   x\n  a line of its own\n  long  cc  y`,
    );
  });
});

describe('nearest', () => {
  it('finds what a misspelt word means, and nothing for another word', () => {
    expect(nearest('simulat', ['simulate', 'plan'])).toBe('simulate');
    expect(nearest('pln', ['simulate', 'plan'])).toBe('plan');
    expect(nearest('elephant', ['simulate', 'plan'])).toBeUndefined();
  });
});
