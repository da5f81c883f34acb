import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import { runStage } from '../../kit/testing/index.ts';
import { deployTo, OLD, serving, servingWorld, settingsOf, watch } from '../../testing/deploys.ts';

const CUSTOM = {
  strategy: 'custom',
  strategyApplication: 'shop',
  strategyPipeline: 'careful',
  pipelineParameters: { soak: '600', region: 'everywhere' },
};

async function play(status: 'SUCCEEDED' | 'TERMINAL') {
  const world = servingWorld();
  watch(world, () => {
    if (world.pipelines.starts.length > 0) world.pipelines.end(status, { outputs: { url: 'x' } });
    return world.pipelines.starts.length > 0;
  });
  return { world, run: await deployTo(world, CUSTOM) };
}

describe('custom', () => {
  it('runs the strategy pipeline with what is deployed, and makes no server group itself', async () => {
    const { world, run } = await play('SUCCEEDED');
    expect(run.status).toBe('SUCCEEDED');
    expect(world.pipelines.starts).toMatchObject([
      {
        application: 'shop',
        pipeline: 'careful',
        parameters: {
          application: 'demo',
          credentials: 'prod',
          cluster: 'demo-web',
          moniker: { app: 'demo', stack: 'web', cluster: 'demo-web' },
          strategy: true,
          parentPipelineId: 'execution-1',
          parentStageId: 'stage-1',
          soak: '600',
          region: 'everywhere',
          deployCluster: { stack: 'web', instanceType: 't3.micro', imageId: 'ami-new' },
        },
      },
    ]);
    expect(run.children[0]?.outputs).toEqual({ url: 'x' });
    expect(settingsOf(world)).toEqual({ [OLD]: serving('1/4/8', 4) });
  });

  it('fails with its pipeline, and changes nothing itself', async () => {
    const { world, run } = await play('TERMINAL');
    expect(run.failure?.code).toBe('pipeline.child-failed');
    expect(world.serverGroups.changes).toEqual([]);
  });

  it('a deploy stage of the strategy pipeline deploys the cluster that was handed in', async () => {
    const { world } = await play('SUCCEEDED');
    const parameters = { ...world.pipelines.starts[0]?.parameters, amiName: 'ami-old-name' };
    const run = await runStage(stageExecutors.deploy, {
      context: { clusters: [{ account: 'other', region: 'eu-west-1' }] },
      execution: { trigger: { type: 'pipeline', parameters } },
    });
    expect(run.before).toMatchObject([
      {
        type: 'createServerGroup',
        context: { account: 'prod', region: 'us-east-1', stack: 'web', strategy: 'none', amiName: 'ami-old-name' },
      },
    ]);
    expect(run.before).toHaveLength(1);
  });
});
