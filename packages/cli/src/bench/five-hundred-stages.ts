import type { JsonObject } from '@gennaker/pipeline-dsl';

export const COUNT = 500;
/** Stages beside each other; each requires two of the row before. */
const ROW = 10;

const place = { credentials: 'prod', account: 'prod', regions: ['us-east-1'], cloudProvider: 'aws' };
const cluster = (at: number): string => `shop-s${at}`;

type Kind = (at: number) => JsonObject;

/** Act on server groups. */
const CLUSTER_KINDS: readonly Kind[] = [
  (at) => ({
    type: 'deploy',
    clusters: [
      {
        account: 'prod',
        application: 'shop',
        stack: `s${at}`,
        strategy: 'redblack',
        availabilityZones: { 'us-east-1': ['us-east-1a', 'us-east-1b'] },
        capacity: { min: 1, desired: 2, max: 4 },
        instanceType: 'm7g.large',
        amiName: 'web-${parameters.version}',
        targetGroups: ['web-tg'],
        securityGroups: [],
      },
    ],
  }),
  (at) => ({
    type: 'resizeServerGroup',
    ...place,
    cluster: cluster(at),
    target: 'current_asg_dynamic',
    capacity: { min: 2, desired: 3, max: 4 },
  }),
  (at) => ({ type: 'disableServerGroup', ...place, cluster: cluster(at), target: 'ancestor_asg_dynamic' }),
];

const KINDS: readonly Kind[] = [
  () => ({ type: 'findImageFromTags', ...place, packageName: 'web', tags: { version: '${parameters.version}' } }),
  () => ({ type: 'wait', waitTime: 30 }),
  (at) => ({
    type: 'webhook',
    url: `https://example.com/\${parameters.version}/${at}`,
    method: 'POST',
    payload: { at },
  }),
  (at) => ({ type: 'manualJudgment', instructions: `Go on after ${at}?`, judgmentInputs: [{ value: 'yes' }] }),
  () => ({
    type: 'checkPreconditions',
    preconditions: [{ type: 'expression', context: { expression: "parameters.version == '1'" } }],
  }),
  (at) => ({ type: 'evaluateVariables', variables: [{ key: `name${at}`, value: `\${execution.application}-${at}` }] }),
  (at) => ({ type: 'pipeline', application: 'shop', pipeline: `Child ${at}`, pipelineParameters: { at } }),
];

/** Every twenty-fifth stage acts on a server group; the others take turns. */
function contents(at: number): JsonObject {
  const kind = at % 25 === 0 ? CLUSTER_KINDS[(at / 25) % CLUSTER_KINDS.length]! : KINDS[at % KINDS.length]!;
  return kind(at);
}

/** Stages of ten types in rows that fork and join; every twenty-fifth deploys, resizes or disables a server group. */
export function fiveHundredStages(): JsonObject {
  const before = (row: number, offset: number): string => String((row - 1) * ROW + (offset % ROW));
  return {
    application: 'shop',
    name: 'Five hundred stages',
    spelEvaluator: 'v4',
    parameterConfig: [{ name: 'version', default: '1' }],
    stages: Array.from({ length: COUNT }, (_, at) => {
      const row = Math.floor(at / ROW);
      return {
        ...contents(at),
        refId: String(at),
        name: `Stage ${at}`,
        requisiteStageRefIds: row === 0 ? [] : [before(row, at), before(row, at + 1)],
      };
    }),
  };
}
