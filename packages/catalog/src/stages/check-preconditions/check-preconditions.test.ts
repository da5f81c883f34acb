import type { Stage } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { createWorld, runStage } from '../../kit/testing/index.ts';
import { checkPrecondition } from '../check-precondition/executor.ts';
import { checkPreconditions } from './executor.ts';

describe('check preconditions', () => {
  it('plans a parallel check for each, with its own failure flag and the place of the stage', async () => {
    const run = await runStage(checkPreconditions, {
      context: {
        credentials: 'prod',
        regions: ['us-east-1'],
        continuePipeline: true,
        preconditions: [
          { type: 'expression', context: { expression: "parameters.env == 'prod'" }, failPipeline: false },
          { type: 'clusterSize', context: { cluster: 'demo-web', expected: '2' } },
        ],
      },
    });
    expect(run.before.map(({ requires }) => requires)).toEqual([[], []]);
    expect(run.before[0]?.name).toBe('Check precondition (expression)');
    expect(run.before[0]?.context).toMatchObject({
      expression: "${parameters.env == 'prod'}",
      failPipeline: false,
      continuePipeline: true,
    });
    expect(run.before[1]?.context).toMatchObject({
      cluster: 'demo-web',
      credentials: 'prod',
      regions: ['us-east-1'],
      preconditionType: 'clusterSize',
    });
  });

  it('an expression without text is false', async () => {
    const run = await runStage(checkPreconditions, {
      context: { preconditions: [{ type: 'expression', context: {} }] },
    });
    expect(run.before[0]?.context['expression']).toBe('false');
  });
});

describe('one precondition', () => {
  it.each([
    [true, 'SUCCEEDED'],
    ['TRUE', 'SUCCEEDED'],
    [false, 'TERMINAL'],
    ['yes', 'TERMINAL'],
    ['${unknown}', 'TERMINAL'],
  ])('an expression that gave %s ends %s', async (expression, status) => {
    const run = await runStage(checkPrecondition, {
      context: { preconditionType: 'expression', expression, failureMessage: 'not now' },
    });
    expect([run.status, run.context['expressionResult']]).toEqual([status, expression]);
    if (status === 'TERMINAL') expect(run.failure?.message).toBe('not now');
  });

  it('compares the status of the first stage with that name', async () => {
    const stages = [{ name: 'Build', status: 'SUCCEEDED', outputs: {} } as unknown as Stage];
    const check = (stageName: string, stageStatus: string) =>
      runStage(checkPrecondition, { stages, context: { preconditionType: 'stageStatus', stageName, stageStatus } });
    expect((await check('Build', 'SUCCEEDED')).status).toBe('SUCCEEDED');
    expect((await check('Build', 'TERMINAL')).failure?.code).toBe('precondition.not-met');
    expect((await check('Nope', 'TERMINAL')).failure?.code).toBe('precondition.no-such-stage');
  });

  it.each([
    ['==', 2, false, 'SUCCEEDED'],
    ['>', 2, false, 'TERMINAL'],
    ['==', 1, true, 'SUCCEEDED'],
    ['<=', '2', false, 'SUCCEEDED'],
  ])('cluster size %s %s (enabled only: %s) ends %s', async (comparison, expected, onlyEnabledServerGroups, status) => {
    const world = createWorld();
    world.serverGroups.add({ name: 'demo-web-v000', disabled: true });
    world.serverGroups.add({ name: 'demo-web-v001' });
    const context = {
      preconditionType: 'clusterSize',
      credentials: 'prod',
      cluster: 'demo-web',
      regions: ['us-east-1'],
      comparison,
      expected,
      onlyEnabledServerGroups,
    };
    expect((await runStage(checkPrecondition, { world, context })).status).toBe(status);
  });
});
