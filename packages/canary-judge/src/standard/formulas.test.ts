import { describe, expect, it } from 'vitest';
import numbers from '../../fixtures/numbers.json' with { type: 'json' };
import rankTests from '../../fixtures/rank-tests.json' with { type: 'json' };
import { adjustedPValues } from '../statistics/adjust.ts';
import { percentile, sortedCopy } from '../statistics/describe.ts';
import { normalQuantile, twoSidedPValue } from '../statistics/normal.ts';
import { rankSum, rankSumDeviation } from '../statistics/ranks.ts';
import { correlationOf } from './correlation.ts';
import { countEvidence } from './events.ts';
import { lookQuantile } from './looks.ts';
import { choose, rankSumQuantile } from './null-distribution.ts';
import { differenceOfRank } from './order-statistic.ts';
import { shiftInterval } from './shift-interval.ts';
import { pointsBeyond } from './tails.ts';

const quantileOf = (level: string): number => normalQuantile(1 - (1 - Number(level)) / 2);

describe.each(rankTests.cases)('exact shift: $name', (example) => {
  const x = sortedCopy(example.experiment);
  const y = sortedCopy(example.control);

  it('estimates the median of all differences', () => {
    expect(shiftInterval(x, y, quantileOf('0.98')).estimate).toBeCloseTo(example.medianDifference, 12);
  });

  it.each(Object.entries(example.orderStatistics))('bounds the shift at %s by differences', (level, [lower, upper]) => {
    const shift = shiftInterval(x, y, quantileOf(level));
    const exact = 'exactTest' in example ? example.exactTest?.intervals[level as '0.95'] : undefined;
    if (!example.isReachable[level as '0.95']) {
      expect([shift.lower, shift.upper]).toEqual([null, null]);
      return;
    }
    expect(shift.method).toBe(exact ? 'exact' : 'normal');
    expect(shift.lower).toBeCloseTo((exact?.[0] ?? lower)!, 12);
    expect(shift.upper).toBeCloseTo((exact?.[1] ?? upper)!, 12);
  });

  it('selects the same differences as sorting them all', () => {
    const all = sortedCopy(example.experiment.flatMap((a) => example.control.map((b) => a - b)));
    for (const percent of [0, 3, 50, 97, 100]) {
      const rank = 1 + Math.floor(((all.length - 1) * percent) / 100);
      expect(differenceOfRank(x, y, rank)).toBe(all[rank - 1]! + 0);
    }
  });
});

it('knows the null distribution of the rank sum', () => {
  // One above the tabulated critical values 1, 9 and 127.
  expect([rankSumQuantile(5, 5, 0.01), rankSumQuantile(8, 8, 0.01), rankSumQuantile(20, 20, 0.025)]).toEqual([
    2, 10, 128,
  ]);
  expect(choose(98, 49)).toBeCloseTo(2.547761225898086e28, -15);
});

it('deflates a rank test by the correlation of its points', () => {
  const { control, experiment, ...expected } = numbers.correlated;
  const correlation = correlationOf(experiment, control)!;
  expect(correlation.raw).toBeCloseTo(expected.r, 12);
  expect(correlation.corrected).toBeCloseTo(expected.rBiasCorrected, 12);
  expect(control.length * correlation.worth).toBeCloseTo(expected.effectiveSampleSizePerSide, 10);
  const { u, ties } = rankSum(sortedCopy(experiment), sortedCopy(control));
  const z = (u - 288 - 0.5) / rankSumDeviation(24, 24, ties);
  expect(z).toBeCloseTo(expected.z, 12);
  expect(twoSidedPValue(z)).toBeCloseTo(expected.pUncorrectedForDependence, 14);
  expect(twoSidedPValue(z * Math.sqrt(correlation.worth))).toBeCloseTo(expected.pDeflated, 12);
});

describe('looks', () => {
  it.each(numbers.looks)('spends $alpha over $looks looks', ({ alpha, looks, z }) => {
    for (const [i, boundary] of z.entries())
      expect(Math.abs(lookQuantile(alpha, { number: i + 1, planned: looks }) - boundary)).toBeLessThan(0.001);
  });

  it('gives each of several windows its share', () => {
    expect(lookQuantile(0.02, { number: 1, planned: 4, isSliding: true })).toBeCloseTo(normalQuantile(1 - 0.0025), 12);
  });

  it('goes down look by look, with many looks too', () => {
    for (const planned of [4, 9, 25, 288]) {
      const all = Array.from({ length: planned }, (_, i) => lookQuantile(0.02, { number: i + 1, planned }));
      for (const [i, z] of all.entries()) {
        expect(z).toBeGreaterThanOrEqual(normalQuantile(0.99));
        if (i > 0 && planned <= 24) expect(z).toBeLessThanOrEqual(all[i - 1]!);
      }
    }
  });
});

describe('events', () => {
  it.each(numbers.countEvidence.inputs)('weighs $canary of $total events', ({ canary, total, theta0, evidence }) => {
    const found = countEvidence({ experiment: canary, control: total - canary, exposureShare: theta0 }, 0.02).evidence;
    expect(Math.abs(found / evidence - 1)).toBeLessThan(1e-9);
  });

  it.each(numbers.countEvidence.intervals)(
    'bounds the share at $canary of $total',
    ({ canary, total, alpha, interval }) => {
      // With equal work on both sides the rate ratio is the odds of the share.
      const { rateRatio } = countEvidence({ experiment: canary, control: total - canary, exposureShare: 0.5 }, alpha);
      expect(rateRatio.lower / (1 + rateRatio.lower)).toBeCloseTo(interval[0]!, 8);
      expect(rateRatio.upper! / (1 + rateRatio.upper!)).toBeCloseTo(interval[1]!, 8);
    },
  );
});

it('adjusts p-values for their number', () => {
  const { p, benjaminiHochberg } = numbers.adjustedPValues;
  for (const [i, value] of adjustedPValues(p).entries()) expect(value).toBeCloseTo(benjaminiHochberg[i]!, 12);
  expect(adjustedPValues([undefined, 0.03, undefined])).toEqual([undefined, 0.03, undefined]);
});

it("tests counts of points by Fisher's exact test", () => {
  const values = (above: number, below: number) => sortedCopy([...Array(above).fill(1), ...Array(below).fill(0)]);
  // fisher.test(matrix(c(9, 3, 0, 12), 2), alternative = "greater") of R: 220 / choose(24, 9).
  const samples = { control: values(0, 12), experiment: values(9, 3), worth: 1 };
  const evidence = pointsBeyond(samples, { percent: 0, threshold: 0, side: 'above' });
  expect(evidence).toMatchObject({ controlBeyond: 0, experimentBeyond: 9 });
  expect(evidence.pValue).toBeCloseTo(220 / choose(24, 9), 12);
});

it('interpolates percentiles', () => {
  expect(percentile(sortedCopy([1, 2, 3, 4]), 50)).toBe(2.5);
  expect(percentile(sortedCopy([]), 50)).toBeNaN();
});
