import { readdirSync, readFileSync } from 'node:fs';
import { compileAll, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCode } from './code.ts';
import { defaultExportOf, problemsIn } from './testing/printed-code.ts';

const guide = new URL('../../../docs/guides/pipelines-as-code.md', import.meta.url);
const folders = ['../../../examples/pipelines/', '../fixtures/pipelines/'];

/** Every pipeline of a folder; a file may hold one or a list. */
function pipelinesIn(folder: string): Array<readonly [string, JsonObject]> {
  const url = new URL(folder, import.meta.url);
  return readdirSync(url)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const found: unknown = JSON.parse(readFileSync(new URL(file, url), 'utf8'));
      const list: unknown[] = Array.isArray(found) ? found : [found];
      return list.filter(isJsonObject).map((pipeline, at) => [`${file} ${at}`, pipeline] as const);
    });
}

const stored = folders.flatMap(pipelinesIn);
const again = (pipeline: JsonObject): unknown => compileAll(defaultExportOf(toCode(pipeline)))[0];

const names = ['Find image', 'Deploy', 'Keep it?', 'deploy', "it's", 'class', 'Größe', '日本', '1st', '', 'Deploy'];
const text = fc.oneof(
  fc.constantFrom(
    ...names,
    '${parameters.version}',
    'web-${parameters.version}-${trigger.user}',
    '${ parameters.version }',
    '${parameters["version"]}',
    "${parameters['a b']}",
    "${#stage('Find image').outputs.amiDetails[0].imageId}",
    "${#stage('Find image')['outputs']['amiDetails']}",
    "${#stageByRefId('1').context.cluster}",
    "${#stage('Deploy').status.toString()}",
    "a ${#judgment('Keep it?')} ${deploymentDetails[0]['imageId']} `x` \\ ${'$'}{",
    '${amiDetails[12].imageName}',
    "${#root['deploy.server.groups']['us-east-1'][0]}",
    '${deploy',
    '${release} of ${#deployedServerGroups()[0].serverGroup}',
    "${trigger['payload']['a'][0].b}",
    'line\nline\r\u2028`',
  ),
  fc.string({ unit: 'binary' }),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('any'), { maxLength: 3 }),
  object: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'a-b', 'toString', 'a')), tie('any'), {
    maxKeys: 4,
  }),
})).any;
const refId = fc.oneof(fc.constantFrom('1', '2', '3', 'deploy', 'find-image'), fc.nat({ max: 4 }), fc.string());
const condition = fc.constantFrom(
  "#judgment('Keep it?') == 'yes'",
  "#stage('Deploy').status.toString() != 'SUCCEEDED' && #stage('Find image').hasFailed",
  "parameters.version == 'a || b' || parameters.size == 5",
  "parameters.size == 'large' || parameters.version == '1' && false",
  "(parameters.size == 'large' || parameters.version == '1') && parameters.size != 'x'",
  'parameters.version',
  '',
);
const stage = fc.record(
  {
    type: fc.oneof(
      fc.constantFrom(
        'findImage',
        'deploy',
        'manualJudgment',
        'wait',
        'webhook',
        'evaluateVariables',
        'findAmi',
        'constructor',
      ),
      fc.string(),
    ),
    name: fc.oneof(fc.constantFrom(...names), fc.constant(null), fc.integer()),
    refId,
    requisiteStageRefIds: fc.oneof(
      { weight: 5, arbitrary: fc.uniqueArray(refId, { maxLength: 3 }) },
      { weight: 1, arbitrary: value },
    ),
    waitTime: value,
    cluster: value,
    regions: value,
    credentials: text,
    url: text,
    clusters: fc.array(
      fc.record({ account: text, imageId: text, capacity: value, extra: value }, { requiredKeys: [] }),
    ),
    variables: fc.oneof(
      value,
      fc.array(fc.record({ key: fc.constantFrom('release', 'x', null, 5), value: text }, { requiredKeys: [] })),
    ),
    instructions: text,
    stageEnabled: fc.oneof(fc.record({ type: fc.constant('expression'), expression: condition }), value),
    failPipeline: fc.boolean(),
    continuePipeline: fc.boolean(),
    completeOtherBranchesThenFail: fc.boolean(),
    comments: value,
    outputs: value,
  },
  { requiredKeys: [] },
);
const stagesOf = fc.array(stage, { maxLength: 6 });
/** Mostly in order, as people have them: each after one before it. */
const chain = stagesOf.map((list) =>
  list.map((each, at) => ({
    ...each,
    refId: `${at + 1}`,
    requisiteStageRefIds: at === 0 ? [] : [`${Math.ceil(at / 2)}`],
  })),
);
const parameter = fc.record(
  {
    name: fc.constantFrom('version', 'size', 'a b', '7', '__proto__', 'choices'),
    default: value,
    label: text,
    hasOptions: fc.boolean(),
    options: fc.array(
      fc.record(
        { value: fc.oneof(fc.constantFrom('large', 'small', 5, null)), more: value },
        { requiredKeys: ['value'] },
      ),
    ),
    choices: value,
  },
  { requiredKeys: ['name'] },
);
const trigger = fc.record(
  {
    type: fc.constantFrom('webhook', 'cron', 'helm/oci', 'ownKind', 'toString'),
    enabled: fc.oneof(fc.boolean(), value),
    source: value,
    payloadConstraints: value,
  },
  { requiredKeys: ['type'] },
);
const pipeline = fc.record(
  {
    application: fc.string(),
    name: fc.string(),
    schema: fc.constantFrom('1', 'v2', null),
    spelEvaluator: fc.constantFrom('v3', 'v4'),
    description: text,
    limitConcurrent: value,
    stages: fc.oneof(
      { weight: 3, arbitrary: chain },
      { weight: 3, arbitrary: stagesOf },
      { weight: 1, arbitrary: value },
    ),
    parameterConfig: fc.oneof(
      { weight: 4, arbitrary: fc.uniqueArray(parameter, { selector: ({ name }) => name }) },
      { weight: 1, arbitrary: value },
    ),
    triggers: fc.oneof({ weight: 3, arbitrary: fc.array(trigger, { maxLength: 2 }) }, { weight: 1, arbitrary: value }),
    notifications: value,
    parameters: value,
    refIds: value,
    more: value,
    unheardOf: value,
  },
  { requiredKeys: ['application', 'name'] },
);

