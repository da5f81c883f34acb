import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { simulateCommand } from '../commands/simulate.ts';
import { allStages, checkExpectations, withAsserted } from './expectations.ts';
import { parseScript } from './script.ts';
import { simulate } from './simulate.ts';

const deployment: JsonObject = {
  application: 'shop',
  name: 'Deploy',
  stages: [
    {
      refId: 'find',
      type: 'findImageFromTags',
      name: 'Find',
      credentials: 'prod',
      packageName: 'web',
      regions: ['us-east-1'],
      tags: { version: '2' },
    },
    {
      refId: 'ask',
      requisiteStageRefIds: ['find'],
      type: 'manualJudgment',
      name: 'Approve',
      judgmentInputs: [{ value: 'full' }, { value: 'none' }],
      selectedStageRoles: ['leads'],
    },
    {
      refId: 'deploy',
      requisiteStageRefIds: ['ask'],
      type: 'deploy',
      name: 'Deploy',
      stageEnabled: { type: 'expression', expression: "#judgment('Approve') == 'full'" },
      clusters: [
        {
          account: 'prod',
          application: 'shop',
          stack: 'web',
          strategy: 'redblack',
          availabilityZones: { 'us-east-1': ['us-east-1a'] },
          capacity: { min: 1, desired: 2, max: 3 },
          instanceType: 'm7g.large',
          targetGroups: ['web-tg'],
          securityGroups: [],
        },
      ],
    },
    { refId: 'tell', requisiteStageRefIds: ['deploy'], type: 'webhook', name: 'Tell', url: 'https://chat.example.com' },
  ],
};

const run = (pipeline: JsonObject, script: unknown = {}) => simulate(pipeline, parseScript(script, 'script'));
const statuses = async (pipeline: JsonObject, script: unknown = {}) => {
  const { stages, status } = await run(pipeline, script);
  return { ...Object.fromEntries(stages.map((stage) => [stage.name, stage.status])), execution: status };
};

