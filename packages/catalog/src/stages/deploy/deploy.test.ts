import { describe, expect, it } from 'vitest';
import { stageExecutors } from '../../executors.ts';
import { createWorld, runStage } from '../../kit/testing/index.ts';

const cluster = {
  account: 'prod',
  stack: 'web',
  instanceType: 't3.micro',
  imageId: 'ami-new',
  capacity: { min: 1, desired: '2', max: 3 },
  targetGroups: ['tg'],
};
const plan = (context: Record<string, unknown>) => runStage(stageExecutors.deploy, { context });

describe('deploy', () => {
  it('plans one parallel stage for each cluster and region', async () => {
    const run = await plan({
      clusters: [
        { ...cluster, availabilityZones: { 'us-east-1': ['us-east-1a'], 'eu-west-1': [] } },
        { ...cluster, stack: 'api', region: 'us-east-1' },
      ],
    });
    expect(run.before.map(({ name, type, requires }) => [name, type, requires])).toEqual([
      ['Deploy demo-web in us-east-1', 'createServerGroup', []],
      ['Deploy demo-web in eu-west-1', 'createServerGroup', []],
      ['Deploy demo-api in us-east-1', 'createServerGroup', []],
    ]);
  });

  it('reads the older form with a single cluster', async () => {
    const nested = await plan({ cluster: { ...cluster, region: 'us-east-1' } });
    const inline = await plan({ ...cluster, region: 'us-east-1', failPipeline: false });
    for (const run of [nested, inline]) expect(run.before.map(({ name }) => name)).toEqual(['Deploy in us-east-1']);
    expect(inline.before[0]?.context).not.toHaveProperty('failPipeline');
  });

  it('fails when it names no cluster, or a cluster no region', async () => {
    expect((await plan({})).failure?.code).toBe('deploy.no-cluster');
    expect((await plan({ clusters: [cluster] })).failure?.code).toBe('deploy.no-region');
  });

  it('brings a cluster into traffic', async () => {
    const world = createWorld();
    const run = await runStage(stageExecutors.deploy, {
      world,
      executors: stageExecutors,
      context: { clusters: [{ ...cluster, region: 'us-east-1' }] },
    });
    expect(run.status).toBe('SUCCEEDED');
    expect(world.serverGroups.picture('demo-web-v000')).toMatchObject({
      traffic: 'enabled',
      capacity: { min: 1, desired: 2, max: 3 },
    });
  });
});
