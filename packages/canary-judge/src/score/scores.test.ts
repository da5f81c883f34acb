import { describe, expect, it } from 'vitest';
import type { MetricClass } from '../judgment.ts';
import { roundHalfUp } from '../statistics/round.ts';
import type { ScoredResult } from './groups.ts';
import { scoreAsKayenta } from './parity-score.ts';
import { scoreStandard } from './standard-score.ts';

const thresholds = { pass: 75, marginal: 50 };

const result = (
  classification: MetricClass,
  groups: readonly string[] = ['g'],
  more: Partial<ScoredResult> = {},
): ScoredResult => ({
  id: `${classification}-${groups.join()}`,
  name: `metric ${groups.join()}`,
  groups,
  classification,
  isCritical: false,
  isCriticalMetric: false,
  isMuted: false,
  ...more,
});

describe("the score of Kayenta's judge", () => {
  const score = (results: readonly ScoredResult[], weights: Record<string, number> = {}) =>
    scoreAsKayenta({ results, weights, thresholds });

  it('loses the weight of a group without results', () => {
    expect(score([result('Pass', ['a']), result('Pass', ['a'])], { a: 50, b: 50 }).score).toBe(50);
  });

  it('gives groups without a weight what is left, even less than nothing', () => {
    expect(score([result('Pass', ['a']), result('Pass', ['b'])], { a: 100 }).score).toBe(100);
    expect(score([result('Pass', ['a']), result('High', ['b'])], { a: 120 }).score).toBe(120);
    expect(score([result('Pass', ['a']), result('Pass', ['b'])], { a: 120 }).summary.groups).toMatchObject([
      { name: 'a', weight: 120 },
      { name: 'b', weight: -20 },
    ]);
  });

  it('excuses a group of errors, and an error of a critical metric', () => {
    const error = result('Error', ['a'], { isCriticalMetric: true });
    expect(score([error, result('Pass', ['b'])], { a: 50, b: 50 })).toMatchObject({ score: 100, verdict: 'pass' });
  });

  it('scores 0 when half of the results have no data', () => {
    expect(score([result('Nodata'), result('Pass')])).toMatchObject({ score: 0, summary: { rule: 'no-data' } });
    expect(score([result('Nodata'), result('Pass'), result('Pass')])).toMatchObject({ score: 100 });
  });

  it('scores 0 when a critical metric has no data', () => {
    const critical = result('Nodata', ['a'], { isCritical: true });
    expect(score([critical, result('Pass'), result('Pass')])).toMatchObject({
      score: 0,
      summary: { rule: 'critical' },
    });
  });

  it('gives muted results no say', () => {
    const muted = result('High', ['g'], { isMuted: true, isCritical: true });
    expect(score([muted, result('Pass')])).toMatchObject({ score: 100, summary: { unmutedCount: 1 } });
    expect(score([muted])).toMatchObject({ score: 0, verdict: 'fail' });
  });

  it('counts a metric in each of its groups and one without a group in none', () => {
    const results = [result('High', ['a', 'b']), result('Pass', ['b']), result('High', [])];
    expect(score(results, { a: 50, b: 50 }).score).toBe(25);
  });

  it('counts a metric that must have data as failed', () => {
    expect(score([result('NodataFailMetric'), result('Pass'), result('Pass'), result('Pass')]).score).toBe(75);
  });

  it('reaches a threshold by being equal to it', () => {
    expect(score([result('NodataFailMetric'), result('Pass'), result('Pass'), result('Pass')]).classification).toBe(
      'Pass',
    );
    expect(score([result('High'), result('Pass')]).classification).toBe('Marginal');
    expect(score([result('High'), result('High'), result('Pass')]).classification).toBe('Fail');
  });
});

describe('the score in standard mode', () => {
  const score = (results: readonly ScoredResult[], weights: Record<string, number> = {}) =>
    scoreStandard({ results, weights, thresholds });

  it('spreads the weight of a group that decided nothing', () => {
    expect(score([result('Pass', ['a'])], { a: 50, b: 50 })).toMatchObject({ score: 100, verdict: 'pass' });
    expect(score([result('Pass', ['a']), result('High', ['b'])], { a: 120 }).score).toBe(100);
  });

  it('stays open while what is undecided could change the verdict', () => {
    expect(score([result('Pass'), result('Inconclusive')])).toMatchObject({ verdict: 'inconclusive', score: 100 });
    expect(score([...Array(9).fill(result('Pass')), result('Inconclusive')]).verdict).toBe('pass');
    expect(score([...Array(9).fill(result('High')), result('Inconclusive')]).verdict).toBe('fail');
    expect(score([...Array(9).fill(result('Pass')), result('Nodata')]).verdict).toBe('pass');
  });

  it('never passes over an undecided critical metric or an error', () => {
    const passes: ScoredResult[] = Array(9).fill(result('Pass'));
    expect(score([...passes, result('Inconclusive', ['g'], { isCriticalMetric: true })]).verdict).toBe('inconclusive');
    expect(score([...passes, result('Error')]).verdict).toBe('inconclusive');
    expect(score([...passes, result('Error', ['g'], { isCritical: true })])).toMatchObject({
      verdict: 'fail',
      score: 0,
    });
    expect(score([result('Error')]).verdict).toBe('error');
  });

  it('knows nothing from nothing', () => {
    expect(score([]).verdict).toBe('no-data');
    expect(score([result('Pass', ['g'], { isMuted: true })]).verdict).toBe('no-data');
    expect(score([result('Nodata'), result('Pass')]).verdict).toBe('no-data');
    expect(score([result('Pass', [])]).verdict).toBe('error');
  });

  it('judges by no thresholds that are none', () => {
    for (const bad of [
      { pass: Number.NaN, marginal: 50 },
      { pass: 50, marginal: 75 },
      { pass: 0, marginal: 0 },
    ])
      expect(scoreStandard({ results: [result('Pass')], weights: {}, thresholds: bad }).verdict).toBe('error');
  });
});

it.each([
  [33.333333, 33.33],
  [0.125, 0.13],
  [1.005, 1.01],
  [99.995, 100],
  [-0.125, -0.13],
  [1e-9, 0],
  [12, 12],
])('rounds %d half up to %d', (value, rounded) => {
  expect(roundHalfUp(value, 2)).toBe(rounded);
});
