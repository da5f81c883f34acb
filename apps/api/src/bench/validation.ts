import { keptStageDefinitions, stageDefinitions } from '@gennaker/catalog/definitions';
import { type JsonObject, pipelineSchema } from '@gennaker/pipeline-dsl';
import { checkPipeline, type Vocabulary } from '@gennaker/pipeline-dsl/check';
import { checkGraph, indexGraph, topologicalOrder } from '@gennaker/pipeline-dsl/graph';
import { median } from './measure.ts';

/** What it costs to check a pipeline, on one core. */
export interface ValidationSpeed {
  /** Checks of a pipeline of 50 stages per second: every rule, every expression. */
  readonly perSecond: number;
  /** The peer: the same document read by the schemas of the pipeline and of its stages alone, per second. */
  readonly schemasPerSecond: number;
  /** Checking and ordering the graph of 500 stages, ms, median. */
  readonly orderMs: number;
}

const ROUNDS = 5;
const ROUND_MS = 400;
const vocabulary: Vocabulary = { stages: { ...keptStageDefinitions, ...stageDefinitions } };

/** Stages in rows of five: each waits for two of the row before. */
function rows(count: number, contents: (at: number) => JsonObject) {
  return Array.from({ length: count }, (_, at) => {
    const row = Math.floor(at / 5);
    const before = (offset: number): string => String((row - 1) * 5 + ((at + offset) % 5));
    return {
      ...contents(at),
      refId: String(at),
      name: `Stage ${at}`,
      requisiteStageRefIds: row === 0 ? [] : [before(0), before(1)],
    };
  });
}

const CONTENTS: ReadonlyArray<(at: number) => JsonObject> = [
  () => ({ type: 'wait', waitTime: '${parameters.pause}' }),
  (at) => ({ type: 'manualJudgment', instructions: `Go on after ${at}?`, judgmentInputs: [{ value: 'yes' }] }),
  (at) => ({
    type: 'webhook',
    url: `https://example.com/\${parameters.version}/${at}`,
    method: 'POST',
    payload: { at },
  }),
  () => ({
    type: 'checkPreconditions',
    preconditions: [{ type: 'expression', context: { expression: "parameters.env == 'prod'" } }],
  }),
  (at) => ({
    type: 'deploy',
    stageEnabled: { type: 'expression', expression: 'parameters.pause != null' },
    clusters: [
      {
        account: 'prod',
        application: 'shop',
        stack: `s${at}`,
        availabilityZones: { 'us-east-1': ['us-east-1a', 'us-east-1b'] },
        capacity: { min: 2, desired: 3, max: 6 },
        instanceType: 'm7g.large',
        amiName: 'web-${parameters.version}',
        strategy: 'redblack',
        tags: { version: '${parameters.version}', env: '${parameters.env}' },
      },
    ],
  }),
];

const document: JsonObject = {
  application: 'shop',
  name: 'Fifty stages',
  spelEvaluator: 'v4',
  parameterConfig: [{ name: 'version' }, { name: 'env' }, { name: 'pause' }],
  triggers: [{ type: 'webhook', enabled: true, source: 'shop', payloadConstraints: { ref: '^refs/tags/v.*' } }],
  stages: rows(50, (at) => CONTENTS[at % 5]!(at)),
};

function parseWithSchemas(): boolean {
  const parsed = pipelineSchema.safeParse(document);
  if (!parsed.success) return false;
  const contexts = parsed.data.stages.map((stage) => vocabulary.stages[stage.type]?.context.safeParse(stage));
  return contexts.length === 50;
}

/** How often the work is done in a second: the median of some rounds. */
function timesPerSecond(work: () => unknown): number {
  const speeds = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    let count = 0;
    while (performance.now() - begun < ROUND_MS) {
      work();
      count += 1;
    }
    return (count * 1_000) / (performance.now() - begun);
  });
  return median(speeds);
}

/** Measures one after the other on the thread it is called on, for about five seconds. */
export function measureValidation(): ValidationSpeed {
  const findings = checkPipeline(document, vocabulary);
  if (findings.length > 0)
    throw new Error(`the pipeline of the benchmark has findings: ${JSON.stringify(findings[0])}`);
  const many = rows(500, () => ({ type: 'wait' }));
  const graphStages = many.map((stage) => ({ ...stage, id: stage.refId, status: 'NOT_STARTED' as const }));
  const times = Array.from({ length: 50 }, () => {
    const begun = performance.now();
    const found = checkGraph(many);
    const order = topologicalOrder(indexGraph(graphStages));
    if (found.length > 0 || order.length !== 500) throw new Error('the graph of the benchmark cannot be put in order');
    return performance.now() - begun;
  });
  return {
    schemasPerSecond: timesPerSecond(parseWithSchemas),
    perSecond: timesPerSecond(() => checkPipeline(document, vocabulary)),
    orderMs: median(times),
  };
}
