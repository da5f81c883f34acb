import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { type StageType, stageExecutors } from '../executors.ts';
import { createWorld, runStage, type World } from '../kit/testing/index.ts';

const REF = { account: 'prod', region: 'us-east-1', name: 'demo-web-v000' };
const play = (type: StageType, world: World, context: JsonObject) =>
  runStage(stageExecutors[type], {
    world,
    executors: stageExecutors,
    context: { credentials: 'prod', cluster: 'demo-web', regions: ['us-east-1'], ...context },
  });

function worldOf(): World {
  const world = createWorld();
  world.serverGroups.add({ name: REF.name });
  return world;
}

describe('settings of a server group', () => {
  it('processes are suspended and resumed, known to the ledger with what was before', async () => {
    const world = worldOf();
    const processes = ['Launch', 'AZRebalance'];
    const run = await play('modifyAwsScalingProcess', world, { action: 'suspend', processes });
    expect(run.status).toBe('SUCCEEDED');
    expect(run.ledger).toMatchObject([{ name: REF.name, action: 'change', before: { suspendedProcesses: [] } }]);
    expect(world.serverGroups.picture(REF.name)?.suspendedProcesses).toEqual(processes);
    await play('modifyAwsScalingProcess', world, { action: 'resume', processes: ['Launch'] });
    expect(world.serverGroups.picture(REF.name)?.suspendedProcesses).toEqual(['AZRebalance']);
  });

  it('a target tracking policy is saved once however often the stage runs', async () => {
    const world = worldOf();
    const context = { targetTrackingConfiguration: { targetValue: '55', disableScaleIn: true } };
    world.scaling.trouble.loseNextAnswer('savePolicy');
    for (let times = 0; times < 2; times++)
      expect((await play('upsertScalingPolicy', world, context)).status).toBe('SUCCEEDED');
    expect((await world.scaling.read(REF))?.policies).toEqual([
      expect.objectContaining({
        name: 'demo-web-v000-policy',
        type: 'TargetTrackingScaling',
        enabled: true,
        targetTracking: { targetValue: 55, disableScaleIn: true },
      }),
    ]);
  });

  it('a step policy has its steps and an alarm on the group’s own measure', async () => {
    const world = worldOf();
    const alarm = {
      namespace: 'AWS/EC2',
      metricName: 'CPUUtilization',
      period: 60,
      evaluationPeriods: '3',
      threshold: 80,
      comparisonOperator: 'GreaterThanThreshold',
    };
    const step = {
      stepAdjustments: [{ metricIntervalLowerBound: 0, scalingAdjustment: 2 }],
      estimatedInstanceWarmup: 60,
    };
    await play('upsertScalingPolicy', world, { policyName: 'cpu', step, alarm });
    expect((await world.scaling.read(REF))?.policies).toEqual([
      expect.objectContaining({
        name: 'cpu',
        type: 'StepScaling',
        adjustmentType: 'ChangeInCapacity',
        steps: [{ lowerBound: 0, upperBound: null, change: 2 }],
        warmupSeconds: 60,
        alarm: expect.objectContaining({ dimensions: { AutoScalingGroupName: REF.name }, evaluationPeriods: 3 }),
      }),
    ]);
    expect((await play('upsertScalingPolicy', world, {})).failure?.code).toBe('scaling.no-policy');
  });

  it('scheduled actions are named after their recurrence unless they have a name', async () => {
    const world = worldOf();
    const scheduledActions = [
      { recurrence: '0 22 * * *', minSize: 1, desiredCapacity: '1' },
      { scheduledActionName: 'sale', startTime: '2030-01-01T00:00:00Z', maxSize: 20 },
    ];
    for (let times = 0; times < 2; times++)
      expect((await play('upsertAsgScheduledActions', world, { scheduledActions })).status).toBe('SUCCEEDED');
    expect((await world.scaling.read(REF))?.schedules).toMatchObject([
      { name: 'demo-web-v000-0-22-x-x-x', recurrence: '0 22 * * *', min: 1, desired: 1, max: null },
      { name: 'sale', startTime: Date.parse('2030-01-01T00:00:00Z'), max: 20 },
    ]);
    for (const action of [{ minSize: 1 }, { recurrence: '0 1 * * *' }, { startTime: 'soon', minSize: 1 }])
      expect((await play('upsertAsgScheduledActions', world, { scheduledActions: [action] })).failure?.code).toBe(
        'scaling.no-schedule',
      );
  });

  it('a warm pool is saved, changed and deleted, and the ledger keeps what it was', async () => {
    const world = worldOf();
    const pool = { minSize: 0, maxPrepared: 12, poolState: 'Stopped', reuseOnScaleIn: false };
    const saved = await play('modifyWarmPool', world, { maxGroupPreparedCapacity: '12' });
    expect(saved.status).toBe('SUCCEEDED');
    expect(saved.ledger).toMatchObject([{ name: REF.name, action: 'change', before: { warmPool: null } }]);
    expect(await world.scaling.readWarmPool(REF)).toMatchObject(pool);
    world.scaling.trouble.loseNextAnswer('saveWarmPool');
    const more = { minSize: 4, poolState: 'Running', instanceReusePolicy: { reuseOnScaleIn: true } };
    const changed = await play('modifyWarmPool', world, { warmPool: { ...more, minSize: 1 }, minSize: 4 });
    expect(changed.status).toBe('SUCCEEDED');
    expect(changed.ledger[0]).toMatchObject({ before: { warmPool: pool } });
    const now = { minSize: 4, maxPrepared: 12, poolState: 'Running', reuseOnScaleIn: true };
    expect(await world.scaling.readWarmPool(REF)).toMatchObject(now);
    world.scaling.trouble.loseNextAnswer('deleteWarmPool');
    const deleted = await play('modifyWarmPool', world, { action: 'delete', forceDelete: true });
    expect(deleted.status).toBe('SUCCEEDED');
    expect(deleted.ledger[0]).toMatchObject({ before: { warmPool: now } });
    expect(await world.scaling.readWarmPool(REF)).toBeNull();
    expect((await play('modifyWarmPool', world, { action: 'delete' })).status).toBe('SUCCEEDED');
  });

  it('a warm pool without a limit takes -1, and the limit goes', async () => {
    const world = worldOf();
    await play('modifyWarmPool', world, { maxGroupPreparedCapacity: 5, reuseOnScaleIn: true });
    await play('modifyWarmPool', world, { maxGroupPreparedCapacity: -1 });
    expect(await world.scaling.readWarmPool(REF)).toMatchObject({ maxPrepared: null, reuseOnScaleIn: true });
  });

  it('tags are set from a map or a list', async () => {
    const world = worldOf();
    await play('upsertServerGroupTags', world, { tags: { verified: true } });
    await play('upsertServerGroupTags', world, { tags: [{ name: 'team', value: 'web' }] });
    expect([...world.serverGroups.scaling.of(REF).tags]).toEqual([
      ['verified', 'true'],
      ['team', 'web'],
    ]);
  });

  it.each<[StageType, JsonObject]>([
    ['modifyAwsScalingProcess', { action: 'suspend', processes: ['Launch'] }],
    ['modifyWarmPool', { minSize: 1 }],
    ['upsertServerGroupTags', { tags: { a: 'b' } }],
    ['upsertScalingPolicy', { simple: { scalingAdjustment: 1 } }],
    ['upsertAsgScheduledActions', { scheduledActions: [{ recurrence: '0 1 * * *', minSize: 1 }] }],
  ])('%s of a group that does not exist fails', async (type, context) => {
    const run = await play(type, worldOf(), { ...context, serverGroupName: 'demo-web-v009' });
    expect(run.failure?.code).toBe('cluster.server-group-not-found');
  });
});
