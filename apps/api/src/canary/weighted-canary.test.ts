import type { JsonObject } from '@gennaker/pipeline-dsl';
import { afterEach, describe, expect, it } from 'vitest';
import { IMAGES, shopScenario } from '../scenarios/shop.ts';
import { PipelineWorld } from '../scenarios/world.ts';

let world: PipelineWorld;
afterEach(() => world.stop());

const TARGETS = { LoadBalancer: '${loadBalancer}', TargetGroup: '${targetGroup}' };
const alb = (metricName: string, stat: string) => ({
  namespace: 'AWS/ApplicationELB',
  metricName,
  stat,
  dimensions: TARGETS,
});
const metric = (name: string, group: string, minAbsoluteChange: number, query: object) => ({
  name,
  query: { type: 'cloudwatch', ...query },
  groups: [group],
  scopeName: 'default',
  analysisConfigurations: { canary: { direction: 'increase', minAbsoluteChange } },
});
const config = (judge: string): JsonObject => ({
  name: 'web',
  applications: ['shop'],
  judge: { name: judge },
  metrics: [
    metric('slow answers', 'speed', 0.01, alb('TargetResponseTime', 'p99')),
    metric('share of errors', 'errors', 1, {
      expression: '100 * FILL(errors, 0) / requests',
      metricDataQueries: [
        { id: 'errors', ...alb('HTTPCode_Target_5XX_Count', 'Sum') },
        { id: 'requests', ...alb('RequestCount', 'Sum') },
      ],
    }),
  ],
  classifier: { groupWeights: { speed: 50, errors: 50 } },
});
const CANARY = {
  canaryConfig: {
    canaryConfigName: 'web',
    lifetimeDuration: 'PT30M',
    canaryAnalysisIntervalMins: 15,
    scoreThresholds: { pass: 90, marginal: 60 },
  },
};

/** Deploys 2.0.0, whose application behaves as told, with a canary analysis between 30 % and all of the requests. */
async function deploying(app: object, judge = 'Gennaker-v1.0') {
  const scenario = shopScenario();
  const image = scenario.accounts[0]?.regions?.[0]?.images?.find(({ id }) => id === IMAGES['2.0.0']);
  if (image) image.app = { ...image.app, ...app };
  world = await PipelineWorld.start(scenario);
  world.canaryConfigs.set('config-1', config(judge));
  const cluster = {
    account: 'prod',
    application: 'shop',
    stack: 'web',
    region: 'us-east-1',
    imageId: IMAGES['2.0.0'],
    capacity: { min: 2, desired: 3, max: 6 },
    instanceType: 'm7g.large',
    targetGroups: ['web-tg', 'web-b-tg'],
    securityGroups: ['sg-1'],
    subnetType: 'internal',
    healthCheckGracePeriod: 30,
    strategy: 'weighted',
    steps: [{ weight: 30 }, { weight: 100, canaryScore: CANARY }],
  };
  const stages = [{ refId: '1', type: 'deploy', name: 'Deploy', clusters: [cluster] }];
  const run = await world.startPipeline({ application: 'shop', name: 'Deploy', stages });
  return run.ended();
}

const LISTENER = { account: 'prod', region: 'us-east-1', loadBalancer: 'shop-alb', port: 80 };
const sharesNow = async () =>
  (await world.cloud.loadBalancers.readShares(LISTENER))?.shares.map(
    ({ targetGroup, weight }) => `${targetGroup} ${weight}`,
  );

async function thenTheOldServesAlone(): Promise<void> {
  expect((await world.web())[0]).toBe('shop-web-v001 enabled 3/3');
  expect((await sharesNow())?.filter((share) => !share.endsWith(' 0'))).toHaveLength(1);
  expect((await sharesNow())?.[0]).toMatch(/^web-tg /);
  expect(world.sandbox.traffic().gaps).toEqual([]);
  expect((await world.ledger()).filter(({ state }) => state === 'intended')).toEqual([]);
}

describe('a weighted deploy that a canary analysis decides', () => {
  it('gives all requests to a version that is as good as the one before', async () => {
    const run = await deploying({});
    expect(await run.failures()).toEqual([]);
    expect(await sharesNow()).toEqual(['web-tg 0', 'web-b-tg 100']);
    expect(await world.web()).toEqual(['shop-web-v001 disabled 0/3', 'shop-web-v002 enabled 3/3']);
    const canary = await run.stage('Canary before 100 %');
    expect(canary.outputs).toMatchObject({ canaryScore: 100, canaryScores: [100, 100] });
    expect(canary.outputs['canaryScoreMessage']).toMatch(/^Judgment 2 of 2: score 100 of 100/);
    const reports = await world.canaryReports.list('shop', 10, 1);
    expect(reports.map(({ executionId }) => executionId)).toEqual([run.id, run.id]);
    expect(await world.canaryReports.pairs(reports[0]?.id ?? '')).toHaveLength(2);
    expect(reports[0]?.content['request']).toMatchObject({
      scopes: {
        default: {
          controlScope: { scope: 'shop-web-v001', extendedScopeParams: { targetGroup: 'web-tg' } },
          experimentScope: { scope: 'shop-web-v002', extendedScopeParams: { targetGroup: 'web-b-tg' } },
        },
      },
    });
  });

  it.each([
    ['slow', { latencyMs: [60, 240] }, 'Gennaker-v1.0', 'slow answers'],
    ['slow', { latencyMs: [60, 240] }, 'NetflixACAJudge-v1.0', 'slow answers'],
    ['failing', { errorRate: 0.2 }, 'Gennaker-v1.0', 'share of errors'],
  ])('gives all requests back when the new version is %s, and says so: %j, %s', async (_how, app, judge, decisive) => {
    const run = await deploying(app, judge);
    expect((await run.statuses())['execution']).toBe('TERMINAL');
    expect((await run.failures()).at(-1)).toMatch(new RegExp(`^Judgment [12] of 2: score \\d+ of 100.* ${decisive}: `));
    await thenTheOldServesAlone();
    expect((await world.web())[1]).toMatch(/^shop-web-v002 disabled/);
  });
});
