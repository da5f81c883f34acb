import { describe, expect, it } from 'vitest';
import { strategies } from '../executors.ts';
import type { PlanView, Strategy, StrategyView } from '../kit/index.ts';

const view = (options: unknown, more: Partial<StrategyView<unknown>> = {}): StrategyView<unknown> => ({
  options,
  target: { cluster: 'demo-web', credentials: 'prod', regions: ['us-east-1'] },
  account: 'prod',
  region: 'us-east-1',
  cluster: 'demo-web',
  serverGroup: 'demo-web-v001',
  needed: 3,
  capacity: { min: 1, desired: 3, max: 6 },
  health: { stableSeconds: 15 },
  source: { name: 'demo-web-v000', capacity: { min: 1, desired: 3, max: 6 }, healthyPercentage: 100 },
  plan: {} as PlanView<unknown>,
  ...more,
});
const plan = (strategy: Strategy, context: object, more: Partial<StrategyView<unknown>> = {}) =>
  strategy.after(view(strategy.definition.options.parse(context), more));
const types = (stages: ReturnType<typeof plan>): string[] => stages.map(({ type }) => type);

describe('what follows a healthy new server group', () => {
  it('none: nothing', () => {
    expect(plan(strategies.none, {})).toEqual([]);
  });

  it('red/black: disables, gives the minimum back, then scales down, and destroys last', () => {
    const stages = plan(strategies.redblack, {
      delayBeforeDisableSec: '60',
      scaleDown: 'true',
      delayBeforeScaleDownSec: 300,
      maxRemainingAsgs: '3',
    });
    expect(types(stages)).toEqual([
      'wait',
      'disableCluster',
      'resizeServerGroup',
      'wait',
      'scaleDownCluster',
      'shrinkCluster',
    ]);
    expect(stages.map(({ requires }) => requires)).toEqual([[], ['1'], ['2'], ['3'], ['4'], ['5']]);
  });

  it('red/black: everything that takes something away asks for the new group to serve', () => {
    const stages = plan(strategies.redblack, { scaleDown: true, maxRemainingAsgs: 2 });
    for (const stage of stages.filter(({ type }) => type.endsWith('Cluster')))
      expect([stage.type, stage.context['keepServing']]).toEqual([
        stage.type,
        { serverGroup: 'demo-web-v001', needed: 3 },
      ]);
  });

  it('red/black: the older spelling of the delay wins', () => {
    const [wait] = plan(strategies.redblack, { delayBeforeDisableSec: 60, delayBeforeCleanup: 30 });
    expect(wait).toMatchObject({ type: 'wait', context: { waitTime: 30 } });
  });

  it('red/black: nothing when nothing served before', () => {
    expect(plan(strategies.redblack, { scaleDown: true, maxRemainingAsgs: 2 }, { source: null })).toEqual([]);
  });

  it('highlander: shrinks to the new group, active ones included', () => {
    const [stage] = plan(strategies.highlander, {});
    expect(stage).toMatchObject({ type: 'shrinkCluster', context: { shrinkToSize: 1, allowDeleteActive: true } });
  });
});
