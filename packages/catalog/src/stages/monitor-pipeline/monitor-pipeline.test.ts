import { describe, expect, it } from 'vitest';
import { createWorld, runStage } from '../../kit/testing/index.ts';
import { monitorPipeline } from './executor.ts';

type World = ReturnType<typeof createWorld>;

/** A world in which somebody has started `count` executions: `child-1` and so on. */
async function startedWorld(count: number): Promise<World> {
  const world = createWorld();
  for (let n = 1; n <= count; n += 1)
    await world.pipelines.start({
      application: 'demo',
      pipeline: `load-${n}`,
      parameters: {},
      parentExecutionId: 'other',
      parentStageId: 'other',
      correlationKey: `other-${n}`,
    });
  return world;
}

/** Ends one of them after a while. */
function endAfter(world: World, ms: number, id: string, more: Record<string, unknown>): void {
  world.clock.in(ms, () => {
    const state = world.pipelines.children.get(id);
    if (state) world.pipelines.children.set(id, { ...state, ...more });
  });
}

const play = (world: World, executionIds: readonly string[], more = {}) =>
  runStage(monitorPipeline, { world, context: { executionIds, ...more } });

describe('monitorPipeline', () => {
  it('hands on the outputs of a single execution when that succeeds', async () => {
    const world = await startedWorld(1);
    endAfter(world, 120_000, 'child-1', { status: 'SUCCEEDED', outputs: { url: 'x' } });
    const run = await play(world, ['child-1']);
    expect([run.status, run.outputs]).toEqual([
      'SUCCEEDED',
      { url: 'x', executionStatuses: { 'child-1': { status: 'SUCCEEDED' } } },
    ]);
    expect(run.waits).toEqual(['load-1 of demo (child-1) to end']);
  });

  it('waits for all, and keeps the outputs of several apart', async () => {
    const world = await startedWorld(2);
    endAfter(world, 60_000, 'child-1', { status: 'SUCCEEDED', outputs: { url: 'x' } });
    endAfter(world, 600_000, 'child-2', { status: 'SUCCEEDED' });
    const run = await play(world, ['child-1', 'child-2']);
    expect(run.outputs).toEqual({
      executionStatuses: { 'child-1': { status: 'SUCCEEDED' }, 'child-2': { status: 'SUCCEEDED' } },
    });
    expect(run.waits.at(-1)).toBe('load-2 of demo (child-2) to end');
  });

  const failure = { status: 'TERMINAL', failures: [{ stageId: 's', stageName: 'Ping', message: 'no answer' }] };

  it('fails after the others have ended, with what failed in which', async () => {
    const world = await startedWorld(2);
    endAfter(world, 60_000, 'child-1', failure);
    endAfter(world, 600_000, 'child-2', { status: 'SUCCEEDED' });
    const run = await play(world, ['child-1', 'child-2']);
    expect(run.failure).toMatchObject({
      code: 'monitor-pipeline.failed',
      message: 'load-1 of demo (child-1) ended TERMINAL.',
      details: { errors: ['load-1: Ping: no answer'] },
    });
    expect(run.outputs['executionStatuses']).toEqual({
      'child-1': { status: 'TERMINAL', errors: ['no answer'] },
      'child-2': { status: 'SUCCEEDED' },
    });
  });

  it('fails at once when told so', async () => {
    const world = await startedWorld(2);
    endAfter(world, 60_000, 'child-1', failure);
    const run = await play(world, ['child-1', 'child-2'], { monitorBehavior: 'FailFast' });
    expect([run.status, run.failure?.code]).toEqual(['TERMINAL', 'monitor-pipeline.failed']);
    expect(run.outputs['executionStatuses']).toMatchObject({ 'child-2': { status: 'RUNNING' } });
  });

  it('ends canceled when one was canceled and none failed', async () => {
    const world = await startedWorld(2);
    endAfter(world, 60_000, 'child-1', { status: 'CANCELED' });
    endAfter(world, 90_000, 'child-2', { status: 'SUCCEEDED' });
    expect((await play(world, ['child-1', 'child-2'])).status).toBe('CANCELED');
  });

  it('leaves the executions alone when it is canceled itself', async () => {
    const world = await startedWorld(1);
    await runStage(monitorPipeline, { world, context: { executionIds: ['child-1'] }, cancelAfterMs: 30_000 });
    expect(world.pipelines.children.get('child-1')?.status).toBe('RUNNING');
  });

  it('names the executions that are not there', async () => {
    const run = await play(await startedWorld(1), ['child-1', 'child-8', 'child-9']);
    expect(run.failure?.message).toBe('There is no execution child-8, child-9 to wait for.');
  });
});
