import { describe, expect, it } from 'vitest';
import { judge } from '../judge.ts';
import type { JudgeOptions, MetricJudgment } from '../judgment.ts';
import { configOf, noise, pairOf } from '../testing/build.ts';

type Canary = NonNullable<Parameters<typeof configOf>[0]['metrics'][number]['canary']>;

const thresholds = { pass: 75, marginal: 50 };

interface Sides {
  readonly control: readonly number[];
  readonly experiment: readonly number[];
}

const judgeOne = (sides: Sides, canary: Canary = {}, options: JudgeOptions = {}) =>
  judge(
    configOf({ metrics: [{ name: 'm', canary: { direction: 'either', ...canary } }] }),
    [pairOf('m', sides)],
    thresholds,
    options,
  );

const metricOf = (sides: Sides, canary: Canary = {}, options: JudgeOptions = {}): MetricJudgment =>
  judgeOne(sides, canary, options).metrics[0]!;

const count = 60;
const zeros: number[] = Array(count).fill(0);
const nothing: number[] = Array(count).fill(Number.NaN);
const withGaps = (values: readonly number[]): number[] => values.map((value, i) => (i % 7 === 3 ? Number.NaN : value));

describe('data, zeros, gaps and nothing, on each side', () => {
  const states = {
    nothing: () => nothing,
    zeros: () => zeros,
    gaps: (seed: number) => withGaps(noise(seed, count)),
    values: (seed: number) => noise(seed, count),
  };
  type State = keyof typeof states;
  const hasValues = (state: State): boolean => state === 'gaps' || state === 'values';
  const expected = (control: State, experiment: State, direction: string): string => {
    if (control === 'nothing' || experiment === 'nothing') return 'Nodata';
    if (control === 'zeros' && hasValues(experiment)) return direction === 'decrease' ? 'Pass' : 'High';
    if (hasValues(control) && experiment === 'zeros') return direction === 'increase' ? 'Pass' : 'Low';
    return 'Pass';
  };
  const cells = (Object.keys(states) as State[]).flatMap((control) =>
    (Object.keys(states) as State[]).flatMap((experiment) =>
      ['increase', 'decrease', 'either'].map((direction) => ({ control, experiment, direction })),
    ),
  );

  it.each(cells)('baseline $control, canary $experiment, $direction', ({ control, experiment, direction }) => {
    const judgment = judgeOne({ control: states[control](4), experiment: states[experiment](8) }, { direction });
    const found = expected(control, experiment, direction);
    expect(judgment.metrics[0]).toMatchObject({ classification: found });
    const verdict = { Nodata: 'no-data', Pass: 'pass', High: 'fail', Low: 'fail' }[found];
    expect(judgment.verdict).toBe(verdict);
  });
});

describe('missing data', () => {
  const sides = { control: noise(1, count), experiment: nothing };

  it.each([
    [{ noData: 'fail' }, 'NodataFailMetric', 'fail'],
    [{ noData: 'inconclusive', mustHaveData: true }, 'Nodata', 'no-data'],
    [{ noData: 'pass' }, 'Pass', 'pass'],
    [{ mustHaveData: true }, 'NodataFailMetric', 'fail'],
    [{ critical: true }, 'NodataFailMetric', 'fail'],
    [{ mustHaveData: true, nanStrategy: 'replace' }, 'NodataFailMetric', 'fail'],
    [{ nanStrategy: 'replace' }, 'Low', 'fail'],
  ] as const)('%j is %s and the run %s', (canary, classification, verdict) => {
    const judgment = judgeOne(sides, canary);
    expect(judgment.metrics[0]!.classification).toBe(classification);
    expect(judgment.verdict).toBe(verdict);
  });

  it('may wait until the last look, and fails then', () => {
    const look = (number: number) => judgeOne(sides, { noData: 'wait' }, { look: { number, planned: 3 } }).metrics[0]!;
    expect([look(1), look(2), look(3)].map((metric) => metric.classification)).toEqual([
      'Nodata',
      'Nodata',
      'NodataFailMetric',
    ]);
  });

  it('says which side has none, and what was received', () => {
    const metric = metricOf({ control: withGaps(noise(1, count)), experiment: nothing });
    expect(metric.reason).toContain('no points of the canary');
    expect(metric.points.control).toMatchObject({ expected: 60, received: 51, missing: 9, kept: 51 });
    expect(metric.dropped.control[0]).toEqual({ index: 3, reason: 'missing' });
    expect(metric.warnings).toEqual([]);
  });

  it('warns when zeros stand for points that never came', () => {
    const metric = metricOf({ control: nothing, experiment: nothing }, { nanStrategy: 'replace' });
    expect(metric.classification).toBe('Pass');
    expect(metric.warnings.join()).toContain('zeros stand for all of them');
  });
});

