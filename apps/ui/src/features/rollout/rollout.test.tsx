// @vitest-environment jsdom
import type { Stage } from '@gennaker/pipeline-dsl';
import { cleanup, configure, screen, within } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fillJsdomGaps, openAt, startTestApi } from '../../../dev/test-app.tsx';
import { serverGroupSchema } from '../clusters/server-group.ts';
import type { LoadBalancerView } from '../clusters/server-groups-query.ts';
import { groupsShown } from './rollout.tsx';
import { touchedBy } from './touched.ts';
import { weightsAt } from './weights.ts';

const stageOf = (id: string, parentStageId: string | null, context: object, more: Partial<Stage> = {}): Stage =>
  ({ id, refId: id, parentStageId, name: id, status: 'SUCCEEDED', context, wait: null, ...more }) as Stage;

const shift = {
  ...{ giving: 'tg-a', receiving: 'tg-b' },
  listeners: [{ loadBalancer: 'alb', port: 80, rule: null, actions: {} }],
};
const place = { account: 'prod', region: 'us-east-1' };
const stages: Stage[] = [
  stageOf('deploy', null, { clusters: [{ account: 'prod', stack: 'web' }] }, { status: 'RUNNING' }),
  stageOf('region', 'deploy', {
    ...{ ...place, cluster: 'shop-web', createdServerGroup: 'shop-web-v002', sourceServerGroup: 'shop-web-v001' },
    ...{ neededInstances: 2, trafficShift: shift },
    steps: [{ weight: 10 }, { weight: 50, afterSeconds: 10 }, { weight: 100, judgment: true }],
  }),
  stageOf('send10', 'region', { ...place, weight: 10, serverGroup: 'shop-web-v002', trafficShift: shift }),
  stageOf('ask', 'region', {}, { status: 'RUNNING', wait: { kind: 'person', reason: 'a person to decide', since: 1 } }),
];

describe('what a stage does to its clusters', () => {
  it('is told for the deploy, for each part of it, and for a decision in the middle of it', () => {
    const told = stages.map((stage) => touchedBy(stages, stage));
    expect(told[0]).toEqual([
      expect.objectContaining({
        ...{ ...place, cluster: 'shop-web', coming: 'shop-web-v002', leaving: 'shop-web-v001', needed: 2 },
        ...{ isGoingBack: false, wait: expect.objectContaining({ kind: 'person' }) },
        steps: [
          { weight: 10, status: 'SUCCEEDED', gate: null },
          { weight: 50, status: 'NOT_STARTED', gate: 'after 10 s' },
          { weight: 100, status: 'NOT_STARTED', gate: 'when a person agrees' },
        ],
      }),
    ]);
    expect(told.slice(1)).toEqual([told[0], told[0], told[0]]);
  });

  it('is nothing for a stage that names no cluster', () => {
    expect(touchedBy([stageOf('wait', null, { waitTime: 3 })], stageOf('wait', null, {}))).toEqual([]);
  });

  it('names the two groups of a rollback', () => {
    const rollback = stageOf('back', null, {
      ...{ credentials: 'prod', regions: ['us-east-1'] },
      rollbackContext: { rollbackServerGroupName: 'shop-web-v002', restoreServerGroupName: 'shop-web-v001' },
    });
    expect(touchedBy([rollback], rollback)).toMatchObject([
      { cluster: 'shop-web', region: 'us-east-1', coming: 'shop-web-v001', leaving: 'shop-web-v002' },
    ]);
  });

  it('shows the two groups it names and what else takes requests, newest first', () => {
    const [touched] = touchedBy(stages, stages[0]!);
    const group = (version: string, traffic: string) =>
      serverGroupSchema.parse({
        ...place,
        name: `shop-web-${version}`,
        traffic,
        createdTime: Number(version.slice(1)),
      });
    const all = [
      group('v000', 'disabled'),
      group('v001', 'disabled'),
      group('v002', 'enabled'),
      group('v003', 'enabled'),
    ];
    expect(groupsShown(all, touched!).map(({ name }) => name.slice(-4))).toEqual(['v003', 'v002', 'v001']);
  });
});

describe('weights', () => {
  const balancer = {
    ...{ ...place, name: 'alb' },
    listeners: [
      {
        port: 80,
        rules: [],
        actions: [
          { type: 'forward', shares: ['tg-a', 'tg-b'].map((targetGroup, i) => ({ targetGroup, weight: i ? 1 : 3 })) },
        ],
      },
    ],
  } as unknown as LoadBalancerView;
  const [touched] = touchedBy(stages, stages[0]!);

  it('are told as they are and as they will be after the next step', () => {
    const [listener] = touched!.shift!.listeners;
    expect(weightsAt([balancer], place, listener!, touched!.shift!, touched!.steps)).toEqual([
      { targetGroup: 'tg-a', role: 'giving', now: 75, next: 50 },
      { targetGroup: 'tg-b', role: 'receiving', now: 25, next: 50 },
    ]);
    expect(weightsAt([], place, listener!, touched!.shift!, [])).toBeNull();
  });
});

describe('while a deploy waits for health', () => {
  let api: Awaited<ReturnType<typeof startTestApi>>;
  configure({ defaultHidden: true });
  beforeAll(async () => {
    fillJsdomGaps();
    api = await startTestApi();
  });
  afterAll(() => api.stop());
  afterEach(cleanup);

  it('each instance is shown with what every source says, the target and the time left', async () => {
    const staging = api.world.pipelines.find(({ name }) => name === 'Deploy to staging')!;
    const run = api.world.create(staging, { type: 'manual', user: 'ana@example.com' }, Date.now());
    run.start();
    const isAwaited = () => run.picture.stages.some(({ wait }) => wait?.kind === 'resource');
    for (let next = run.advance(run.now); next !== null && !isAwaited(); ) next = run.advance(next);
    openAt(`/apps/payments/executions/${run.picture.id}?view=list&stage=2`);
    const now = await screen.findByRole('region', { name: 'payments-prod now' }, { timeout: 60_000 });
    expect(within(now).getByText(/^1 of 3 healthy/).textContent).toMatch(/, gives up in (29|30) min/);
    const table = within(now).getByRole('table', { name: 'Instances of payments-prod-v043' });
    const [, first] = within(table).getAllByRole('row');
    expect(first!.textContent).toContain('i-0f33a');
    expect(first!.textContent).toContain(
      'payments-tg unhealthy: answered 502 on /health (Target.ResponseCodeMismatch)',
    );
    expect(within(now).getByText('payments-prod-v042')).toBeTruthy();
  });
});
