import { describe, expect, it } from 'vitest';
import type { Datapoint } from './state.ts';
import { isStatistic, statisticOf } from './statistics.ts';

function of(...values: number[]): Datapoint {
  const sum = values.reduce((total, value) => total + value, 0);
  return {
    at: 0,
    unit: 'None',
    count: values.length,
    sum,
    min: Math.min(...values),
    max: Math.max(...values),
    samples: values.map((value) => [value, 1]),
  };
}

const hundred = [
  of(...Array.from({ length: 50 }, (_, index) => index + 1)),
  of(...Array.from({ length: 50 }, (_, index) => index + 51)),
];

describe('statistics over datapoints', () => {
  it.each([
    ['SampleCount', 100],
    ['Sum', 5050],
    ['Average', 50.5],
    ['Minimum', 1],
    ['Maximum', 100],
    ['p50', 50],
    ['p99', 99],
    ['p99.9', 100],
    ['p0', 1],
    ['p100', 100],
    ['tm90', 45.5],
    ['TM(10%:90%)', 50.5],
    ['TM(90:)', 95.5],
    ['IQM', 50.5],
    ['tc90', 90],
    ['ts90', 4095],
    ['wm90', (4095 + 90 * 10) / 100],
    ['TC(10:20)', 10],
    ['TS(:10)', 55],
    ['PR(:25)', 25],
  ])('%s of 1 to 100 is %d', (name, value) => {
    expect(statisticOf(name, hundred)).toBeCloseTo(value, 9);
  });

  it('counts a value as often as its weight says', () => {
    const weighted: Datapoint = {
      ...of(1, 10),
      count: 100,
      sum: 190,
      samples: [
        [1, 90],
        [10, 10],
      ],
    };
    expect(statisticOf('p90', [weighted])).toBe(1);
    expect(statisticOf('p91', [weighted])).toBe(10);
    expect(statisticOf('tm95', [weighted])).toBeCloseTo((90 + 50) / 95, 9);
  });

  it('has no percentile where only the statistics are known, unless all values must be equal', () => {
    const set: Datapoint = { ...of(1, 2, 3), samples: null };
    expect(statisticOf('Average', [set])).toBe(2);
    expect(statisticOf('p50', [set])).toBeNull();
    expect(statisticOf('p50', [{ ...of(4, 4), samples: null }])).toBe(4);
    expect(statisticOf('Sum', [])).toBeNull();
  });

  it('knows which names are statistics', () => {
    const known = ['Average', 'p99.99', 'tm99', 'WM(2%:98%)', 'IQM', 'PR(100:)'];
    const unknown = ['average', 'p101', 'q50', 'TM(', 'constructor', ''];
    expect(known.filter((name) => !isStatistic(name))).toEqual([]);
    expect(unknown.filter(isStatistic)).toEqual([]);
  });
});
