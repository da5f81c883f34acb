import { describe, expect, it } from 'vitest';
import { createWorld } from '../../kit/in-memory/index.ts';
import { runStage } from '../../kit/testing/index.ts';
import { findArtifactFromExecution } from './executor.ts';

const image = { type: 'docker/image', name: 'web', version: '7' };
const wanted = { id: 'e', matchArtifact: { type: 'docker/image' } };
const worldWith = (...artifacts: object[]) => {
  const world = createWorld();
  world.pipelines.published.set('build', { executionId: 'run-1', artifacts });
  return world;
};

describe('findArtifactFromExecution', () => {
  it('publishes what fits of the newest execution, and names it', async () => {
    const world = worldWith({ type: 'git/repo' }, image);
    const run = await runStage(findArtifactFromExecution, {
      world,
      context: { pipeline: 'build', expectedArtifacts: [wanted] },
    });
    expect([run.status, run.outputs['artifacts']]).toEqual(['SUCCEEDED', [image]]);
    expect(run.context['foundInExecution']).toBe('run-1');
    expect(world.pipelines.queries).toMatchObject([{ pipeline: 'build', statuses: ['SUCCEEDED'] }]);
  });

  it('reads the older spelling with one artifact', async () => {
    const run = await runStage(findArtifactFromExecution, {
      world: worldWith(image),
      context: { pipeline: 'build', expectedArtifact: wanted },
    });
    expect(run.outputs['artifacts']).toEqual([image]);
    expect(run.context['expectedArtifacts']).toMatchObject([{ id: 'e' }]);
  });

  it.each([
    [{}, ['SUCCEEDED']],
    [{ successful: false, terminal: true }, ['TERMINAL']],
    [{ successful: true, terminal: true, running: true }, ['SUCCEEDED', 'TERMINAL', 'RUNNING']],
  ])('asks for executions as %j lets count', async (executionOptions, statuses) => {
    const world = worldWith(image);
    await runStage(findArtifactFromExecution, { world, context: { pipeline: 'build', executionOptions } });
    expect(world.pipelines.queries).toMatchObject([{ statuses }]);
  });

  it('fails when the pipeline has no such execution', async () => {
    const run = await runStage(findArtifactFromExecution, { context: { pipeline: 'build', application: 'shop' } });
    expect([run.status, run.failure]).toMatchObject([
      'TERMINAL',
      {
        code: 'find-artifact-from-execution.no-execution',
        message: 'Pipeline build of shop has no execution that is SUCCEEDED.',
      },
    ]);
  });
});