describe('a simulation', () => {
  it('goes well when nothing is scripted, and records what is done to the cloud', async () => {
    const simulation = await run(deployment);
    expect(simulation.status).toBe('SUCCEEDED');
    const changes = simulation.calls.filter(({ effect }) => effect === 'change').map(({ text }) => text);
    expect(changes).toEqual([
      expect.stringMatching(
        /^create shop-web-v001 in us-east-1 \(min 1, desired 2, max 3, image ami-.*, m7g.large, target groups web-tg\)$/,
      ),
      'disable shop-web-v000 in us-east-1',
      'POST https://chat.example.com',
    ]);
    const create = simulation.calls.find(({ call }) => call === 'serverGroups.create');
    expect(create?.arguments).toHaveLength(1);
    expect(create?.arguments[0]).toMatchObject({ name: 'shop-web-v001', targetGroups: ['web-tg'] });
  });

  it('gives the same answer every time', async () => {
    expect(await run(deployment)).toEqual(await run(deployment));
  });

  it('lets judges decide as scripted, after their time', async () => {
    const simulation = await run(deployment, { stages: { Approve: { input: 'none', takes: '25m', by: 'maria' } } });
    const [, approve, deploy] = simulation.stages;
    expect(approve).toMatchObject({ status: 'SUCCEEDED', startMs: 0, endMs: 1_500_000 });
    expect(deploy).toMatchObject({ status: 'SKIPPED', note: expect.stringContaining('its condition is false') });
    expect(await statuses(deployment, { stages: { ask: { judgment: 'stop' } } })).toMatchObject({
      Approve: 'TERMINAL',
      execution: 'TERMINAL',
    });
    const refused = await run(deployment, { stages: { Approve: { input: 'never offered' } } });
    expect(refused.warnings[0]).toContain('The judgment of "Approve" was refused');
  });

  it('ends stages as scripted', async () => {
    const outcomes = {
      Find: { outputs: { found: true } },
      Approve: { outcome: 'succeed' },
      Deploy: { outcome: 'skip' },
      Tell: { error: 'The chat is down', takes: '5m' },
    };
    const { stageEnabled: _condition, ...always } = (deployment['stages'] as JsonObject[])[2]!;
    const stages = (deployment['stages'] as JsonObject[]).map((stage) =>
      stage['refId'] === 'deploy' ? always : stage,
    );
    const simulation = await run({ ...deployment, stages }, { stages: outcomes });
    expect(simulation.stages.map(({ status, playedBy }) => `${status} ${playedBy}`)).toEqual([
      'SUCCEEDED own code',
      'SUCCEEDED script',
      'SKIPPED script',
      'TERMINAL script',
    ]);
    expect(simulation.stages[0]?.outputs).toMatchObject({ found: true, deploymentDetails: expect.anything() });
    expect(simulation.stages[3]).toMatchObject({ error: 'The chat is down', startMs: 0, endMs: 300_000 });
  });

  it('waits for what never comes until the time limit', async () => {
    const simulation = await run(deployment, { stages: { Find: { outcome: 'timeout' } } });
    expect(simulation.stages[0]).toMatchObject({ status: 'TERMINAL', errorCode: 'TimeoutException' });
  });

  it('meets the cloud that the script sets up', async () => {
    const cloud = {
      clusters: { 'shop-web': [{ name: 'shop-web-v041', account: 'prod', region: 'us-east-1', size: 5 }] },
      images: [{ id: 'ami-9', name: 'web-9', region: 'us-east-1', account: 'prod', tags: { version: '2' } }],
    };
    const simulation = await run(deployment, { cloud });
    const texts = simulation.calls.map(({ text }) => text);
    expect(texts).toContainEqual(expect.stringContaining('create shop-web-v042 in us-east-1'));
    expect(texts).toContainEqual(expect.stringContaining('image ami-9'));
    const without = await run(deployment, { cloud: { images: [] } });
    expect(without.stages[0]?.status).toBe('TERMINAL');
    const refused = await run(deployment, { cloud: { targetGroups: ['other-tg'] } });
    expect(allStages(refused.stages).map(({ error }) => error)).toContainEqual(
      expect.stringContaining('Target group web-tg does not exist'),
    );
    const images = [{ id: 'ami-9', name: 'web-9', region: 'us-east-1', account: 'prod', tags: { version: '2' } }];
    const sick = await run(deployment, { cloud: { images, unhealthyImages: ['ami-9'] } });
    expect(sick.status).toBe('TERMINAL');
    expect(sick.calls.map(({ text }) => text)).not.toContainEqual(expect.stringMatching(/^disable shop-web-v000/));
  });

  it('lets calls fail, for good or for a while', async () => {
    const passing = { call: 'serverGroups.create', error: 'Rate exceeded', retry: true, times: 2 };
    const goesOn = await run(deployment, { failures: [passing] });
    expect(goesOn.status).toBe('SUCCEEDED');
    expect(goesOn.calls.filter(({ error }) => error === 'Rate exceeded')).toHaveLength(2);
    const final = { call: 'serverGroups.create', error: 'No capacity', code: 'aws.capacity-unavailable' };
    const ends = await run(deployment, { failures: [{ ...final, times: 50 }] });
    expect(allStages(ends.stages).map(({ error }) => error)).toContainEqual(expect.stringContaining('No capacity'));
  });

  it('answers calls to services as scripted, and as hoped for otherwise', async () => {
    const polling = {
      application: 'shop',
      name: 'Check',
      stages: [
        {
          type: 'webhook',
          name: 'Checks',
          url: 'https://ci.example.com/runs',
          waitForCompletion: true,
          statusUrlResolution: 'webhookResponse',
          statusUrlJsonPath: '$.links[0].status',
          statusJsonPath: '$.result.state',
          successStatuses: 'good, fine',
          terminalStatuses: 'bad',
        },
      ],
    };
    expect((await run(polling)).status).toBe('SUCCEEDED');
    const answers = [
      { status: 201, body: { links: [{ status: 'https://ci.example.com/runs/7' }] } },
      { error: 'connection refused' },
      { body: { result: { state: 'running' } } },
      { body: { result: { state: 'bad' } } },
    ];
    const scripted = await run(polling, { stages: { Checks: { answers } } });
    expect(scripted.stages[0]).toMatchObject({ status: 'TERMINAL', errorCode: 'webhook.ended-in-failure' });
    expect(scripted.calls.map(({ text }) => text)).toEqual([
      'POST https://ci.example.com/runs',
      'GET https://ci.example.com/runs/7',
      'GET https://ci.example.com/runs/7',
      'GET https://ci.example.com/runs/7',
    ]);
  });

  it('judges canaries as scripted, and well otherwise', async () => {
    const scope = {
      scopeName: 'default',
      controlScope: 'shop-web-v000',
      controlLocation: 'us-east-1',
      experimentScope: 'shop-web-v001',
      experimentLocation: 'us-east-1',
    };
    const canary = (name: string) => ({
      type: 'kayentaCanary',
      name,
      canaryConfig: {
        canaryConfigName: 'web',
        metricsAccountName: 'prod',
        scopes: [scope],
        lifetimeDuration: 'PT1H',
        canaryAnalysisIntervalMins: 20,
      },
    });
    const pipeline = { application: 'shop', name: 'Watch', stages: [canary('First'), canary('Second')] };
    const good = await run(pipeline);
    expect([good.status, good.calls.every(({ effect }) => effect === 'read')]).toEqual(['SUCCEEDED', true]);
    expect(good.stages[0]).toMatchObject({ endMs: 61 * 60_000 });
    const bad = await run(pipeline, { stages: { Second: { scores: [80, 30] } } });
    expect(bad.stages.map(({ status }) => status)).toEqual(['SUCCEEDED', 'TERMINAL']);
    expect(allStages(bad.stages).map(({ error }) => error)).toContainEqual(
      expect.stringMatching(/^Judgment 2 of 3: score 30 of 100/),
    );
  });

  it('ends child pipelines as scripted', async () => {
    const parent = {
      application: 'shop',
      name: 'Parent',
      stages: [
        { type: 'pipeline', name: 'Child', application: 'shop', pipeline: 'child-id' },
        { type: 'evaluateVariables', name: 'Read', variables: [{ key: 'seen', value: '${passed}' }] },
      ],
    };
    const good = await run(parent, { stages: { Child: { outputs: { passed: 97 }, takes: '10m' } } });
    expect(good.status).toBe('SUCCEEDED');
    expect(good.stages[0]).toMatchObject({ endMs: 600_000 });
    expect(good.stages[1]?.outputs).toEqual({ seen: 97 });
    const bad = await run(parent, { stages: { Child: { error: 'Checks failed' } } });
    expect(bad.stages[0]).toMatchObject({ status: 'TERMINAL', error: expect.stringContaining('Checks failed') });
  });

  it('ends stages that only look at other executions as scripted too', async () => {
    const looking = {
      application: 'shop',
      name: 'Looks',
      stages: [
        { type: 'findArtifactFromExecution', name: 'Earlier', application: 'shop', pipeline: 'other-id' },
        { type: 'dependsOnExecution', name: 'Other', executionId: 'elsewhere' },
      ],
    };
    const stages = { Earlier: { outcome: 'succeed', outputs: { artifacts: [] } }, Other: { error: 'It went badly' } };
    const simulation = await run(looking, { stages });
    expect(simulation.stages[0]).toMatchObject({ status: 'SUCCEEDED', outputs: { artifacts: [] } });
    expect(simulation.stages[1]).toMatchObject({ status: 'TERMINAL', error: 'It went badly' });
  });

  it('plays types that this version does not run by a stand-in, and says so', async () => {
    const pipeline = {
      application: 'shop',
      name: 'Odd',
      stages: [
        { type: 'neverHeardOf', name: 'Odd one' },
        { type: 'wait', name: 'After', waitTime: 1 },
      ],
    };
    const simulation = await run(pipeline);
    expect(simulation.stages.map(({ playedBy, status }) => [playedBy, status])).toEqual([
      ['stand-in', 'SUCCEEDED'],
      ['own code', 'SUCCEEDED'],
    ]);
    expect(await statuses(pipeline, { stages: { 'Odd one': { outcome: 'fail' } } })).toEqual({
      'Odd one': 'TERMINAL',
      After: 'NOT_STARTED',
      execution: 'TERMINAL',
    });
  });

  it('skips years of waiting, keeps to windows, and brings the artifacts that are expected', async () => {
    const pipeline = {
      application: 'shop',
      name: 'Slow',
      expectedArtifacts: [
        {
          id: 'a',
          displayName: 'image',
          matchArtifact: { type: 'docker/image', name: 'web' },
          usePriorArtifact: false,
        },
      ],
      stages: [
        { type: 'wait', name: 'A year', waitTime: 31_536_000 },
        {
          type: 'wait',
          name: 'In the morning',
          waitTime: 1,
          restrictExecutionDuringTimeWindow: true,
          restrictedExecutionWindow: { whitelist: [{ startHour: 9, startMin: 0, endHour: 9, endMin: 30 }] },
        },
      ],
    };
    const simulation = await run(pipeline, { start: '2026-01-05T10:00:00Z' });
    expect(simulation.status).toBe('SUCCEEDED');
    expect(simulation.durationMs).toBe((365 * 24 + 23) * 3_600_000);
  });

  it('warns of a script that speaks of stages which are not there, and of a disabled pipeline', async () => {
    const script = {
      stages: { Aprove: { judgment: 'stop' } },
      failures: [{ call: 'serverGroups.creat', error: 'No capacity' }],
    };
    const { warnings } = await run({ ...deployment, disabled: true }, script);
    expect(warnings).toEqual([
      'The pipeline is disabled: a server would refuse to start it.',
      'The script lets serverGroups.creat fail, which was never called.',
      'The script speaks of a stage "Aprove", which this execution did not have.',
    ]);
  });

  it('says why a pipeline does not start', async () => {
    const simulation = await run({ ...deployment, parameterConfig: [{ name: 'version', required: true }] });
    expect(simulation).toMatchObject({ status: 'TERMINAL', error: expect.stringContaining('version') });
    expect((await run(deployment, { parameters: { version: 2 } })).parameters).toEqual({ version: 2 });
  });
});

