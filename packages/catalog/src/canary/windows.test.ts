import { describe, expect, it } from 'vitest';
import { analysisSchema } from './fields.ts';
import { minutesOf, planWindows } from './windows.ts';

const S = Date.UTC(2031, 0, 1, 8);
const at = (minute: number): number => S + minute * 60_000;
const plan = (fields: object, now = S) => planWindows(analysisSchema.parse(fields), now);
const inMinutes = (fields: object) =>
  plan(fields).windows.map(({ start, end }) => [(start - S) / 60_000, (end - S) / 60_000]);

describe('windows of an analysis', () => {
  it('grow from the start, one for each interval', () => {
    const fields = { lifetimeDuration: 'PT1H', canaryAnalysisIntervalMins: '20' };
    expect(inMinutes(fields)).toEqual([
      [0, 20],
      [0, 40],
      [0, 60],
    ]);
    expect(plan(fields)).toMatchObject({ warmUpUntil: null, isRetrospective: false, isSliding: false });
  });

  it('end with the lifetime, so that none of it goes without a judgment', () => {
    expect(inMinutes({ lifetimeDuration: 'PT50M', canaryAnalysisIntervalMins: 20 })).toEqual([
      [0, 20],
      [0, 40],
      [0, 50],
    ]);
  });

  it.each([undefined, 0, 90, ''])('are one when the interval is %s', (canaryAnalysisIntervalMins) => {
    expect(inMinutes({ lifetimeDuration: 'PT1H', canaryAnalysisIntervalMins })).toEqual([[0, 60]]);
  });

  it('begin after the warm-up', () => {
    const fields = { lifetimeHours: '1', canaryAnalysisIntervalMins: 30, beginCanaryAnalysisAfterMins: 5 };
    expect(inMinutes(fields)).toEqual([
      [5, 35],
      [5, 65],
    ]);
    expect(plan(fields).warmUpUntil).toBe(at(5));
  });

  it('look back no further than the analysis goes', () => {
    const fields = { lifetimeDuration: 'PT1H', canaryAnalysisIntervalMins: 20, lookbackMins: 30 };
    expect(inMinutes(fields)).toEqual([
      [0, 20],
      [10, 40],
      [30, 60],
    ]);
    expect(plan(fields).isSliding).toBe(true);
  });

  it('of times gone by are those of the first scope, without a warm-up', () => {
    const scope = {
      scopeName: 'default',
      startTimeIso: new Date(S).toISOString(),
      endTimeIso: new Date(at(30)).toISOString(),
    };
    const fields = { scopes: [scope], lifetimeDuration: 'PT5H', beginCanaryAnalysisAfterMins: 5 };
    expect(inMinutes(fields)).toEqual([[0, 30]]);
    expect(plan(fields)).toMatchObject({ warmUpUntil: null, isRetrospective: true });
  });

  it.each([
    [{}, 'no lifetime'],
    [{ lifetimeDuration: 'PT20S' }, 'no lifetime'],
    [{ lifetimeDuration: '1 hour' }, '"1 hour", is no ISO 8601 duration'],
    [{ scopes: [{ scopeName: 'x', startTimeIso: 'soon' }] }, '"soon", is no date and time'],
    [{ scopes: [{ scopeName: 'x', endTimeIso: '2001-01-01T00:00:00Z' }] }, 'ends before it starts'],
  ])('are refused for %j', (fields, sentence) => {
    expect(() => plan(fields)).toThrow(sentence);
  });
});

it.each([
  ['PT1H30M', 90],
  ['P1DT1M', 1_441],
  ['PT90S', 1],
  ['P1W', 10_080],
  ['P', null],
  ['PT', null],
  ['1h', null],
])('%s is %s minutes', (duration, minutes) => {
  expect(minutesOf(duration)).toBe(minutes);
});
