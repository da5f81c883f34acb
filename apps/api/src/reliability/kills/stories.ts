import {
  type OperationRow,
  OUT,
  pipelineOf as operationOf,
  SERVING,
  two,
  WEB,
} from '../../scenarios/matrix/operation.ts';
import { endOf, pipelineOf, planOf, STRATEGIES, type StrategyRow } from '../../scenarios/matrix/strategies.ts';
import { IMAGES } from '../../scenarios/shop.ts';
import type { Story } from './killed-run.ts';

const strategy = (name: string): StrategyRow => STRATEGIES.find((row) => row.name === name)!;

const deploy = (name: string, row: StrategyRow, works: boolean): Story => ({
  name,
  plan: planOf(row, ''),
  pipeline: pipelineOf(works ? row : { ...row, cluster: { ...row.cluster, imageId: IMAGES['3.0.0'] } }),
  status: works ? 'SUCCEEDED' : 'TERMINAL',
  end: endOf(row, works),
});

const rollBack: OperationRow = {
  name: 'roll back cluster',
  plan: two,
  stages: [
    { type: 'disableServerGroup', ...WEB, serverGroupName: 'shop-web-v000' },
    { type: 'rollbackCluster', ...WEB },
  ],
  end: { groups: { 'shop-web-v000': SERVING, 'shop-web-v001': OUT }, fewest: 3 },
};

export const STORIES: readonly Story[] = [
  deploy('a red/black', strategy('red/black'), true),
  // Whoever takes over may find its machines out of the target group already.
  {
    ...deploy('a red/black whose new version never becomes healthy', strategy('red/black'), false),
    spared: ['deregisterTargets'],
    isLong: true,
  },
  { ...deploy('a weighted shift', strategy('weighted'), true), isLong: true },
  {
    name: 'a rollback of a cluster',
    plan: rollBack.plan,
    pipeline: operationOf(rollBack, { regions: {} } as never),
    status: 'SUCCEEDED',
    end: rollBack.end,
  },
];
