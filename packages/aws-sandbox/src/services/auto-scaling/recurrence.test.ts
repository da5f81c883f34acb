import { describe, expect, it } from 'vitest';
import { isTimeZone, nextRun, readRecurrence } from './recurrence.ts';

const next = (text: string, timeZone: string, after: string): string => {
  const recurrence = readRecurrence(text);
  return recurrence === null ? 'unreadable' : new Date(nextRun(recurrence, timeZone, Date.parse(after))).toISOString();
};

describe('recurrence', () => {
  it.each([
    ['0 9 * * *', 'UTC', '2026-03-01T09:00:00Z', '2026-03-02T09:00:00.000Z'],
    ['0 9 * * MON-FRI', 'UTC', '2026-03-06T10:00:00Z', '2026-03-09T09:00:00.000Z'],
    ['*/15 8-9 * * *', 'UTC', '2026-03-01T09:46:00Z', '2026-03-02T08:00:00.000Z'],
    ['0 0 29 2 *', 'UTC', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 13 * 5', 'UTC', '2026-03-07T00:00:00Z', '2026-03-13T00:00:00.000Z'],
    ['@daily', 'UTC', '2026-03-07T00:00:00Z', '2026-03-08T00:00:00.000Z'],
    ['0 9 * * *', 'Europe/Berlin', '2026-07-01T00:00:00Z', '2026-07-01T07:00:00.000Z'],
    ['0 9 * * *', 'Europe/Berlin', '2026-12-01T00:00:00Z', '2026-12-01T08:00:00.000Z'],
    ['0 9 * * *', 'Pacific/Auckland', '2026-07-01T00:00:00Z', '2026-07-01T21:00:00.000Z'],
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T00:30:00.000Z'],
  ])('%s in %s after %s', (text, timeZone, after, expected) => {
    expect(next(text, timeZone, after)).toBe(expected);
  });

  it('never runs on a day that does not exist', () => {
    const recurrence = readRecurrence('0 0 31 2 *');
    expect(recurrence && nextRun(recurrence, 'UTC', 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each(['', '* * * *', '60 * * * *', '* 24 * * *', '5-1 * * * *', 'x * * * *', '*/0 * * * *'])(
    'does not read %j',
    (text) => {
      expect(readRecurrence(text)).toBeNull();
    },
  );

  it('knows time zones', () => {
    expect(isTimeZone('America/New_York')).toBe(true);
    expect(isTimeZone('Mars/Olympus')).toBe(false);
  });
});