/** As it would be after a way through a file: no objects with a prototype of their own, no -0. */
const asJson = (found: unknown): JsonObject => JSON.parse(JSON.stringify(found)) as JsonObject;

describe('a stored pipeline as code', () => {
  it.each(stored)('%s compiles to the same JSON', (_, found) => {
    expect(again(found)).toStrictEqual(found);
  });

  it('compiles to the same JSON whatever it holds', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(pipeline.map(asJson), (found) => {
        expect(again(found)).toStrictEqual(found);
      }),
      { numRuns: 250 },
    );
  });

  it('is code that the compiler takes', { timeout: 300_000 }, async () => {
    const made = fc.sample(pipeline.map(asJson), { numRuns: 40, seed: 1 });
    const files = new Map(stored.map(([name, found]) => [name, toCode(found)]));
    made.forEach((found, at) => files.set(`made ${at}`, toCode(found)));
    const wait = toCode({ application: 'demo', name: 'wait', stages: [{ type: 'wait', waitTime: 5 }] });
    files.set('the guide', /```ts\n(.*?)```/s.exec(readFileSync(guide, 'utf8'))![1]!);
    files.set('a planted mistake', wait.replace('waitTime', 'waitTme'));
    expect(await problemsIn(files)).toEqual([expect.stringMatching(/^a planted mistake: .*'waitTme' does not exist/)]);
  });
});
