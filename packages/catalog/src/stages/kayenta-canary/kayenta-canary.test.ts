import type { CanaryConfig } from '@gennaker/canary-judge';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import { createWorld, type FakeScore, type RunStageOptions, runStage, type World } from '../../kit/testing/index.ts';

const START = Date.UTC(2031, 0, 1, 8);
const MINUTE_MS = 60_000;

const metric = (more: object = {}) => ({
  name: 'latency',
  query: {
    type: 'cloudwatch',
    namespace: 'App',
    metricName: 'Latency',
    stat: 'Average',
    dimensions: { Group: '${scope}' },
  },
  groups: ['speed'],
  scopeName: 'default',
  analysisConfigurations: { canary: { direction: 'increase' } },
  ...more,
});
const config = (more: object = {}): CanaryConfig => ({
  name: 'web',
  applications: ['demo'],
  metrics: [metric()],
  ...more,
});
const scope = (more: object = {}) => ({
  scopeName: 'default',
  controlScope: 'demo-web-v000',
  controlLocation: 'us-east-1',
  experimentScope: 'demo-web-v001',
  experimentLocation: 'us-east-1',
  ...more,
});
const analysis = (more: object = {}): JsonObject => ({
  canaryConfigId: 'config-1',
  metricsAccountName: 'prod',
  scopes: [scope()],
  scoreThresholds: { pass: '75', marginal: 50 },
  lifetimeDuration: 'PT30M',
  canaryAnalysisIntervalMins: '10',
  ...more,
});

function worldWith(scores: readonly FakeScore[], stored = config()): World {
  const world = createWorld(START);
  world.judge.scores = scores;
  world.judge.store('config-1', stored);
  return world;
}
const run = (
  world: World,
  canaryConfig: JsonObject = analysis(),
  more: RunStageOptions = {},
  context: JsonObject = {},
) =>
  runStage(stageExecutors.kayentaCanary, {
    world,
    executors: stageExecutors,
    context: { canaryConfig, ...context },
    ...more,
  });
const minutesIn = (ms: number): number => (ms - START) / MINUTE_MS;
const windowsOf = (world: World) =>
  world.judge.windows.map(({ scopes }) => {
    const { controlScope, experimentScope } = scopes['default'] as Record<string, { start: number; end: number }>;
    return [controlScope, experimentScope].map((side) => [minutesIn(side!.start), minutesIn(side!.end)]);
  });

