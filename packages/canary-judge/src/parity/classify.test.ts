import { describe, expect, it } from 'vitest';
import { judge } from '../judge.ts';
import { configOf, noise, pairOf } from '../testing/build.ts';

type Canary = NonNullable<Parameters<typeof configOf>[0]['metrics'][number]['canary']>;

function classify(control: readonly number[], experiment: readonly number[], canary: Canary = {}) {
  const { judgeResult, metrics } = judge(
    configOf({ metrics: [{ name: 'm', canary }] }),
    [pairOf('m', { control, experiment })],
    { pass: 75, marginal: 50 },
    { mode: 'parity' },
  );
  const [row] = judgeResult.results;
  return { ...row!, decidedBy: metrics[0]!.decidedBy, metric: metrics[0]!, score: judgeResult.score.score };
}

const nan = Number.NaN;
const around = (seed: number, centre = 100) => noise(seed, 30, { centre });

describe('sides without points', () => {
  it.each([
    [{}, 'Nodata', false],
    [{ mustHaveData: true }, 'NodataFailMetric', false],
    [{ critical: true }, 'Nodata', true],
    [{ critical: true, mustHaveData: true }, 'Nodata', true],
    [{ nanStrategy: 'replace', mustHaveData: true, critical: true }, 'Pass', false],
    [{ nanStrategy: 'anything' }, 'Nodata', false],
  ] as const)('%j is %s, critical %s', (canary, classification, critical) => {
    expect(classify(around(1), [], canary)).toMatchObject({ classification, critical, resultMetadata: { ratio: 1 } });
  });

  it('are empty when all points are missing, unless these are replaced', () => {
    expect(classify([nan, nan], [nan, 3]).classification).toBe('Nodata');
    expect(classify([nan, nan, nan], [nan, nan, nan], { nanStrategy: 'replace' })).toMatchObject({
      classification: 'Pass',
      decidedBy: 'identical',
    });
  });
});

describe('sides that hardly vary', () => {
  it('pass when they are the same in any order', () => {
    expect(classify([1, 2, 3], [3, 1, 2])).toMatchObject({ classification: 'Pass', resultMetadata: { ratio: 1 } });
  });

  it('pass when every point has one value', () => {
    expect(classify([5, 5], [5, 5, 5])).toMatchObject({
      classification: 'Pass',
      decidedBy: 'identical',
      resultMetadata: { ratio: 1 },
    });
  });

  it('are told apart when they are different constants, always alike', () => {
    const found = classify(Array(20).fill(5), Array(20).fill(7));
    expect(found).toMatchObject({ classification: 'High', resultMetadata: { ratio: 1.4 } });
    expect(found.metric.shift!.estimate).toBeCloseTo(2, 3);
    expect(classify(Array(20).fill(5), Array(20).fill(7))).toEqual(found);
  });

  it('cannot be tested when all points tie at the edge', () => {
    expect(classify([0, 0, 0], [4], { critical: true })).toMatchObject({
      classification: 'Error',
      critical: false,
      resultMetadata: {},
      score: 100,
    });
  });

  it('cannot be tested with infinite points', () => {
    expect(classify([1, 2, Infinity], [1, 2, 3]).classification).toBe('Error');
  });
});

describe('gates', () => {
  const control = around(1);
  const higher = around(2, 130);

  it.each([
    [{ direction: 'increase' }, 'High', 'interval'],
    [{ direction: 'decrease' }, 'Pass', 'direction'],
    [{ direction: 'sideways' }, 'High', 'interval'],
    [{ effectSize: { allowedIncrease: 1.2 } }, 'High', 'interval'],
    [{ effectSize: { allowedIncrease: 1.4 } }, 'Pass', 'effect-size'],
    [{ effectSize: { measure: 'cles', allowedIncrease: 0.9 } }, 'High', 'interval'],
  ] as const)('%j lets a higher canary be %s by %s', (canary, classification, decidedBy) => {
    expect(classify(control, higher, canary)).toMatchObject({ classification, decidedBy });
  });

  it.each([
    [{ direction: 'decrease' }, 'Low', 'interval'],
    [{ direction: 'increase' }, 'Pass', 'direction'],
    [{ effectSize: { allowedDecrease: 0.5 } }, 'Pass', 'effect-size'],
  ] as const)('%j lets a lower canary be %s by %s', (canary, classification, decidedBy) => {
    expect(classify(higher, control, canary)).toMatchObject({ classification, decidedBy });
  });

  it('fail the run only beyond the critical effect', () => {
    const critical = (criticalIncrease: number) =>
      classify(control, higher, { critical: true, effectSize: { criticalIncrease } });
    expect(critical(1.2)).toMatchObject({ classification: 'High', critical: true });
    expect(critical(1.5)).toMatchObject({ classification: 'High', critical: false });
  });

  it('are open when a mean is 0', () => {
    const found = classify([0, 0, 0, 0, 0, 0], [3, 4, 5, 4, 3, 4], { effectSize: { allowedIncrease: 100 } });
    expect(found).toMatchObject({ classification: 'High', resultMetadata: { ratio: 'NaN' } });
  });

  it('let pass what touches the band, such as errors that zeros pair with', () => {
    const errors = [2, 3, 0, 1, 2, 0, 4, 1, 2, 0, 3, 1];
    expect(classify(Array(12).fill(0), errors).classification).toBe('Pass');
  });
});

describe('outliers', () => {
  const values = [...Array.from({ length: 100 }, (_, i) => 10 + (i % 10)), 500];

  it('stay unless they are to go, and go only beyond both fences', () => {
    expect(classify(values, values).metric.points.control).toMatchObject({ outliers: 0, kept: 101 });
    const removed = classify(values, values, { outliers: { strategy: 'remove' } }).metric;
    expect(removed.points.control).toMatchObject({ outliers: 1, kept: 100 });
    expect(removed.dropped.control).toEqual([{ index: 100, reason: 'outlier' }]);
    const wide = classify(values, values, { outliers: { strategy: 'remove', outlierFactor: 1000 } }).metric;
    expect(wide.points.control.outliers).toBe(0);
  });
});

it('says what the run would be without a metric, and warns of few points', () => {
  const config = configOf({ metrics: [{ name: 'good' }, { name: 'bad' }] });
  const judgment = judge(
    config,
    [
      pairOf('good', { control: around(1), experiment: around(2) }),
      pairOf('bad', { control: around(1), experiment: around(2, 200) }),
    ],
    { pass: 75, marginal: 50 },
    { mode: 'parity' },
  );
  expect(judgment.judgeResult.score).toMatchObject({ score: 50, classification: 'Marginal' });
  expect(judgment.metrics.map((metric) => metric.withoutThisMetric)).toEqual([
    { score: 0, classification: 'Fail' },
    { score: 100, classification: 'Pass' },
  ]);
  expect(judgment.metrics[0]!.warnings.join()).toContain('30 points');
});
