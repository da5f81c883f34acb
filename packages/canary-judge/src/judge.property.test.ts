import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import type { JudgeMode, Judgment } from './judgment.ts';
import { shiftInterval } from './standard/shift-interval.ts';
import { sortedCopy } from './statistics/describe.ts';
import { normalQuantile } from './statistics/normal.ts';
import { configOf, noise, pairOf } from './testing/build.ts';

const thresholds = { pass: 75, marginal: 50 };
const z = normalQuantile(0.99);

/** Whole numbers and tolerances of powers of two keep the arithmetic exact, so that equal means equal. */
const whole = fc.array(fc.integer({ min: -40, max: 60 }), { minLength: 1, maxLength: 40 });
const run = { seed: 20260105, numRuns: 200 } as const;
const direction = fc.constantFrom('increase', 'decrease', 'either');
const mode = fc.constantFrom<JudgeMode>('parity', 'standard');

const judgeSides = (
  control: readonly number[],
  experiment: readonly number[],
  canary: Record<string, unknown>,
  mode: JudgeMode,
): Judgment =>
  judge(
    configOf({ metrics: [{ name: 'm', canary }], judgeConfigurations: { tolerance: 0.125 } }),
    [pairOf('m', { control, experiment })],
    thresholds,
    { mode },
  );

describe('the exact shift', () => {
  const shift = (x: readonly number[], y: readonly number[]) => {
    const { estimate, lower, upper } = shiftInterval(sortedCopy(x), sortedCopy(y), z);
    return { estimate, lower, upper };
  };
  const times = (value: number | null, factor: number) => (value === null ? null : value * factor + 0);

  it('turns round when the sides are swapped', () => {
    fc.assert(
      fc.property(whole, whole, (x, y) => {
        const { estimate, lower, upper } = shift(x, y);
        expect(shift(y, x)).toEqual({
          estimate: times(estimate, -1),
          lower: times(upper, -1),
          upper: times(lower, -1),
        });
      }),
      run,
    );
  });

  it('scales with the values', () => {
    fc.assert(
      fc.property(
        whole,
        whole,
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: -200, max: 200 }),
        (x, y, ten, two) => {
          const factor = ten === 9 ? 2 ** two : 10 ** ten;
          const { estimate, lower, upper } = shift(x, y);
          const scaled = shift(
            x.map((value) => value * factor),
            y.map((value) => value * factor),
          );
          expect(scaled).toEqual({
            estimate: times(estimate, factor),
            lower: times(lower, factor),
            upper: times(upper, factor),
          });
        },
      ),
      run,
    );
  });

  it('moves by what is added to one side, stays when it is added to both, and knows no order', () => {
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: -1000, max: 1000 }), (x, y, constant) => {
        const plus = (values: readonly number[]) => values.map((value) => value + constant);
        const { estimate, lower, upper } = shift(x, y);
        const moved = (value: number | null) => (value === null ? null : value + constant);
        expect(shift(plus(x), y)).toEqual({ estimate: moved(estimate), lower: moved(lower), upper: moved(upper) });
        expect(shift(plus(x), plus(y))).toEqual({ estimate, lower, upper });
        expect(shift(x.toReversed(), y.toSorted())).toEqual({ estimate, lower, upper });
      }),
      run,
    );
  });
});

describe('the judge', () => {
  const classOf = (judgment: Judgment) => judgment.metrics[0]!.classification;

  it('in standard mode sees the same at any scale', () => {
    fc.assert(
      fc.property(whole, whole, direction, fc.integer({ min: 0, max: 9 }), (control, experiment, direction, power) => {
        const scaled = (values: readonly number[]) => values.map((value) => value * 10 ** power);
        expect(classOf(judgeSides(scaled(control), scaled(experiment), { direction }, 'standard'))).toBe(
          classOf(judgeSides(control, experiment, { direction }, 'standard')),
        );
      }),
      run,
    );
  });

  it('mirrors its class when increase and decrease change places', () => {
    const mirrored: Record<string, string> = { High: 'Low', Low: 'High' };
    const symmetric = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 8, maxLength: 40 });
    fc.assert(
      fc.property(symmetric, symmetric, (control, experiment) => {
        const negative = (values: readonly number[]) => values.map((value) => -value);
        const found = judgeSides(control, experiment, { direction: 'either' }, 'standard').metrics[0]!;
        const other = judgeSides(negative(control), negative(experiment), { direction: 'either' }, 'standard')
          .metrics[0]!;
        expect(other.classification).toBe(mirrored[found.classification] ?? found.classification);
      }),
      run,
    );
  });

  it('knows no order of points in parity mode, and none of metrics and pairs in either', () => {
    const sides = fc.record({ control: whole, experiment: whole });
    fc.assert(
      fc.property(fc.array(sides, { minLength: 1, maxLength: 4 }), mode, (all, mode) => {
        const metrics = all.map((_, i) => ({ name: `m${i}`, groups: [`g${i % 2}`], canary: { direction: 'either' } }));
        const pairs = all.map((one, i) => pairOf(`m${i}`, one));
        const straight = judge(configOf({ metrics }), pairs, thresholds, { mode });
        const reversed = judge(configOf({ metrics: metrics.toReversed() }), pairs.toReversed(), thresholds, { mode });
        expect(reversed.judgeResult.score.score).toBe(straight.judgeResult.score.score);
        expect(reversed.verdict).toBe(straight.verdict);
        expect(reversed.metrics.toReversed()).toEqual(straight.metrics);
        const shuffled = all.map((one, i) =>
          pairOf(`m${i}`, { control: one.control.toReversed(), experiment: one.experiment.toSorted() }),
        );
        if (mode === 'parity')
          expect(classesOf(judge(configOf({ metrics }), shuffled, thresholds, { mode }))).toEqual(classesOf(straight));
      }),
      run,
    );
  });
});

