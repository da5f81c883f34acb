import { describe, expect, it } from 'vitest';
import { evaluateTemplate, evaluateTree, FUNCTION_NAMES } from './index.ts';
import { contextOf, executionOf, stageContext, stageOf } from './testing/context.ts';
import { TYPE_NAMES } from './types/index.ts';

const group = (region: string | null, more: object = {}) => ({
  ...(region === null ? {} : { region }),
  account: 'prod',
  capacity: { desired: 1 },
  'deploy.server.groups': region === null ? {} : { [region]: [`web-${region}`] },
  deploymentDetails: region === null ? [] : [{ region, ami: `ami-${region}` }],
  ...more,
});
const execution = executionOf(
  [
    stageOf('1', { name: 'Deploy', type: 'deploy', context: group('eu') }),
    stageOf('2', { name: 'Deploy', type: 'createServerGroup', context: group('us', { parentStage: 'id-1' }) }),
    stageOf('3', { name: 'Clone', type: 'cloneServerGroup', context: group(null) }),
    stageOf('4', { name: 'Roll', type: 'rollingPush', context: group('ap'), status: 'TERMINAL' }),
    stageOf('5', { name: 'Ask', type: 'manualJudgment', context: { judgmentInput: '' } }),
    stageOf('6', { name: 'Ask', type: 'manualJudgment', context: { judgmentInput: 'later' } }),
    stageOf('7', { name: 'Self', requisiteStageRefIds: ['6'], status: 'RUNNING', outputs: { mine: 1 }, context: {} }),
  ],
  {
    trigger: { type: 'manual', parameters: {}, tag: 'v1' },
    templateVariables: { timeout: 5 },
    authentication: { user: 'ann' },
  },
);
const here = stageContext(execution, '7');
const value = (expression: string) => evaluateTemplate(`\${${expression}}`, here).value;

