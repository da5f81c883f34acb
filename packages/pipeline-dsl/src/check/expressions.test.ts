import { describe, expect, it } from 'vitest';
import { check, leftAfterFixes, told, toy } from './testing/told.ts';

const approve = (refId: string, requisites: string[] = [], more: object = {}) =>
  toy(refId, requisites, {
    type: 'manualJudgment',
    name: 'Approve',
    judgmentInputs: [{ value: 'full' }, { value: 'canary' }],
    ...more,
  });
/** Findings about one expression in a stage behind `Toy 1` and `Approve`, and before `Toy 4`. */
const about = (url: string, more: object = {}) =>
  check({
    parameterConfig: [{ name: 'version' }, { name: 'my-tag' }, { name: 'known' }],
    stages: [
      toy('1', [], { note: "${parameters.version}${parameters.known}${parameters['my-tag']}" }),
      approve('2', ['1']),
      toy('3', ['2'], { url, ...more }),
      toy('4', ['3']),
      toy('5'),
    ],
  });
const pointed = (url: string) =>
  about(url).map(({ code, span }) => `${code} ${span ? url.slice(span.start, span.end) : ''}`);

describe('an expression', () => {
  it.each<[string, string[]]>([
    ["v ${#stage(\"Toy 1\").outputs.x} ${#judgment('Approve') == 'full'}", []],
    ['${parameters.verson}', ['expression.unknown-parameter parameters.verson']],
    ['a ${trigger.parameters["nope"]}', ['expression.unknown-parameter trigger.parameters["nope"]']],
    ['${execution.trigger.parameters.nope}', ['expression.unknown-parameter execution.trigger.parameters.nope']],
    ['${parameters.containsKey("nope") ? 1 : 2}', []],
    ['${parameters.my-tag}', ['expression.unknown-parameter parameters.my']],
    ['${#stage("Tyo 1").status}', ['expression.unknown-stage "Tyo 1"']],
    ['${#stageExists("Gone") ? #stage("Gone").status : ""}', []],
    ['${#stage("Bake in us-east-1").context}', []],
    ['${#stage(execution.name).status}', []],
    ['${#stage("Toy 4").status}', ['expression.stage-not-upstream "Toy 4"']],
    ['${#stage("Toy 5").status}', ['expression.stage-not-upstream "Toy 5"']],
    ['${#stage("Toy 3").status}', []],
    ['${#stageByRefId("9").status}', ['expression.unknown-stage "9"']],
    ['${#stageByRefId("1").status}', []],
    ['${#judgment("Toy 1")}', ['expression.not-a-judgment "Toy 1"']],
    ['${#judgment("Aprove")}', ['expression.unknown-stage "Aprove"']],
    ["${'ful' == #judgment('Approve')}", ["expression.answer-not-offered 'ful'"]],
    ['${#deployedServerGroups("Toy 1", "Nope")[0]}', ['expression.unknown-stage "Nope"']],
    ['${#nope()}', ['expression.unknown-function #nope']],
  ])('%s', (url, expected) => {
    expect(pointed(url)).toEqual(expected);
  });

  it('that cannot be read says where', () => {
    const [found] = about('ab ${1 +}');
    expect(found).toMatchObject({ code: 'expression.syntax', pointer: '/stages/2/url' });
    expect(found?.message).toMatch(new RegExp(`^At character ${(found?.span?.start ?? 0) + 1}: `));
    expect(found?.span?.start).toBeGreaterThan(4);
  });

  it('of a condition is read without its braces, and its places are those of the text', () => {
    const expression = "#judgment('Approve') == 'canry'";
    const [found, ...more] = about('x', { stageEnabled: { type: 'expression', expression } });
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      code: 'expression.answer-not-offered',
      pointer: '/stages/2/stageEnabled/expression',
    });
    expect(expression.slice(found?.span?.start, found?.span?.end)).toBe("'canry'");
    expect(found?.fix?.patch[0]?.value).toBe("#judgment('Approve') == 'canary'");
    expect(about('x', { stageEnabled: { type: 'expression', expression: '1 +' } })).toMatchObject([
      { code: 'expression.syntax', span: { start: 2, end: 3 } },
    ]);
  });

  it('says whether a stage comes later or need not have ended', () => {
    expect(about('${#stage("Toy 4").status}')[0]?.message).toContain('runs after');
    expect(about('${#stage("Toy 5").status}')[0]?.message).toContain('need not have ended');
  });

  it('that looks up a name several stages have is ambiguous', () => {
    const stages = [approve('1'), approve('2', ['1']), toy('3', ['2'], { url: '${#judgment("Approve")}' })];
    expect(told({ stages })).toEqual(['warning expression.ambiguous-stage /stages/2/url']);
  });

  it('outside stages is looked at too', () => {
    const notifications = [{ type: 'slack', address: '${parameters.nope}', when: ['pipeline.failed'] }];
    expect(told({ notifications })).toEqual(['warning expression.unknown-parameter /notifications/0/address']);
  });

  it('is mended by its fix', () => {
    const stages = [
      toy('1', [], { url: 'a ${parameters.verson} b', note: '${parameters.fresh}' }),
      approve('2', ['1']),
      toy('3', ['2'], { url: 'x ${#stage("Tyo 1").status} y', note: '${parameters.my-tag}' }),
    ];
    const parameterConfig = [{ name: 'version' }, { name: 'my-tag' }];
    expect(leftAfterFixes({ parameterConfig, stages })).toEqual([]);
  });
});