describe('three outcomes', () => {
  const control = noise(1, count);

  it('passes what is shown to be no worse than allowed', () => {
    const metric = metricOf({ control, experiment: noise(2, count) });
    expect(metric).toMatchObject({ classification: 'Pass', decidedBy: 'interval' });
    expect(metric.band!.high).toBeCloseTo(10, 0);
    expect(metric.shift!.upper!).toBeLessThan(metric.band!.high!);
    expect(metric.reason).toMatch(/^The canary differs by .*, with 98 % confidence by .*shown to be no worse/);
  });

  it('fails what is shown to be worse', () => {
    const metric = metricOf({ control, experiment: noise(2, count, { centre: 130 }) });
    expect(metric).toMatchObject({ classification: 'High', decidedBy: 'interval' });
    expect(metric.shift!.lower!).toBeGreaterThan(metric.band!.high!);
  });

  it('leaves open what the points do not tell', () => {
    const sides = { control: noise(1, count, { spread: 60 }), experiment: noise(2, count, { spread: 60 }) };
    const judgment = judgeOne(sides);
    expect(judgment.metrics[0]).toMatchObject({ classification: 'Inconclusive', decidedBy: 'interval' });
    expect(judgment.verdict).toBe('inconclusive');
    expect(judgment.judgeResult.score.classification).toBe('Inconclusive');
  });

  it('takes no verdict from too few points', () => {
    const metric = metricOf({ control: control.slice(0, 7), experiment: noise(2, 7, { centre: 500 }) });
    expect(metric).toMatchObject({ classification: 'Inconclusive', decidedBy: 'too-few-points' });
  });

  it('takes correlated points for fewer', () => {
    const slow = (seed: number) => noise(seed, 10).flatMap((value) => Array<number>(6).fill(value));
    const metric = metricOf({ control: slow(1), experiment: slow(2) });
    expect(metric.autocorrelation!).toBeGreaterThan(0.6);
    expect(metric.points.control.effective!).toBeLessThan(15);
    expect(metric.shift!.lower === null || metric.shift!.upper! - metric.shift!.lower! > 4).toBe(true);
  });

  it('asks more of an early look than of the last', () => {
    const sides = { control, experiment: noise(2, count) };
    const width = (number: number): number => {
      const { lower, upper } = metricOf(sides, {}, { look: { number, planned: 3 } }).shift!;
      return upper! - lower!;
    };
    expect(width(1)).toBeGreaterThan(width(2));
    expect(width(2)).toBeGreaterThan(width(3));
  });

  it('judges two constants without inventing noise', () => {
    const constant = (value: number): number[] => Array(20).fill(value);
    expect(metricOf({ control: constant(5), experiment: constant(7) })).toMatchObject({
      classification: 'High',
      shift: { estimate: 2, lower: 2, upper: 2 },
    });
    expect(metricOf({ control: constant(5), experiment: constant(5.2) }).classification).toBe('Pass');
  });

  it('sees changes of tiny numbers', () => {
    const tiny = (values: readonly number[]) => values.map((value) => value * 1e-7);
    const sides = {
      control: tiny(noise(1, count, { spread: 25 })),
      experiment: tiny(noise(2, count, { centre: 150, spread: 25 })),
    };
    expect(metricOf(sides).classification).toBe('High');
    expect(metricOf(sides, {}, { mode: 'parity' }).classification).toBe('Pass');
  });

  it('sees changes of negative numbers', () => {
    const negative = (values: readonly number[]) => values.map((value) => -value);
    const sides = { control: negative(control), experiment: negative(noise(2, count, { centre: 150 })) };
    expect(metricOf(sides).classification).toBe('Low');
    expect(metricOf(sides, {}, { mode: 'parity' }).classification).toBe('Pass');
  });
});

describe('what is allowed', () => {
  const sides = { control: noise(1, count), experiment: noise(2, count, { centre: 130 }) };

  it.each([
    [{ minAbsoluteChange: 50 }, 'Pass'],
    [{ effectSize: { allowedIncrease: 1.5 } }, 'Pass'],
    [{ effectSize: { allowedIncrease: 1.2 } }, 'High'],
    [{ direction: 'decrease' }, 'Pass'],
    [{ effectSize: { measure: 'cles', allowedIncrease: 0.7 } }, 'High'],
    [{ effectSize: { measure: 'cles', allowedIncrease: 0.7 }, minAbsoluteChange: 50 }, 'Pass'],
  ] as const)('%j gives %s', (canary, classification) => {
    expect(metricOf(sides, canary).classification).toBe(classification);
  });

  it('takes the tolerance and the confidence of the config', () => {
    const judged = (judgeConfigurations: Record<string, unknown>) =>
      judge(
        configOf({ metrics: [{ name: 'm', canary: { direction: 'either' } }], judgeConfigurations }),
        [pairOf('m', sides)],
        thresholds,
      ).metrics[0]!;
    expect(judged({ tolerance: 0.5 }).classification).toBe('Pass');
    expect(judged({ confidence: 0.9 }).shift!.confidence).toBeCloseTo(0.9, 12);
    expect(judged({ confidence: 'high' }).shift!.confidence).toBeCloseTo(0.98, 12);
  });

  it('fails the run for a critical metric only beyond the critical effect', () => {
    const verdict = (criticalIncrease: number) => {
      const judgment = judgeOne(sides, { critical: true, effectSize: { criticalIncrease } });
      return [judgment.judgeResult.results[0]!.critical, judgment.summary.rule];
    };
    expect(verdict(1.1)).toEqual([true, 'critical']);
    expect(verdict(2)).toEqual([false, 'weighted']);
  });
});

