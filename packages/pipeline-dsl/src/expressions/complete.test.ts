import { describe, expect, it } from 'vitest';
import { complete, draftContext } from './index.ts';
import { executionOf, stageContext, stageOf } from './testing/context.ts';

const draft = draftContext({
  application: 'shop',
  parameters: [{ name: 'env', default: 'prod' }, { name: 'version' }, { name: 'dry-run', default: false }],
  stages: [
    { refId: '1', name: 'Bake it', type: 'bake', requisiteStageRefIds: [], outputs: ['ami', 'amiDetails'] },
    { refId: '2', name: "Go o'n", type: 'manualJudgment', requisiteStageRefIds: ['1'] },
    { refId: '3', name: 'Deploy', type: 'deploy', requisiteStageRefIds: ['2'], context: { cluster: 'shop-web' } },
    { refId: '4', name: 'Later', type: 'wait', requisiteStageRefIds: ['3'], outputs: ['tooLate'] },
  ],
  stage: '3',
});

/** Completes where the bar stands. */
function at(marked: string, bare = false) {
  const position = marked.indexOf('|');
  const text = marked.replace('|', '');
  return complete(text, position, { context: draft, bare, parameterDetails: { env: 'where to' } }).map((each) => ({
    ...each,
    result: text.slice(0, each.from) + each.insert + text.slice(each.to),
  }));
}
const labels = (marked: string, bare = false) => at(marked, bare).map(({ label }) => label);

describe('completion', () => {
  it.each([
    ['${par|', 'parameters', '${parameters'],
    ['v-${am|}', 'ami', 'v-${ami}'],
    ['${clu|}', 'cluster', '${cluster}'],
    ['${parameters.|}', 'env', '${parameters.env}'],
    ['${parameters?.e|}', 'env', '${parameters?.env}'],
    ['${trigger.parameters.ver|}', 'version', '${trigger.parameters.version}'],
    ["${parameters['dr|']}", 'dry-run', "${parameters['dry-run']}"],
    ["${#stage('B|').outputs.ami}", 'Bake it', "${#stage('Bake it').outputs.ami}"],
    ["${#stage('G|')}", "Go o'n", "${#stage('Go o''n')}"],
    ["${#judgment('|')}", "Go o'n", "${#judgment('Go o''n')}"],
    ["${#stage('Bake it').outputs.|}", 'ami', "${#stage('Bake it').outputs.ami}"],
    ["${#stage('Bake it').|}", 'status', "${#stage('Bake it').status}"],
    ['${#sta|}', 'stage', '${#stage(}'],
    ['${#currentU|}', 'currentUser', '${#currentUser()}'],
    ['${parameters.env.toUp|}', 'toUpperCase', '${parameters.env.toUpperCase()}'],
    ["${'a,b'.spl|}", 'split', "${'a,b'.split(}"],
    ['${{1, 2}.si|}', 'size', '${{1, 2}.size()}'],
    ['${T(java.time.LocalD|).now()}', 'java.time.LocalDate', '${T(java.time.LocalDate).now()}'],
    ['${T(Math).ma|}', 'max', '${T(Math).max(}'],
    ['${T(java.time.LocalDate).now().plusD|}', 'plusDays', '${T(java.time.LocalDate).now().plusDays(}'],
    ['${execution.appl|}', 'application', '${execution.application}'],
    ['${execution.stages[0].na|}', 'name', '${execution.stages[0].name}'],
    ['${ami + par|}', 'parameters', '${ami + parameters}'],
  ])('%s offers %s', (marked, label, result) => {
    expect(at(marked)[0] && at(marked).find((each) => each.label === label)).toMatchObject({ result });
  });

  it('says what each candidate is', () => {
    expect(at('${parameters.e|}')[0]).toMatchObject({ kind: 'parameter', detail: 'where to' });
    expect(at("${#stage('B|')}")[0]).toMatchObject({ kind: 'stage', detail: 'bake' });
    expect(at('${am|}')[0]).toMatchObject({ kind: 'output', detail: 'output of an earlier stage' });
    expect(at('${#toInt|}')[0]).toMatchObject({ kind: 'function' });
  });

  it.each(['plain |', '${ami} |', '$|{ami}', "${'some te|xt'}", '${nope.|}', '${ami |', '|'])(
    '%s offers nothing',
    (marked) => expect(at(marked)).toEqual([]),
  );

  it('knows which stages come earlier, and conditions without marks', () => {
    expect(labels('${too|}')).not.toContain('tooLate');
    expect(labels('am|', true)).toContain('ami');
    expect(labels("#judgment('G|') == 'x'", true)).toEqual(["Go o'n"]);
  });

  it('reads the values of a past execution', () => {
    const execution = executionOf([stageOf('1', { outputs: { image: { id: 'i-1', tags: ['a'] } } })]);
    const context = stageContext(execution, '1');
    const offered = (text: string) => complete(text, text.length, { context }).map(({ label }) => label);
    expect(offered('${image.')).toEqual(expect.arrayContaining(['id', 'tags', 'containsKey']));
    expect(offered('${image.tags[0].toL')).toEqual(['toLowerCase']);
  });

  it('answers at every position of any text', () => {
    const text = "a ${#stage('Bake it').outputs.ami ?: {a: [1, 'x']}['a'][0].![#this > 2] + T(Math).max(1, 2)} ${'} ${";
    for (let position = -1; position <= text.length + 1; position += 1)
      expect(Array.isArray(complete(text, position, { context: draft }))).toBe(true);
  });
});