describe('the reference, line by line', () => {
  it('has every helper function', () => {
    expect(FUNCTION_NAMES).toEqual(
      [
        ...['alphanumerical', 'applicationMetadata', 'canaryConfigNameToId', 'cfServiceKey', 'currentStage'],
        ...['currentUser', 'deployedServerGroups', 'doNotEval', 'fetchReference', 'fromBase64', 'fromUrl'],
        ...['jsonFromUrl', 'judgement', 'judgment', 'manifestLabelValue', 'pipelineId', 'pipelineIdInApplication'],
        ...['pipelineIdOrNull', 'propertiesFromUrl', 'readAllYaml', 'readJson', 'readYaml', 'resolvedArtifacts'],
        ...['stage', 'stageByRefId', 'stageExists', 'toBase64', 'toBoolean', 'toFloat', 'toInt', 'toJson'],
        ...['triggerResolvedArtifact', 'triggerResolvedArtifactByType', 'yamlFromUrl'],
      ].sort(),
    );
  });

  it('has every type, and no other', () => {
    expect(TYPE_NAMES).toEqual(
      [
        ...['Boolean', 'Byte', 'Double', 'Integer', 'Long', 'Math', 'String'].map((name) => `java.lang.${name}`),
        ...['Date', 'Random', 'UUID'].map((name) => `java.util.${name}`),
        ...['DayOfWeek', 'Instant', 'LocalDate', 'LocalDateTime'].map((name) => `java.time.${name}`),
        ...['ChronoUnit', 'TemporalAdjusters'].map((name) => `java.time.temporal.${name}`),
        ...['java.text.SimpleDateFormat', 'java.net.URLEncoder'],
      ].sort(),
    );
  });

  it.each([
    ['mine', 1],
    ['parameters', {}],
    ['scmInfo ?: "none"', 'none'],
    ['templateVariables.timeout', 5],
    ['trigger.tag', 'v1'],
    ['execution.authentication.user', 'ann'],
    ['execution.name', 'Deploy shop'],
    ['deployedServerGroups.![serverGroup]', ['web-eu', 'web-us']],
    ['deployedServerGroups.![ami]', ['ami-eu', 'ami-us']],
    ["#deployedServerGroups('id-2').![parentStage]", ['id-1']],
    ["#deployedServerGroups('Deploy', 'Clone').size()", 2],
    ["{'web-eu'}.?[deployedServerGroups.![serverGroup].contains(#this)]", ['web-eu']],
    ["#judgment('Ask')", ''],
    ["#stage('Self').outputs.mine", 1],
    ["#stage('Self').context.mine", 1],
    ["#stage('Deploy').refId", '1'],
    ["#stage('id-2').type", 'createServerGroup'],
    ["#stage('Roll').hasFailed", true],
    ["#stage('Roll').status.halt", true],
    ["#stage('Roll')['status'].toString() == 'TERMINAL'", true],
    ["#stage('Deploy').tasks", []],
    ["#stage('Deploy').parentStageId ?: 'top'", 'top'],
    ["#toJson(#doNotEval('${x}'))", '"${x}"'],
    ["#readYaml('a: {b: [1, true, null, text]}').a.b", [1, true, null, 'text']],
    ["#readAllYaml('a: 1\n---\nb: 2').size()", 2],
    ["#readYaml('base: &x {a: 1}\nnext:\n  <<: *x\n  b: 2').next", { a: 1, b: 2 }],
    ["#readYaml('# ----------------------------------------------------------\na: 1').a", 1],
    ["#readYaml('day: 2024-01-31').day", '2024-01-31'],
    ["7 matches '[0-9]'", true],
    ["true matches 'true'", true],
    ['trigger.nope ?: "d"', 'd'],
    ["trigger['nope'] ?: 'd'", 'd'],
    ['{1, 2, 3}.$[#this < 3]', 2],
    ["{a: 1, b: 2}.![key + '=' + value]", ['a=1', 'b=2']],
    ['{a: 1, b: 2}.$[value > 0]', { b: 2 }],
    ["new String('x').concat('y')", 'xy'],
    ["T(java.lang.String).format('%05d', 42)", '00042'],
    ["T(Long).valueOf('12')", 12],
    ["T(Byte).parseByte('12')", 12],
    ["T(java.time.Instant).parse('2024-01-01T00:00:00Z').toEpochMilli()", 1_704_067_200_000],
    ["T(java.time.LocalDateTime).parse('2024-01-01T10:00').plusHours(20).toString()", '2024-01-02T06:00'],
    ["T(java.time.DayOfWeek).valueOf('FRIDAY').getValue()", 5],
    ["'a-b-c'.split('-', 2).length", 2],
    ["'x'.strip().isBlank()", false],
    ["{'a', 'b'}.toString()", '[a, b]'],
    ["{x: 1}.getOrDefault('y', 9)", 9],
    ['{x: 1}.entrySet().size()', 1],
  ])('%s', (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it.each([
    ["#judgment('Nobody')", "found no judged manual judgment stage named 'Nobody'"],
    ["#cfServiceKey('x')", 'not available here'],
    ["#readYaml('a: &a [*b]')", 'cannot read the YAML'],
    ["#readYaml('a: 1\na: 2')", 'cannot read the YAML'],
    ['1 instanceof T(java.util.List)', 'not allowed'],
    ['T(java.util.Map)', 'not allowed'],
    ["#stage('Deplyo').status", "did you mean 'Deploy'?"],
    ['execution.stagez', "did you mean 'stages'?"],
    ["'x'.toUppercase()", "did you mean 'toUpperCase'?"],
    ['T(Math).maxx(1, 2)', "did you mean 'max'?"],
    ['1 + (2 - trigger.tag.x)', ', in trigger.tag.x'],
  ])('%s says what is wrong', (expression, reason) => {
    const { value: raw, notes } = evaluateTemplate(`\${${expression}}`, here);
    expect(raw).toBe(`\${${expression}}`);
    expect(notes[0]).toMatchObject({ level: 'ERROR', description: expect.stringContaining(reason) });
  });

  it('tells of each place that stayed raw which part it was, and what there is', () => {
    const { unresolved } = evaluateTree({ a: ['${trigger.tga}', "${execution.id + #stage('X').name}"] }, here);
    expect(unresolved).toMatchObject([
      {
        pointer: '/a/0',
        level: 'INFO',
        subexpression: 'trigger.tga',
        suggestion: 'tag',
        available: ['tag', 'type', 'parameters'],
      },
      { pointer: '/a/1', level: 'ERROR', subexpression: "#stage('X')", suggestion: null },
    ]);
    expect(evaluateTree('${null}', contextOf({})).unresolved).toMatchObject([{ subexpression: 'null', available: [] }]);
  });

  it('keeps statuses, dates and stages as data in results', () => {
    expect(value("{s: #stage('Roll').status, d: T(java.time.LocalDate).parse('2024-01-31')}")).toEqual({
      s: 'TERMINAL',
      d: '2024-01-31',
    });
  });
});
