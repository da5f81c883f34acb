import { describe, expect, it } from 'vitest';
import rankTests from '../../fixtures/rank-tests.json' with { type: 'json' };
import scoredRuns from '../../fixtures/scored-runs.json' with { type: 'json' };
import { judge } from '../judge.ts';
import { describe as describeValues, percentile, sortedCopy } from '../statistics/describe.ts';
import { normalQuantile, twoSidedPValue } from '../statistics/normal.ts';
import { commonLanguageEffect, rankSum } from '../statistics/ranks.ts';
import { configOf, pairOf } from '../testing/build.ts';
import { searchShift, standardizedRankSum } from './shift-search.ts';

const close = (actual: number, expected: number, relative = 1e-9): void =>
  expect(Math.abs(actual - expected), `${actual} is not ${expected}`).toBeLessThanOrEqual(
    relative * Math.max(Math.abs(expected), 1e-300),
  );

describe.each(rankTests.cases)('rank test: $name', (example) => {
  const x = sortedCopy(example.experiment);
  const y = sortedCopy(example.control);

  it('counts pairs and measures effects', () => {
    expect(rankSum(x, y).u).toBe(example.u);
    close(commonLanguageEffect(x, y), example.cles);
    close(twoSidedPValue(standardizedRankSum(x, y, 0)!), example.correctedPValue);
  });

  it.each(Object.entries(example.search))(
    'finds the shift and its interval at %s digit by digit',
    (level, expected) => {
      const shift = searchShift(x, y, normalQuantile(1 - (1 - Number(level)) / 2))!;
      close(shift.lower, expected.lower);
      close(shift.upper, expected.upper);
      close(shift.estimate, expected.estimate);
    },
  );

  it('describes both sides', () => {
    for (const side of ['control', 'experiment'] as const) {
      const { count, ...stats } = describeValues(example[side]);
      expect(count).toBe(example.stats[side].count);
      for (const [name, value] of Object.entries(stats)) close(value, example.stats[side][name as 'min']);
      for (const [name, value] of Object.entries(example.quantiles[side]))
        close(percentile(sortedCopy(example[side]), Number(name.slice(1))), value);
    }
  });

  it('classifies', () => {
    const judgment = judge(
      configOf({ metrics: [{ name: 'm', canary: { direction: 'either' } }] }),
      [pairOf('m', example)],
      { pass: 75, marginal: 50 },
      { mode: 'parity' },
    );
    const [result] = judgment.judgeResult.results;
    expect(result).toMatchObject({ classification: example.searchClass });
    close(result!.resultMetadata.ratio as number, example.searchRatio);
    expect(judgment.metrics[0]!.reason).toMatch(/^The shift is /);
  });
});

const stored = (values: readonly (number | string)[]): number[] => values.map(Number);

describe.each(scoredRuns.cases)('scored run: $name', (example) => {
  it('comes to the score worked out by hand', () => {
    const judgment = judge(
      configOf({ metrics: example.metrics, groupWeights: example.groupWeights }),
      example.metrics.map((metric) =>
        pairOf(metric.name, { control: stored(metric.control), experiment: stored(metric.experiment) }),
      ),
      example.thresholds,
      { mode: 'parity' },
    );
    const { score, groupScores, results } = judgment.judgeResult;
    expect(score).toMatchObject({
      score: example.expected.summaryScore,
      classification: example.expected.classification,
    });
    expect(judgment.summary.rule).toBe(example.expected.rule);
    expect(Object.fromEntries(groupScores.map((group) => [group.name, Math.round(group.score * 1e6)]))).toEqual(
      Object.fromEntries(
        Object.entries(example.expected.groupScores).map(([name, value]) => [name, Math.round(value * 1e6)]),
      ),
    );
    for (const [i, row] of example.expected.results.entries()) {
      expect(results[i]).toMatchObject({ name: row.name, classification: row.classification, critical: row.critical });
      if (row.ratio === 'NaN') expect(results[i]!.resultMetadata.ratio).toBe('NaN');
      else close(results[i]!.resultMetadata.ratio as number, row.ratio as number);
      for (const [name, value] of Object.entries(row.controlStats))
        close(results[i]!.controlMetadata.stats[name as 'count'], value);
      for (const [name, value] of Object.entries(row.experimentStats))
        close(results[i]!.experimentMetadata.stats[name as 'count'], value);
    }
  });
});