describe('whatever the numbers are', () => {
  const wild = fc.oneof(
    fc.constantFrom(
      Number.NaN,
      Infinity,
      -Infinity,
      0,
      -0,
      1,
      1,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      Number.MIN_VALUE,
      1e300,
    ),
    fc.double(),
    fc.integer({ min: 0, max: 5 }),
  );
  const values = fc.oneof(
    fc.array(wild, { maxLength: 30 }),
    fc.array(fc.constantFrom(0, 1, Number.NaN), { maxLength: 60 }),
  );
  const canary = fc.record({
    direction,
    nanStrategy: fc.constantFrom('remove', 'replace'),
    critical: fc.boolean(),
    mustHaveData: fc.boolean(),
    outliers: fc.record({
      strategy: fc.constantFrom('remove', 'keep'),
      outlierFactor: fc.double({ min: 0.1, max: 10, noNaN: true }),
    }),
    effectSize: fc.record({
      measure: fc.constantFrom('meanRatio', 'cles'),
      allowedIncrease: fc.constantFrom(0.5, 0.7, 1, 2, 1e200),
    }),
    minAbsoluteChange: fc.constantFrom(0, 1, 1e308),
    dataKind: fc.constantFrom('level', 'count'),
  });
  const fewest = 8;

  it('answers with a judgment that JSON can hold, and passes nothing on too little', () => {
    fc.assert(
      fc.property(values, values, canary, mode, (control, experiment, canary, mode) => {
        const judgment = judgeSides(control, experiment, canary, mode);
        expect(JSON.stringify(judgment, markLost)).not.toContain('lost in JSON');
        const [metric] = judgment.metrics;
        expect(metric!.reason).toMatch(/^[A-Z].*\.$/);
        if (mode === 'parity' || metric!.classification !== 'Pass') return;
        for (const side of [metric!.points.control, metric!.points.experiment]) {
          expect(side.kept).toBeGreaterThanOrEqual(fewest);
          expect(side.kept).toBe(side.expected - side.missing + side.replaced - side.infinite - side.outliers);
        }
        if (judgment.verdict === 'pass') expect(judgment.summary.passed).toBe(1);
      }),
      { ...run, numRuns: 600 },
    );
  });

  it('judges no thresholds but real ones, and no metrics that are not there', () => {
    const config = configOf({ metrics: [{ name: 'm', canary: { direction: 'either' } }] });
    const pair = pairOf('m', { control: noise(1, 60), experiment: noise(2, 60) });
    for (const mode of ['parity', 'standard'] as const) {
      expect(judge(config, [pair], { pass: Number.NaN, marginal: Number.NaN }, { mode }).verdict).not.toBe('pass');
      expect(judge(config, [], thresholds, { mode }).verdict).not.toBe('pass');
      const unknown = judge(config, [pair, pairOf('x', pair.values)], thresholds, { mode });
      expect(unknown.metrics).toHaveLength(1);
      expect(unknown.warnings.join()).toContain('"x"');
      expect(judge(config, [], thresholds, { mode }).warnings.join()).toContain('no series at all');
    }
  });

  it('judges a look that was not planned as the last', () => {
    const config = configOf({ metrics: [{ name: 'm', canary: { direction: 'either' } }] });
    const pair = pairOf('m', { control: noise(1, 60), experiment: noise(2, 60) });
    const zOf = (number: number, planned: number) =>
      judge(config, [pair], thresholds, { look: { number, planned } }).metrics[0]!.shift!.z;
    expect(zOf(9, 3)).toBe(zOf(3, 3));
    expect(zOf(0, 0)).toBe(zOf(1, 1));
    expect(zOf(Number.NaN, Number.NaN)).toBe(zOf(1, 1));
  });

  it('gets through long series', () => {
    const sides = { control: noise(1, 20_000), experiment: noise(2, 20_000) };
    for (const mode of ['parity', 'standard'] as const)
      expect(classesOf(judgeSides(sides.control, sides.experiment, { direction: 'either' }, mode))).toEqual(['Pass']);
  });
});

const markLost = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? 'lost in JSON' : value;

const classesOf = (judgment: Judgment) => judgment.metrics.map((metric) => metric.classification);
