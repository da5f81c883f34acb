import { checkCanaryConfig } from '@gennaker/canary-judge';
import { afterEach, describe, expect, it } from 'vitest';
import { readCanaryConfig } from './files.ts';
import { shopScenario } from './shop.ts';
import { PipelineWorld } from './world.ts';

let world: PipelineWorld;
const given = async (...options: Parameters<typeof shopScenario>): Promise<void> => {
  world = await PipelineWorld.start(shopScenario(...options));
};
afterEach(() => world.stop());

/** Nothing in the cloud without an owner, nobody unserved, and every intent in the ledger settled. */
async function thenNothingIsLeftBehind(): Promise<void> {
  expect(world.sandbox.leaks()).toEqual([]);
  expect(world.bakingInstances()).toEqual([]);
  expect(world.sandbox.traffic().gaps).toEqual([]);
  expect((await world.ledger()).filter(({ state }) => state === 'intended')).toEqual([]);
}

describe('deploy-web.json', () => {
  it('bakes, asks, deploys the baked image red/black and empties the old group', async () => {
    await given();
    const run = await world.startFile('deploy-web.json', { version: '2.0.0' });
    await run.judge('Approve', 'continue', 'full');
    await run.ended();
    expect(await run.failures()).toEqual([]);
    expect(await run.statuses()).toEqual({
      Bake: 'SUCCEEDED',
      Approve: 'SUCCEEDED',
      Deploy: 'SUCCEEDED',
      execution: 'SUCCEEDED',
    });
    const [detail] = (await run.stage('Bake')).outputs['deploymentDetails'] as Array<Record<string, string>>;
    expect(detail).toMatchObject({ region: 'us-east-1', package: 'web=2.0.0', baseOs: 'al2023' });
    expect(world.image(detail?.['ami'] ?? '')?.tags).toMatchObject({ app: 'shop', package: 'web', version: '2.0.0' });
    expect((await world.group('shop-web-v002'))?.image).toMatchObject({ id: detail?.['ami'], version: '2.0.0' });
    expect(await world.web()).toEqual(['shop-web-v001 disabled 0/0', 'shop-web-v002 enabled 3/3']);
    await thenNothingIsLeftBehind();
    expect((await world.ledger()).map(({ kind, action }) => `${action} ${kind}`)).toEqual([
      'create instance',
      'create image',
      'remove instance',
      'change serverGroup',
      'create serverGroup',
      'change serverGroup',
      'change serverGroup',
      'change serverGroup',
    ]);
  });

  it('deploys nothing when the judge chooses otherwise', async () => {
    await given();
    const run = await world.startFile('deploy-web.json', { version: '2.0.0' });
    await run.judge('Approve', 'continue', 'canary');
    await run.ended();
    expect(await run.statuses()).toMatchObject({ Approve: 'SUCCEEDED', Deploy: 'SKIPPED', execution: 'SUCCEEDED' });
    expect(await world.web()).toEqual(['shop-web-v001 enabled 3/3']);
    await thenNothingIsLeftBehind();
  });

  it('stops at a judge who says stop', async () => {
    await given();
    const run = await world.startFile('deploy-web.json', { version: '2.0.0' });
    await run.judge('Approve', 'stop');
    await run.ended();
    expect(await run.statuses()).toEqual({
      Bake: 'SUCCEEDED',
      Approve: 'TERMINAL',
      Deploy: 'NOT_STARTED',
      execution: 'TERMINAL',
    });
  });

  it('is not started without its parameter', async () => {
    await given();
    const run = await world.startFile('deploy-web.json');
    const execution = await run.read();
    expect(execution.status).toBe('TERMINAL');
    expect(execution.cancellationReason).toContain('parameter "version" is required');
  });
});

