import { STATUSES } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { STATUS_FACES, statusFace } from './status.tsx';
import { agoText, clockText, dateText, durationText, momentText } from './time.tsx';

describe('times in words', () => {
  it.each([
    [0, '0 s'],
    [59_400, '59 s'],
    [552_000, '9 min 12 s'],
    [3_600_000, '1 h'],
    [3_601_000, '1 h'],
    [90_061_000, '1 d 1 h'],
    [-5, '0 s'],
  ])('%i ms is "%s"', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it('are relative within a day', () => {
    expect(agoText(0, 4_000)).toBe('just now');
    expect(agoText(0, 725_000)).toBe('12 min ago');
    expect(agoText(Date.UTC(2026, 0, 1, 12), Date.UTC(2026, 0, 3))).toMatch(/Jan/);
  });
});

describe('moments', () => {
  it('say the day unless it is today', () => {
    const noon = new Date(2026, 0, 2, 12, 0, 7).getTime();
    expect(momentText(noon, noon + 3_600_000)).toBe(clockText(noon));
    expect(momentText(noon, noon + 86_400_000)).toBe(dateText(noon));
  });
});

describe('statuses', () => {
  it('have a word and an icon each, so that colour is never the only sign', () => {
    for (const status of STATUSES) expect(STATUS_FACES[status].word).not.toBe('');
  });

  it('say that a running thing waits for a person', () => {
    expect(statusFace('RUNNING', 'person').word).toBe('Waiting');
    expect(statusFace('RUNNING', 'resource').word).toBe('Running');
    expect(statusFace('SUCCEEDED', 'person').word).toBe('Done');
  });
});
