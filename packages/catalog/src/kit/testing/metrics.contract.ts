import { FailureError } from '@gennaker/pipeline-dsl';
import { beforeEach, describe, expect, it } from 'vitest';
import type { MetricQuestion, MetricScope, Metrics } from '../ports/index.ts';

/** A source of metrics in a world that has none yet, with a way to have some measured. */
export interface MetricsBench {
  readonly metrics: Metrics;
  readonly account: string;
  readonly region: string;
  /** A whole minute well before now, epoch ms. */
  readonly start: number;
  /** Measures something: namespace `Shop`, one value at each given minute after `start`. */
  measure(metricName: string, group: string, values: Readonly<Record<number, number>>): Promise<void>;
}

const MINUTE_MS = 60_000;

/** What every implementation of the port must do. Run it with the port on a fresh world for each case. */
export function metricsContract(name: string, makeBench: () => Promise<MetricsBench>): void {
  describe(`${name} keeps the promises of metrics`, () => {
    let bench: MetricsBench;
    beforeEach(async () => {
      bench = await makeBench();
    });

    const scope = (group: string, more: Partial<MetricScope> = {}): MetricScope => ({
      scope: group,
      location: bench.region,
      start: bench.start,
      end: bench.start + 5 * MINUTE_MS,
      stepSeconds: 60,
      params: {},
      ...more,
    });
    const question = (group: string, more: Partial<MetricScope> = {}, query: object = {}): MetricQuestion => ({
      metric: 'errors',
      query: {
        type: 'cloudwatch',
        namespace: 'Shop',
        metricName: 'Errors',
        stat: 'Average',
        dimensions: { Group: '${scope}' },
        ...query,
      },
      scope: scope(group, more),
    });
    const ask = (...questions: readonly MetricQuestion[]) => bench.metrics.fetch(bench.account, questions);

    it('answers in the order of the questions, each side by its own scope', async () => {
      await bench.measure('Errors', 'web-v001', { 0: 1, 1: 2, 2: 3, 3: 4, 4: 5 });
      await bench.measure('Errors', 'web-v002', { 0: 9, 1: 8, 2: 7, 3: 6, 4: 5 });
      const answers = await ask(question('web-v002'), question('web-v001'));
      expect(answers.map(([set]) => set?.values)).toEqual([
        [9, 8, 7, 6, 5],
        [1, 2, 3, 4, 5],
      ]);
      expect(answers[0]?.[0]).toMatchObject({
        name: 'errors',
        tags: {},
        startTimeMillis: bench.start,
        endTimeMillis: bench.start + 5 * MINUTE_MS,
        stepMillis: MINUTE_MS,
      });
      expect(answers[0]?.[0]?.attributes['query']).toContain('web-v002');
    });

    it('puts points where their time says, and NaN where there is none', async () => {
      await bench.measure('Errors', 'web-v001', { 1: 7, 3: 8, 60: 9 });
      const [[set] = []] = await ask(question('web-v001'));
      expect(set?.values).toEqual([Number.NaN, 7, Number.NaN, 8, Number.NaN]);
    });

    it('answers an empty series where nothing was measured, and takes no step that the window holds in part', async () => {
      const [[none] = []] = await ask(question('web-v009'));
      expect(none?.values.every(Number.isNaN)).toBe(true);
      await bench.measure('Errors', 'web-v001', { 0: 1, 1: 2, 2: 3 });
      const [[part] = []] = await ask(question('web-v001', { start: bench.start + 1, end: bench.start + 170_000 }));
      expect(part).toMatchObject({ startTimeMillis: bench.start + MINUTE_MS, values: [2] });
      const [[tiny] = []] = await ask(question('web-v001', { start: bench.start + 1, end: bench.start + 2 }));
      expect(tiny?.values).toEqual([]);
    });

    it('fills in the words of the scope, and names those that nothing explains', async () => {
      await bench.measure('Errors', 'green', { 0: 4 });
      const dimensions = { Group: '${colour}' };
      const known = question('web-v001', { params: { colour: 'green' } }, { dimensions });
      expect((await ask(known))[0]?.[0]?.values[0]).toBe(4);
      expect(await bench.metrics.problemsOf(known)).toEqual([]);
      const unknown = question('web-v001', {}, { dimensions });
      expect(await bench.metrics.problemsOf(unknown)).toEqual([expect.stringMatching(/"errors".*\$\{colour\}/)]);
      await expect(ask(unknown)).rejects.toThrow(FailureError);
    });

    it('refuses a source it does not know', async () => {
      const elsewhere = question('web-v001', {}, { type: 'elsewhere' });
      expect(await bench.metrics.problemsOf(elsewhere)).toHaveLength(1);
      await expect(ask(elsewhere)).rejects.toThrow(/"errors"/);
    });
  });
}
