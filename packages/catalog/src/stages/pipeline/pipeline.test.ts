import { describe, expect, it } from 'vitest';
import { createWorld, type RunStageOptions, runStage } from '../../kit/testing/index.ts';
import { pipeline } from './executor.ts';

const world = () => createWorld();
const play = (in_: ReturnType<typeof world>, context = {}, more: RunStageOptions = {}) =>
  runStage(pipeline, {
    ...more,
    world: in_,
    context: { pipeline: 'smoke', pipelineParameters: { env: 'prod' }, ...context },
  });

describe('pipeline stage', () => {
  it('passes the outputs of its child on when that succeeds', async () => {
    const w = world();
    w.clock.in(60_000, () => w.pipelines.end('SUCCEEDED', { outputs: { url: 'x' } }));
    const run = await play(w);
    expect([run.status, run.outputs, run.context['status']]).toEqual(['SUCCEEDED', { url: 'x' }, 'SUCCEEDED']);
    expect(w.pipelines.starts[0]).toMatchObject({ application: 'demo', parameters: { env: 'prod' } });
  });

  it('keeps the outputs back when asked', async () => {
    const w = world();
    w.clock.in(60_000, () => w.pipelines.end('SUCCEEDED', { outputs: { url: 'x' } }));
    expect((await play(w, { skipDownstreamOutput: true })).outputs).toEqual({});
  });

  it('fails with the sentences of the stages that failed in the child', async () => {
    const w = world();
    w.clock.in(60_000, () =>
      w.pipelines.end('TERMINAL', { failures: [{ stageId: 's', stageName: 'Ping', message: 'no answer' }] }),
    );
    const run = await play(w);
    expect(run.failure?.details?.['errors']).toEqual(['Exception in child pipeline stage (smoke: Ping): no answer']);
    expect(run.failure?.details?.['source']).toMatchObject({ executionId: 'child-1', stageName: 'Ping' });
  });

  it('ends canceled when its child is canceled', async () => {
    const w = world();
    w.clock.in(60_000, () => w.pipelines.end('CANCELED'));
    expect((await play(w)).status).toBe('CANCELED');
  });

  it('does not wait when told so', async () => {
    const run = await play(world(), { waitForCompletion: 'false' });
    expect([run.status, run.context['executionId']]).toEqual(['SUCCEEDED', 'child-1']);
  });

  it('cancels its child when it is canceled', async () => {
    const w = world();
    await play(w, {}, { cancelAfterMs: 30_000 });
    expect(w.pipelines.children.get('child-1')).toMatchObject({ status: 'CANCELED', canceledBy: 'ann' });
  });

  it('starts one child although the answer of the first start was lost', async () => {
    const w = world();
    w.pipelines.trouble.loseNextAnswer('start');
    w.clock.in(60_000, () => w.pipelines.end('SUCCEEDED'));
    await play(w);
    expect(w.pipelines.starts).toHaveLength(1);
  });
});
