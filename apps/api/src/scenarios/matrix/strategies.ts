import type { JsonObject } from '@gennaker/pipeline-dsl';
import { shopScenario } from '../shop.ts';
import type { End } from './checks.ts';
import { HOOKS, ROLLING, settle, stageOf, WEIGHTED, webCluster } from './stories.ts';
import type { WorldPlan } from './world.ts';

const OUT = '2/3/4, out of traffic at rest';
const BOTH = { 'shop-web-v002': 'shop-web-v001' };
/** The old group serves at full size and the new one is gone. */
const GONE_BACK: End = { groups: { 'shop-web-v001': '2/3/4, 3 serving' } };

/** A way of deploying, and how it must end. */
export interface StrategyRow {
  readonly name: string;
  /** Fields of the cluster. */
  readonly cluster: JsonObject;
  readonly plan?: Partial<WorldPlan>;
  readonly good: End;
  /** When the new group fails; absent: the old one serves at full size and the new one is gone. */
  readonly bad?: End;
}

const after = (old: string | null, size = '2/3/6', more: Partial<End> = {}): End => ({
  groups: { ...(old ? { 'shop-web-v001': old } : {}), 'shop-web-v002': `${size}, 3 serving` },
  settingsFrom: BOTH,
  ...more,
});

const careful: JsonObject = {
  application: 'shop',
  name: 'careful',
  stages: [
    { refId: '1', type: 'deploy', name: 'New', clusters: [webCluster({ ...HOOKS, strategy: '' })] },
    {
      refId: '2',
      requisiteStageRefIds: ['1'],
      type: 'disableCluster',
      name: 'Old',
      credentials: 'prod',
      cluster: 'shop-web',
      regions: ['us-east-1'],
      remainingEnabledServerGroups: 1,
    },
  ],
};

/** Every strategy of the catalog. */
export const STRATEGIES: readonly StrategyRow[] = [
  { name: 'none', cluster: { strategy: '' }, good: after('2/3/4, 3 serving') },
  { name: 'highlander', cluster: { strategy: 'highlander' }, good: after(null) },
  { name: 'red/black', cluster: {}, good: after(OUT) },
  {
    name: 'red/black with scale down',
    cluster: { scaleDown: true },
    good: after('0/0/0, out of traffic, without Launch, ReplaceUnhealthy, ScheduledActions'),
  },
  {
    name: 'red/black that keeps one more',
    cluster: { maxRemainingAsgs: 2 },
    plan: { scenario: shopScenario({ before: true }) },
    // Two groups served before; one is to remain.
    good: after(OUT, '2/3/6', { fewest: 3 }),
    bad: { groups: { 'shop-web-v000': '2/3/4, 3 serving', 'shop-web-v001': '2/3/4, 3 serving' } },
  },
  { name: 'rolling red/black', cluster: ROLLING, good: after(OUT, '2/3/4') },
  { name: 'weighted', cluster: WEIGHTED, good: after(OUT, '2/3/6', { weights: ['web-tg 0, web-b-tg 100'] }) },
  {
    name: 'monitored',
    cluster: { strategy: 'monitored', deploySteps: [50], deploymentMonitor: { id: 'judge' } },
    good: after(OUT, '2/3/4'),
  },
  {
    name: 'custom',
    cluster: { strategy: 'custom', strategyApplication: 'shop', strategyPipeline: 'careful' },
    plan: { pipelines: [careful] },
    good: after(OUT),
  },
];

export const planOf = ({ plan }: StrategyRow, monitorUrl: string): WorldPlan => ({
  scenario: shopScenario(),
  prepare: settle,
  monitorUrl,
  ...plan,
});

export const endOf = (row: StrategyRow, works: boolean): End => (works ? row.good : (row.bad ?? GONE_BACK));

export const pipelineOf = ({ cluster }: StrategyRow): JsonObject =>
  stageOf('deploy', {
    clusters: [webCluster({ ...HOOKS, rollback: { onFailure: true, destroyLatest: true }, ...cluster })],
  });