describe('what the middle does not show', () => {
  it('finds errors in some steps where the baseline has none', () => {
    const experiment = zeros.map((_, i) => (i % 3 === 0 ? 4 : 0));
    const metric = metricOf({ control: zeros, experiment });
    expect(metric).toMatchObject({ classification: 'High', decidedBy: 'zero-baseline' });
    expect(metric.tails).toMatchObject([{ percent: 0, controlBeyond: 0, experimentBeyond: 20 }]);
  });

  it('passes no canary whose baseline is all zero while the canary is not', () => {
    const experiment = zeros.map((_, i) => (i === 30 ? 1 : 0));
    expect(metricOf({ control: zeros, experiment }).classification).toBe('Inconclusive');
    expect(metricOf({ control: zeros, experiment }, { minAbsoluteChange: 1 }).classification).toBe('Pass');
    expect(metricOf({ control: zeros, experiment }, { direction: 'decrease' }).classification).toBe('Pass');
  });

  it('finds a worse tail behind an equal middle', () => {
    const experiment = noise(2, 180).map((value, i) => ((i * 7) % 10 < 2 ? value * 3 : value));
    const metric = metricOf({ control: noise(1, 180), experiment });
    expect(metric).toMatchObject({ classification: 'High', decidedBy: 'tail' });
    expect(metric.reason).toContain('90th percentile');
    expect(metric.quantiles.map((row) => row.percent)).toEqual([50, 90, 95, 99]);
  });
});

it('finds a canary whose worst points fell', () => {
  const experiment = noise(2, 180).map((value, i) => ((i * 7) % 10 < 2 ? value / 3 : value));
  const sides = { control: noise(1, 180), experiment };
  expect(metricOf(sides)).toMatchObject({ classification: 'Low', decidedBy: 'tail' });
  expect(metricOf(sides).reason).toContain('10th percentile is lower');
  expect(metricOf(sides, { direction: 'increase' }).classification).toBe('Pass');
});

describe('events', () => {
  const spread = (events: number): number[] => zeros.map((_, i) => (i < events ? 1 : 0));
  const events = (control: number, experiment: number, canary: Canary = {}) =>
    metricOf(
      { control: spread(control), experiment: spread(experiment) },
      { direction: 'increase', dataKind: 'count', ...canary },
    );

  it.each([
    [0, 0, 'Pass'],
    [0, 20, 'High'],
    [30, 30, 'Pass'],
    [0, 3, 'Inconclusive'],
    [20, 0, 'Pass'],
  ])('%i of the baseline and %i of the canary is %s', (control, experiment, classification) => {
    const metric = events(control, experiment);
    expect(metric).toMatchObject({ classification, decidedBy: 'events' });
    expect(metric.counts).toMatchObject({ controlEvents: control, experimentEvents: experiment, exposureShare: 0.5 });
  });

  it('knows who did how much work', () => {
    expect(events(20, 60).classification).toBe('High');
    expect(events(20, 60, { exposureShare: 0.75 }).classification).toBe('Pass');
    const config = configOf({
      metrics: [
        { name: 'errors', canary: { direction: 'increase', dataKind: 'count', exposureMetric: 'requests' } },
        { name: 'requests', canary: { direction: 'either', muted: true } },
      ],
    });
    const judged = judge(
      config,
      [
        pairOf('errors', { control: spread(20), experiment: spread(60) }),
        pairOf('requests', { control: zeros.map(() => 100), experiment: zeros.map(() => 300) }),
      ],
      thresholds,
    );
    expect(judged.metrics[0]).toMatchObject({ classification: 'Pass', counts: { exposureShare: 0.75 } });
  });

  it('ignores an excess that is too small to matter', () => {
    expect(events(0, 20, { minAbsoluteChange: 25 }).classification).toBe('Pass');
  });

  it('refuses what is no count', () => {
    const judgment = judgeOne(
      { control: noise(1, count), experiment: noise(2, count) },
      { dataKind: 'count', critical: true },
    );
    expect(judgment.metrics[0]).toMatchObject({ classification: 'Error' });
    expect(judgment.verdict).toBe('fail');
  });
});