describe('release-train.json', () => {
  const given2 = async (parameters = {}) => {
    await given();
    return world.startFile('release-train.json', { version: '2.0.0', ciUrl: world.checks.url, ...parameters });
  };

  it('deploys side by side, joins, reads what its child has found out, and keeps what the judge keeps', async () => {
    const run = await given2();
    world.checks.passes(97);
    await run.reached('Keep it?');
    const judgment = await run.stage('Keep it?');
    expect(judgment.context['instructions']).toBe('web 2.0.0: the checks say **good** (97 %).');
    await run.judge('Keep it?', 'continue', 'keep');
    await run.ended();
    expect(await run.failures()).toEqual([expect.stringContaining('/changelog/2.0.0')]);
    expect(await run.statuses()).toEqual({
      'Evaluate variables': 'SUCCEEDED',
      'Ready?': 'SUCCEEDED',
      'Find image': 'SUCCEEDED',
      'Fetch changelog': 'FAILED_CONTINUE',
      'Deploy web': 'SUCCEEDED',
      'Deploy api': 'SUCCEEDED',
      'Never needed': 'SKIPPED',
      'Smoke test': 'SUCCEEDED',
      'Keep it?': 'SUCCEEDED',
      'Take back': 'SKIPPED',
      'Remove the old one': 'SUCCEEDED',
      Report: 'SUCCEEDED',
      execution: 'SUCCEEDED',
    });
    const [child] = await world.runsOf('Smoke test');
    expect((await child?.read())?.trigger['parameters']).toEqual({
      serverGroup: 'shop-web-v002',
      checksUrl: world.checks.url,
      threshold: '90',
      environment: 'prod',
    });
    expect((await run.stage('Smoke test')).outputs).toMatchObject({ verdict: 'good', tested: 'shop-web-v002' });
    expect(world.checks.requests.find(({ call }) => call === 'POST /runs')?.body).toEqual({
      target: 'shop-web-v002',
      environment: 'prod',
    });
    expect(world.checks.requests.at(-1)).toEqual({
      call: 'POST /releases',
      body: { text: 'web 2.0.0 is out, judged by maria', checks: 97 },
    });
    expect(await world.web()).toEqual(['shop-web-v002 enabled 2/2']);
    await thenNothingIsLeftBehind();
  });

  it('takes back what the judge does not want', async () => {
    const run = await given2({ withApi: 'false' });
    world.checks.passes(40);
    await run.judge('Keep it?', 'continue', 'take back');
    await run.ended();
    expect(await run.statuses()).toMatchObject({
      'Deploy api': 'SKIPPED',
      'Smoke test': 'SUCCEEDED',
      'Take back': 'SUCCEEDED',
      'Remove the old one': 'SKIPPED',
      execution: 'SUCCEEDED',
    });
    expect(await world.web()).toEqual(['shop-web-v001 enabled 3/3', 'shop-web-v002 disabled 0/2']);
    await thenNothingIsLeftBehind();
  });

  it('deploys nothing when a precondition does not hold', async () => {
    const run = await given2({ version: 'latest' });
    await run.ended();
    expect(await run.statuses()).toMatchObject({
      'Ready?': 'TERMINAL',
      'Find image': 'NOT_STARTED',
      execution: 'TERMINAL',
    });
    expect(await run.failures()).toContain('Give a version like 1.2.3');
    expect(await world.web()).toEqual(['shop-web-v001 enabled 3/3']);
  });
});

describe('smoke-test.json', () => {
  it('asks until the checks have ended, and publishes their verdict', async () => {
    await given();
    world.checks.passes(40);
    const run = await world.startFile('smoke-test.json', { serverGroup: 'shop-web-v001', checksUrl: world.checks.url });
    await run.ended();
    expect(await run.failures()).toEqual([]);
    expect(world.checks.requests.map(({ call }) => call)).toEqual([
      'POST /runs',
      'GET /runs/7',
      'GET /runs/7',
      'GET /runs/7',
    ]);
    expect((await run.stage('Verdict')).outputs).toEqual({ passedChecks: 40, verdict: 'bad', tested: 'shop-web-v001' });
    const { startTime, tasks } = await run.stage('Run checks');
    expect((tasks.at(-1)?.startTime ?? 0) - (startTime ?? 0)).toBeGreaterThanOrEqual(5_000);
  });

  it('takes no environment that it does not know', async () => {
    await given();
    const run = await world.startFile('smoke-test.json', { serverGroup: 'a', checksUrl: 'b', environment: 'moon' });
    expect((await run.read()).cancellationReason).toContain('"moon", which is not one of prod, staging');
  });
});

