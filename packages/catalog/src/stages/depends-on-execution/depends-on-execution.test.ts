import { describe, expect, it } from 'vitest';
import { createWorld, runStage } from '../../kit/testing/index.ts';
import { dependsOnExecution } from './executor.ts';

/** A world in which somebody has started the pipeline `migrate`, as execution `child-1`. */
async function startedWorld() {
  const world = createWorld();
  await world.pipelines.start({
    application: 'demo',
    pipeline: 'migrate',
    parameters: {},
    parentExecutionId: 'other',
    parentStageId: 'other',
    correlationKey: 'other',
  });
  return world;
}
const play = (world: Awaited<ReturnType<typeof startedWorld>>, executionId = 'child-1') =>
  runStage(dependsOnExecution, { world, context: { executionId, executionType: 'PIPELINE' } });

describe('dependsOnExecution', () => {
  it('waits for the other execution, and says for which', async () => {
    const world = await startedWorld();
    world.clock.in(600_000, () => world.pipelines.end('SUCCEEDED', { outputs: { url: 'x' } }));
    const run = await play(world);
    expect([run.status, run.outputs]).toEqual(['SUCCEEDED', {}]);
    expect(run.waits).toEqual(['execution child-1 of migrate to end']);
  });

  it.each(['TERMINAL', 'CANCELED'] as const)('ends canceled, with the reason, when that ends %s', async (status) => {
    const world = await startedWorld();
    world.clock.in(60_000, () => world.pipelines.end(status));
    const run = await play(world);
    expect([run.status, run.context['reason']]).toEqual(['CANCELED', `Execution child-1 (migrate) ended ${status}.`]);
  });

  it('names the execution that is not there', async () => {
    const run = await play(await startedWorld(), 'child-7');
    expect([run.status, run.failure?.code]).toEqual(['TERMINAL', 'depends-on-execution.not-found']);
    expect(run.failure?.message).toContain('child-7');
  });

  it('gives up after two hours', async () => {
    const run = await play(await startedWorld());
    expect(run.status).toBe('TERMINAL');
    expect(run.failure?.code).toBe('engine.timed-out');
  });
});
