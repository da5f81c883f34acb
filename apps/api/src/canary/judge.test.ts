import type { CanaryConfig, MetricSet } from '@gennaker/canary-judge';
import type { CanaryWindow, Operation, StoredCanaryConfig } from '@gennaker/catalog/kit';
import { describe, expect, it } from 'vitest';
import { CanaryJudge, type ConfigDocuments, type ReportStore } from './judge.ts';

type Report = Parameters<ReportStore['keep']>[0];

const START = Date.UTC(2031, 0, 1, 8);
const POINTS = 30;
const config = (more: Partial<CanaryConfig> = {}): CanaryConfig => ({
  name: 'web',
  applications: ['shop'],
  metrics: ['latency', 'errors'].map((name) => ({
    name,
    query: { type: 'cloudwatch' },
    groups: [name],
    scopeName: 'default',
    analysisConfigurations: { canary: { direction: 'increase', minAbsoluteChange: 5 } },
  })),
  ...more,
});

function begin(documents: ReadonlyArray<{ id: string; version?: number; content: object }>) {
  const all = documents.map(({ id, version = 1, content }) => ({
    id,
    version,
    name: String((content as { name: unknown }).name),
    content: { ...content },
  }));
  const newest = all.filter(({ id, version }) => !all.some((other) => other.id === id && other.version > version));
  const configs: ConfigDocuments = {
    byId: async (id) => newest.find((one) => one.id === id) ?? null,
    list: async () => newest,
    history: async (id) => all.filter((one) => one.id === id),
  };
  const kept = new Map<string, { report: Report; pairs: readonly unknown[] }>();
  const reports: ReportStore = {
    find: async (id) => kept.get(id)?.report ?? null,
    keep: async (report, pairs) => {
      if (!kept.has(report.id)) kept.set(report.id, JSON.parse(JSON.stringify({ report, pairs })));
    },
  };
  return { kept, judge: new CanaryJudge({ configs, reports, now: () => START }) };
}

/** A series that wavers a little about a value. */
const series = (name: string, centre: number, tags: Record<string, string> = {}): MetricSet => ({
  name,
  tags,
  startTimeMillis: START,
  startTimeIso: new Date(START).toISOString(),
  endTimeMillis: START + POINTS * 60_000,
  endTimeIso: new Date(START + POINTS * 60_000).toISOString(),
  stepMillis: 60_000,
  values: Array.from({ length: POINTS }, (_, i) => (i === 4 ? Number.NaN : centre + ((i * 7) % 5) / 10)),
  attributes: { query: name },
});
const window = (stored: StoredCanaryConfig, canary: readonly [number, number]): CanaryWindow => ({
  application: 'shop',
  config: stored,
  thresholds: { pass: 90, marginal: 60 },
  look: { number: 1, planned: 1 },
  metricsAccount: 'prod',
  scopes: {},
  control: [[series('latency', 50)], [series('errors', 10)]],
  experiment: [[series('latency', canary[0])], [series('errors', canary[1])]],
});
const operation = (key: string): Operation => ({ key, executionId: 'execution-1', stageId: 'stage-1' });

describe('the judge over stored configs', () => {
  it('finds a config by id, by its name in the application, and as it was then', async () => {
    const { judge } = begin([
      { id: 'one', content: config() },
      { id: 'one', version: 2, content: config({ description: 'newer' }) },
      { id: 'two', content: config({ applications: ['other'] }) },
    ]);
    expect(await judge.config({ application: 'any', id: 'one' })).toMatchObject({ id: 'one', version: 2 });
    expect(await judge.config({ application: 'other', name: 'web' })).toMatchObject({ id: 'two' });
    const then = await judge.config({ application: 'shop', id: 'one', version: 1 });
    expect([then.version, then.config.description]).toEqual([1, undefined]);
  });

  it.each([
    ['canary.unknown-config', { application: 'shop', id: 'none' }],
    ['canary.unknown-config', { application: 'nobody', name: 'web' }],
    ['canary.unknown-config', { application: 'shop', id: 'one', version: 7 }],
    ['canary.ambiguous-config', { application: 'shop', name: 'web' }],
    ['canary.bad-config', { application: 'shop', id: 'bad' }],
  ])('fails with %s for %j', async (code, ref) => {
    const { judge } = begin([
      { id: 'one', content: config() },
      { id: 'two', content: config() },
      { id: 'bad', content: { name: 'bad', metrics: 'none' } },
    ]);
    const failure = await judge.config(ref).catch((error) => error.failure);
    expect(failure).toMatchObject({ code, advice: expect.any(String) });
  });

  it('keeps each judgment with the series it rests on, and says which metric decided', async () => {
    const { judge, kept } = begin([{ id: 'one', content: config() }]);
    const stored = await judge.config({ application: 'shop', id: 'one' });
    const verdict = await judge.judge(window(stored, [90, 10]), operation('a'));
    expect(verdict).toMatchObject({ verdict: 'fail', score: 50 });
    expect(verdict.telling).toHaveLength(1);
    expect(verdict.telling[0]).toMatchObject({ metric: 'latency', classification: 'High' });
    expect(verdict.telling[0]?.reason).toMatch(/\d/);
    const { report, pairs } = kept.get(verdict.id)!;
    expect(report).toMatchObject({
      executionId: 'execution-1',
      configId: 'one',
      content: { configVersion: 1, metricsAccount: 'prod', judgment: { verdict: 'fail' } },
    });
    expect(pairs).toHaveLength(2);
    expect(pairs[0]).toMatchObject({ name: 'latency', id: `${verdict.id}-1` });
    expect(JSON.stringify(pairs[0])).toContain('"NaN"');
  });

  it('answers a second try with what it said first', async () => {
    const { judge, kept } = begin([{ id: 'one', content: config() }]);
    const stored = await judge.config({ application: 'shop', id: 'one' });
    const first = await judge.judge(window(stored, [50, 10]), operation('a'));
    expect(first).toMatchObject({ verdict: 'pass', telling: [] });
    expect(await judge.judge(window(stored, [90, 90]), operation('a'))).toEqual(first);
    expect(await judge.judge(window(stored, [90, 90]), operation('b'))).toMatchObject({ verdict: 'fail' });
    expect(kept.size).toBe(2);
  });

  it('fails when the sides are told apart by different labels', async () => {
    const { judge } = begin([{ id: 'one', content: config() }]);
    const stored = await judge.config({ application: 'shop', id: 'one' });
    const odd = {
      ...window(stored, [50, 10]),
      control: [[series('latency', 50, { zone: 'a' })], [series('errors', 10)]],
      experiment: [[series('latency', 50, { path: '/' })], [series('errors', 10)]],
    };
    const failure = await judge.judge(odd, operation('a')).catch((error) => error.failure);
    expect(failure).toMatchObject({ code: 'canary.cannot-pair' });
    expect(failure.message).toContain('"latency"');
  });
});