describe('failure-policies.json', () => {
  const ok = {
    'Halt this branch': 'SUCCEEDED',
    'After the branch': 'SUCCEEDED',
    'Halt this branch and fail at the end': 'SUCCEEDED',
    'After the late one': 'SUCCEEDED',
    'Ignore the failure': 'SUCCEEDED',
    'After the ignored one': 'SUCCEEDED',
    'Halt the entire pipeline': 'SUCCEEDED',
    Join: 'SUCCEEDED',
    execution: 'SUCCEEDED',
  };
  it.each([
    ['', 'continue', {}],
    ['branch', 'continue', { 'Halt this branch': 'STOPPED', 'After the branch': 'NOT_STARTED' }],
    [
      'late',
      'continue',
      {
        'Halt this branch and fail at the end': 'STOPPED',
        'After the late one': 'NOT_STARTED',
        execution: 'TERMINAL',
      },
    ],
    ['ignored', 'continue', { 'Ignore the failure': 'FAILED_CONTINUE' }],
    [
      'pipeline',
      'stop',
      {
        'Halt the entire pipeline': 'TERMINAL',
        'After the branch': 'CANCELED',
        'After the late one': 'CANCELED',
        'After the ignored one': 'CANCELED',
        Join: 'NOT_STARTED',
        execution: 'TERMINAL',
      },
    ],
    [
      'branch ignored late',
      'continue',
      {
        'Halt this branch': 'STOPPED',
        'After the branch': 'NOT_STARTED',
        'Halt this branch and fail at the end': 'STOPPED',
        'After the late one': 'NOT_STARTED',
        'Ignore the failure': 'FAILED_CONTINUE',
        execution: 'TERMINAL',
      },
    ],
  ] as const)('failing "%s", judged %s', async (failing, verdict, changed) => {
    await given();
    const run = await world.startFile('failure-policies.json', { failing });
    await run.judge('Halt the entire pipeline', verdict);
    await run.ended();
    expect(await run.statuses()).toEqual({ ...ok, ...changed });
  });
});

describe('weekly-maintenance.json', () => {
  it('runs in the order of its list, with numbers kept as text', async () => {
    await given({ before: true });
    const run = await (await world.startFile('weekly-maintenance.json')).ended();
    expect(await run.failures()).toEqual([]);
    expect(Object.values(await run.statuses())).toEqual(Array.from({ length: 8 }, () => 'SUCCEEDED'));
    const { stages } = await run.read();
    const top = stages.filter((stage) => stage.parentStageId === null);
    expect(top.map(({ refId, requisiteStageRefIds }) => [refId, requisiteStageRefIds])).toEqual(
      Array.from({ length: 7 }, (_, i) => [String(i), i === 0 ? [] : [String(i - 1)]]),
    );
    expect(top[0]?.outputs['deploymentDetails']).toMatchObject([{ imageName: 'shop-web-1.0.0' }]);
    expect((top[2]?.endTime ?? 0) - (top[2]?.startTime ?? 0)).toBeGreaterThanOrEqual(45_000);
    expect(await world.web()).toEqual(['shop-web-v001 enabled 3/3']);
    await thenNothingIsLeftBehind();
  });
});

describe('canary-web.json', () => {
  it('gives the new version a part of the requests, and all of them when its canary config is content', async () => {
    await given();
    const config = readCanaryConfig('web-answers.json');
    expect(checkCanaryConfig(config).findings).toEqual([]);
    world.canaryConfigs.set('web-answers', config);
    const run = await (await world.startFile('canary-web.json', { version: '2.0.0' })).ended();
    expect(await run.failures()).toEqual([]);
    expect((await run.stage('Canary before 100 %')).outputs).toMatchObject({
      canaryScore: 100,
      canaryScores: [expect.any(Number), expect.any(Number), 100],
    });
    expect(await world.web()).toEqual(['shop-web-v001 disabled 0/3', 'shop-web-v002 enabled 3/3']);
    await thenNothingIsLeftBehind();
  });
});

describe('rollback-web.json', () => {
  it('waits for office hours, which begin at nine', async () => {
    await given({ before: true });
    const run = await (await world.startFile('rollback-web.json')).reached('Wait for the execution window');
    const nine = world.clock.now() - (world.clock.now() % 3_600_000) + 3_600_000;
    expect((await run.stage('Wait for the execution window')).wait).toMatchObject({ kind: 'window', until: nine });
    expect(await world.web()).toEqual(['shop-web-v000 enabled 3/3', 'shop-web-v001 enabled 3/3']);
    await run.ended();
    expect(await run.statuses()).toEqual({ 'Roll back': 'SUCCEEDED', Watch: 'SUCCEEDED', execution: 'SUCCEEDED' });
    expect((await run.stage('Wait for the execution window')).endTime).toBeGreaterThanOrEqual(nine);
    expect(await world.web()).toEqual(['shop-web-v000 enabled 3/3', 'shop-web-v001 disabled 0/3']);
    await thenNothingIsLeftBehind();
  });

  it('starts at once when somebody ends the wait by hand', async () => {
    await given({ before: true });
    const run = await (await world.startFile('rollback-web.json')).reached('Wait for the execution window');
    await run.patch('Wait for the execution window', { skipRemainingWait: true });
    await run.ended();
    expect(await run.statuses()).toMatchObject({ 'Roll back': 'SUCCEEDED', execution: 'SUCCEEDED' });
    const { startTime, endTime } = await run.stage('Wait for the execution window');
    expect((endTime ?? 0) - (startTime ?? 0)).toBeLessThan(60_000);
    expect((await run.stage('Wait for the execution window')).refId).toBe('1<0');
  });
});
