import {
  createExpressions,
  type ExecutionView,
  executionContext,
  type StageView,
} from '@gennaker/pipeline-dsl/expressions';
import { median } from './measure.ts';

/** What expressions cost on one core, with templates that were parsed before. */
export interface ExpressionSpeed {
  /** Simple expressions evaluated per second. */
  readonly perSecond: number;
  /** Fields of a stage (six expressions among them) evaluated per second, as whole trees. */
  readonly treesPerSecond: number;
  /** The peer: the same tree written as JSON and read again, per second. */
  readonly clonesPerSecond: number;
  /** The slowest of expressions made to be slow, ms: each ends by its limits. */
  readonly slowestMs: number;
}

const ROUNDS = 5;
const ROUND_MS = 300;

const stage = (refId: string, more: Partial<StageView> = {}): StageView => ({
  id: `id-${refId}`,
  refId,
  type: 'bake',
  name: `Stage ${refId}`,
  status: 'SUCCEEDED',
  context: {},
  outputs: {},
  requisiteStageRefIds: refId === '1' ? [] : [String(Number(refId) - 1)],
  ...more,
});

const SIMPLE = [
  '${parameters.version}',
  'shop-${parameters.env}',
  '${imageId}',
  "${#stage('Stage 1').outputs.imageId}",
  '${parameters.count > 2 ? "many" : "few"}',
  '${trigger.buildInfo.number + 1}',
] as const;

const TREE = {
  type: 'deploy',
  clusters: [
    {
      account: 'prod',
      cluster: SIMPLE[1],
      region: 'eu-west-1',
      amiName: SIMPLE[2],
      capacity: { min: 2, max: SIMPLE[5], desired: 3 },
      tags: { version: SIMPLE[0], size: SIMPLE[4], image: SIMPLE[3] },
      securityGroups: ['a', 'b'],
    },
  ],
  failPipeline: true,
};

const EXECUTION: ExecutionView = {
  id: '01BENCH',
  application: 'shop',
  status: 'RUNNING',
  trigger: { type: 'manual', parameters: { version: '1.2.3', env: 'prod', count: 4 }, buildInfo: { number: 7 } },
  stages: [
    stage('1', {
      outputs: { imageId: 'ami-1', list: Array.from({ length: 2_000 }, (_, i) => i), long: 'ab'.repeat(5_000) },
    }),
    stage('2'),
    stage('3'),
    stage('4', { type: 'deploy', status: 'RUNNING', context: TREE }),
  ],
};

const SLOW = [
  'list.![list.![list.![#this]]]',
  "long.replaceAll('.', long)",
  "long matches '((a{1,100}){1,100}){1,100}'",
  "long matches '(((a|b)*)*)*c'",
  'list.![#readJson(#toJson(#root.list))]',
  'list.?[#root.list.contains(-1)]',
  `1${'+1'.repeat(4_500)}`,
  `${'('.repeat(4_000)}1${')'.repeat(4_000)}`,
] as const;

/** Times each kind of work in alternating rounds on this core. */
export function measureExpressions(): ExpressionSpeed {
  const { evaluateTemplate, evaluateTree } = createExpressions();
  const context = () =>
    executionContext({
      execution: EXECUTION,
      stage: EXECUTION.stages[3],
      now: () => 1_700_000_000_000,
      random: () => 0.5,
      uuid: () => '00000000-0000-0000-0000-000000000000',
    });
  const kept = context();
  const simple = (): number => {
    for (const text of SIMPLE) evaluateTemplate(text, kept);
    return SIMPLE.length;
  };
  const tree = (): number => {
    evaluateTree(TREE, context());
    return 1;
  };
  const clone = (): number => {
    JSON.parse(JSON.stringify(TREE));
    return 1;
  };
  const { notes } = evaluateTree(TREE, context());
  if (Object.keys(notes).length > 0) throw new Error(`the expressions of the benchmark fail: ${JSON.stringify(notes)}`);
  const rounds = Array.from({ length: ROUNDS }, () => [perSecond(simple), perSecond(tree), perSecond(clone)] as const);
  const middle = (at: 0 | 1 | 2): number => median(rounds.map((round) => round[at]));
  const slowest = SLOW.map((text) => leastMs(() => evaluateTemplate(`\${${text}}`, kept)));
  return {
    perSecond: middle(0),
    treesPerSecond: middle(1),
    clonesPerSecond: middle(2),
    slowestMs: slowest.reduce((a, b) => Math.max(a, b)),
  };
}

/** How often a second the work is done; it answers how much of it one call did. */
function perSecond(work: () => number): number {
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < ROUND_MS) for (let i = 0; i < 100; i += 1) done += work();
  return (done * 1_000) / (performance.now() - start);
}

/** The shorter of three runs: what another process takes away is not ours. */
function leastMs(work: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.reduce((a, b) => Math.min(a, b));
}