describe('kayentaCanary', () => {
  it('judges each interval as its metrics are complete, and adds up the scores', async () => {
    const world = worldWith([60.5, 70, 95]);
    const ended = await run(world);
    expect(ended.status).toBe('SUCCEEDED');
    expect(ended.outputs).toMatchObject({
      canaryScore: 95,
      canaryScores: [60.5, 70, 95],
      canaryScoreMessage: 'Judgment 3 of 3: score 95 of 100 (pass from 75, marginal from 50). The score is 95.',
    });
    const [intervals] = ended.children;
    expect(intervals?.children.map(({ name }) => name)).toEqual([
      'Interval Wait #1',
      'Run Canary #1',
      'Interval Wait #2',
      'Run Canary #2',
      'Interval Wait #3',
      'Run Canary #3',
    ]);
    expect(
      intervals?.children.filter(({ type }) => type === 'runCanary').map(({ endTime }) => minutesIn(endTime)),
    ).toEqual([11, 21, 31]);
    expect(world.judge.windows.map(({ look }) => look)).toEqual([
      { number: 1, planned: 3, isSliding: false },
      { number: 2, planned: 3, isSliding: false },
      { number: 3, planned: 3, isSliding: false },
    ]);
    expect(intervals?.children[1]?.context).toMatchObject({
      canaryPipelineStatus: 'SUCCEEDED',
      canaryPipelineExecutionId: 'report-1',
      canaryScore: 60.5,
      durationString: 'PT10M',
    });
  });

  it('ends at once with a score below marginal, and says which metric decided', async () => {
    const world = worldWith([80, 49.9, 100]);
    const ended = await run(world);
    expect([ended.status, ended.failure?.code]).toEqual(['TERMINAL', 'canary.failed']);
    expect(ended.failure?.message).toBe(
      'Judgment 2 of 3: score 49.9 of 100 (pass from 75, marginal from 50). The score is 49.9. latency: the canary is higher',
    );
    expect(world.judge.windows).toHaveLength(2);
  });

  it.each<[string, FakeScore, string | undefined]>([
    ['as high as pass', 75, undefined],
    ['below pass by a little', 74.9, 'canary.not-passed'],
    ['as high as marginal', 50, 'canary.not-passed'],
    ['that is not conclusive', { score: 90, verdict: 'inconclusive' }, 'canary.not-passed'],
    ['without data', { score: 0, verdict: 'no-data' }, 'canary.not-passed'],
  ])('with a last score %s', async (_what, score, code) => {
    const ended = await run(worldWith([score]));
    expect(ended.failure?.code).toBe(code);
  });

  it('measures both sides in the same window, or the baseline earlier, after the warm-up', async () => {
    const world = worldWith([100]);
    const times = { beginCanaryAnalysisAfterMins: 5, lookbackMins: 8, baselineAnalysisOffsetInMins: 60 };
    const ended = await run(world, analysis(times));
    expect(ended.children[0]?.children[0]?.name).toBe('Warmup Wait');
    expect(windowsOf(world)).toEqual([
      [
        [-53, -45],
        [7, 15],
      ],
      [
        [-43, -35],
        [17, 25],
      ],
      [
        [-33, -25],
        [27, 35],
      ],
    ]);
    expect(world.metrics.asked.map(({ scope: { scope: name } }) => name).slice(0, 2)).toEqual([
      'demo-web-v000',
      'demo-web-v001',
    ]);
  });

  it('judges times gone by without waiting', async () => {
    const world = worldWith([100]);
    const times = { startTimeIso: '2031-01-01T06:00:00Z', endTimeIso: '2031-01-01T07:00:00Z' };
    const ended = await run(world, analysis({ scopes: [scope(times)], canaryAnalysisIntervalMins: 30 }));
    expect(ended.status).toBe('SUCCEEDED');
    expect(minutesIn(ended.endTime)).toBe(0);
    expect(windowsOf(world).map(([, experiment]) => experiment)).toEqual([
      [-120, -90],
      [-120, -60],
    ]);
  });

  it('keeps to the config it began with', async () => {
    const world = worldWith([100]);
    world.clock.in(
      15 * MINUTE_MS,
      () => void world.judge.store('config-1', config({ metrics: [metric({ name: 'other' })] })),
    );
    await run(world);
    expect(world.judge.windows.map(({ config: { version } }) => version)).toEqual([1, 1, 1]);
  });

  it('finds the config by its name', async () => {
    const ended = await run(worldWith([100]), analysis({ canaryConfigId: undefined, canaryConfigName: 'web' }));
    expect(ended.status).toBe('SUCCEEDED');
  });

  it('hands the words of each side to the queries', async () => {
    const stored = config({
      metrics: [
        metric({ query: { ...metric().query, dimensions: { TargetGroup: '${targetGroup}', Zone: '${zone}' } } }),
      ],
    });
    const world = worldWith([100], stored);
    const words = {
      extendedScopeParams: { zone: 'a' },
      controlScopeParams: { targetGroup: 'old' },
      experimentScopeParams: { targetGroup: 'new' },
    };
    await run(world, analysis({ scopes: [scope(words)] }));
    expect(world.metrics.asked.slice(0, 2).map(({ scope: { params } }) => params)).toEqual([
      { zone: 'a', targetGroup: 'old' },
      { zone: 'a', targetGroup: 'new' },
    ]);
  });

  it('stops with the pipeline', async () => {
    const world = worldWith([100]);
    const ended = await run(world, analysis(), { cancelAfterMs: 15 * MINUTE_MS });
    expect(ended.status).toBe('CANCELED');
    expect(world.judge.windows).toHaveLength(1);
  });

  it.each(['config', 'judge', 'fetch'])('ends the same when an answer of %s is lost', async (method) => {
    const world = worldWith([80, 70, 95]);
    (method === 'fetch' ? world.metrics : world.judge).trouble.loseNextAnswer(method);
    const ended = await run(world);
    expect([ended.status, ended.outputs['canaryScores']]).toEqual(['SUCCEEDED', [80, 70, 95]]);
    expect(world.judge.windows).toHaveLength(3);
  });

  it.each<[string, JsonObject, JsonObject, CanaryConfig]>([
    ['"deployments" asks', {}, { deployments: { baseline: {} } }, config()],
    ['no canary config', { canaryConfigId: '' }, {}, config()],
    ['(metricsAccountName)', { metricsAccountName: null }, {}, config()],
    ['no scopes', { scopes: [] }, {}, config()],
    ['no experimentScope', { scopes: [scope({ experimentScope: '' })] }, {}, config()],
    ['marginal must be', { scoreThresholds: { pass: 50, marginal: 75 } }, {}, config()],
    ['compares scope "web"', {}, {}, config({ metrics: [metric({ scopeName: 'web' })] })],
    ['has scope "more"', { scopes: [scope(), scope({ scopeName: 'more' })] }, {}, config()],
    ['names no scope', {}, {}, config({ metrics: [metric({ scopeName: null })] })],
    ['has no metrics', {}, {}, config({ metrics: [] })],
    ['a source that is not known', {}, {}, config({ metrics: [metric({ query: { type: 'atlas' } })] })],
    [
      'what ${zone} is',
      {},
      {},
      config({ metrics: [metric({ query: { type: 'cloudwatch', dimensions: { Z: '${zone}' } } })] }),
    ],
  ])('does not start when %s', async (sentence, more, context, stored) => {
    const world = worldWith([100], stored);
    const ended = await run(world, analysis(more), {}, context);
    expect(ended.failure?.code).toBe('canary.cannot-start');
    expect(ended.failure?.message).toContain(sentence);
    expect([minutesIn(ended.endTime), world.metrics.asked]).toEqual([0, []]);
  });
});
