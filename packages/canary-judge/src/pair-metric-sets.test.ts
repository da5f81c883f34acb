import { describe, expect, it } from 'vitest';
import { type MetricSet, type MetricSetPair, metricSetPairSchema, toStoredPair } from './metric-sets.ts';
import { type PairingInput, pairMetricSets } from './pair-metric-sets.ts';

const start = Date.UTC(2026, 0, 5, 12);

function series(values: readonly number[], tags: Record<string, string> = {}, steps = 3): MetricSet {
  const iso = (millis: number) => new Date(millis).toISOString();
  const end = start + steps * 60_000;
  return {
    name: 'latency',
    tags,
    startTimeMillis: start,
    startTimeIso: iso(start),
    endTimeMillis: end,
    endTimeIso: iso(end),
    stepMillis: 60_000,
    values: [...values],
    attributes: { query: 'q' },
  };
}

function paired(
  control: readonly MetricSet[],
  experiment: readonly MetricSet[],
  mode: PairingInput['mode'] = 'standard',
) {
  let ids = 0;
  const pairing = pairMetricSets({ metricName: 'latency', control, experiment, mode, newId: () => `pair-${++ids}` });
  if (pairing.outcome === 'refused') throw new Error(pairing.message);
  return pairing;
}

const values = (pairs: readonly MetricSetPair[]) =>
  pairs.map(({ tags, values }) => [tags['zone'] ?? '', values.control, values.experiment]);
const none = [Number.NaN, Number.NaN, Number.NaN];

describe('series of both sides', () => {
  it('are paired by their tags, each pair with an id of its own', () => {
    const { pairs, warnings } = paired(
      [series([1, 2, 3], { zone: 'a' }), series([4, 5, 6], { zone: 'b' })],
      [series([7, 8, 9], { zone: 'b' }), series([1, 1, 1], { zone: 'a' })],
    );
    expect(values(pairs)).toEqual([
      ['a', [1, 2, 3], [1, 1, 1]],
      ['b', [4, 5, 6], [7, 8, 9]],
    ]);
    expect(pairs.map((pair) => pair.id)).toEqual(['pair-1', 'pair-2']);
    expect(warnings).toEqual([]);
  });

  it('without a counterpart are paired with nothing, and that is said', () => {
    const { pairs, warnings } = paired([series([1, 2, 3], { zone: 'a' })], [series([4, 5, 6], { zone: 'b' })]);
    expect(values(pairs)).toEqual([
      ['a', [1, 2, 3], none],
      ['b', none, [4, 5, 6]],
    ]);
    expect(warnings.join()).toContain('2 of 2 series');
  });

  it('are filled up to the length of the window', () => {
    expect(values(paired([series([1])], [series([])]).pairs)).toEqual([['', [1, Number.NaN, Number.NaN], none]]);
    expect(values(paired([series([1], {}, 0)], [series([], {}, 0)]).pairs)).toEqual([['', [1], []]]);
  });

  it('lose points without tags beside tagged ones only in parity mode', () => {
    const control = [series([1, 2, 3])];
    const experiment = [series([4, 5, 6], { zone: 'a' })];
    expect(values(paired(control, experiment, 'parity').pairs)).toEqual([['a', none, [4, 5, 6]]]);
    expect(values(paired(control, experiment, 'standard').pairs)).toEqual([
      ['', [1, 2, 3], none],
      ['a', none, [4, 5, 6]],
    ]);
    expect(values(paired([series([])], experiment, 'standard').pairs)).toEqual([['a', none, [4, 5, 6]]]);
  });

  it('are refused when tags differ in kind or a side answers nothing', () => {
    const pairing = (control: readonly MetricSet[], experiment: readonly MetricSet[]) =>
      pairMetricSets({ metricName: 'latency', control, experiment, mode: 'parity', newId: () => '' });
    expect(pairing([series([1], { zone: 'a' })], [series([1], { host: 'b' })])).toMatchObject({
      code: 'canary-pairing.different-tags',
    });
    expect(pairing([], [series([1])])).toMatchObject({ code: 'canary-pairing.no-series' });
  });
});

it('are stored and read back with all that is no number', () => {
  const [pair] = paired([series([1, Number.NaN, Infinity])], [series([-Infinity, 0, 2])]).pairs;
  const stored: unknown = JSON.parse(JSON.stringify(toStoredPair(pair!)));
  expect(stored).toMatchObject({ values: { control: [1, 'NaN', 'Infinity'] } });
  expect(metricSetPairSchema.parse(stored)).toEqual(pair);
  expect(metricSetPairSchema.parse({ ...pair, values: { control: [null], experiment: [] } }).values.control).toEqual([
    Number.NaN,
  ]);
});