describe('a script', () => {
  it('may hold everything that the guide and the help show', async () => {
    const guide = readFileSync(join(import.meta.dirname, '../../../../docs/guides/command-line.md'), 'utf8');
    const example = /```yaml\n(start: .*?)```/s.exec(guide)?.[1] ?? '';
    expect(Object.keys(parseScript(parse(example), 'guide'))).toHaveLength(9);
    const shown = /\n\n((?: {2}.*\n)+)/.exec(simulateCommand.about)?.[1] ?? '';
    expect(parseScript(parse(shown), 'help').expect?.status).toBe('TERMINAL');
  });

  it('is refused with every fault', () => {
    const script = { stages: { A: { takes: 'long' }, B: { outcome: 'maybe' } }, expekt: {}, start: 'noon' };
    expect(() => parseScript(script, 'story.yaml')).toThrow(
      /story\.yaml is no script.*stages\.A\.takes: "long" is no duration.*stages\.B\.outcome.*expekt/s,
    );
    expect(() => parseScript({ start: 'noon' }, 'story.yaml')).toThrow('"noon" is no date and time');
  });
});

describe('expectations', () => {
  it('are compared with status, stages, outputs and calls in their order', async () => {
    const simulation = await run(deployment);
    const expected = parseScript(
      {
        expect: {
          status: 'TERMINAL',
          stages: { Approve: 'SUCCEEDED', deploy: 'SKIPPED', Nobody: 'SUCCEEDED' },
          calls: ['create*web-tg', 'POST https', 'disable'],
          noCalls: ['destroy', 'disable shop'],
          outputs: { Deploy: { absent: 1 } },
        },
      },
      'script',
    ).expect;
    const checked = checkExpectations(simulation, expected!);
    expect(checked.map(({ met, text }) => `${met ? 'met' : 'not'} ${text}`)).toEqual([
      'not the execution ends TERMINAL, but it is SUCCEEDED',
      'met "Approve" ends SUCCEEDED',
      'not "deploy" ends SKIPPED, but it is SUCCEEDED',
      'not "Nobody" ends SUCCEEDED, but it is no such stage',
      'not "Deploy" publishes absent = 1, but it is absent',
      'met call "create*web-tg"',
      'met call "POST https"',
      'not call "disable", but it was made earlier than that',
      'met no call "destroy"',
      'not no call "disable shop", but there was: disable shop-web-v000 in us-east-1',
    ]);
  });

  it('of the command line add to those of the script', () => {
    const expected = withAsserted(undefined, [
      'status=TERMINAL',
      'stage:Deploy it=SKIPPED',
      'call=create',
      'no-call=x=1',
    ]);
    expect(expected).toMatchObject({
      status: 'TERMINAL',
      stages: { 'Deploy it': 'SKIPPED' },
      calls: ['create'],
      noCalls: ['x=1'],
    });
    expect(() => withAsserted(undefined, ['Deploy works'])).toThrow('--assert does not understand "Deploy works"');
    expect(isJsonObject(expected)).toBe(true);
  });
});
