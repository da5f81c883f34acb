import { describe, expect, it } from 'vitest';
import { check, leftAfterFixes, told, toy } from './testing/told.ts';

describe('relationships of stages', () => {
  it.each([
    ['an unknown requisite', [toy('1', ['9'])], ['error graph.unknown-requisite /stages/0/requisiteStageRefIds/0']],
    [
      'a cycle, with what waits behind it',
      [toy('1', ['2']), toy('2', ['1']), toy('3', ['2']), toy('4')],
      ['error graph.requisite-cycle /stages/0/requisiteStageRefIds', 'warning graph.unreachable /stages/2'],
    ],
    [
      'what waits behind an unknown requisite',
      [toy('1', ['9']), toy('2', ['1']), toy('3', ['2'])],
      [
        'error graph.unknown-requisite /stages/0/requisiteStageRefIds/0',
        'warning graph.unreachable /stages/1',
        'warning graph.unreachable /stages/2',
      ],
    ],
    ['a refId given twice', [toy('1'), toy('1')], ['error graph.duplicate-ref-id /stages/1/refId']],
    [
      'a stage that waits for itself',
      [toy('1', ['1']), toy('2')],
      ['error graph.self-requisite /stages/0/requisiteStageRefIds/0'],
    ],
    ['a missing refId', [toy('1'), { type: 'toy' }], ['error graph.missing-ref-id /stages/1']],
    [
      'a requisite named twice',
      [toy('1'), toy('2', ['1', '1'])],
      ['info graph.double-requisite /stages/1/requisiteStageRefIds/1'],
    ],
    ['a list without refIds', [{ type: 'toy' }, { type: 'toy' }], []],
    ['refIds that are numbers', [toy('1'), { ...toy('2'), refId: 2, requisiteStageRefIds: [1] }], []],
  ])('%s', (_, stages, expected) => {
    expect(told({ stages })).toEqual(expected);
  });

  it('names the cycle by its path', () => {
    const [found] = check({ stages: [toy('a', ['b']), toy('b', ['c']), toy('c', ['a'])] });
    expect(found?.message).toContain('"a" -> "b" -> "c" -> "a"');
  });

  it('points past what is no stage', () => {
    expect(told({ stages: [5, toy('1', ['9'])] })).toContain(
      'error graph.unknown-requisite /stages/1/requisiteStageRefIds/0',
    );
  });

  it('offers fixes that mend it', () => {
    const stages = [toy('1', ['1']), toy('1', ['9']), toy('3', ['Toy 1', '1', '1']), { type: 'toy' }];
    expect(leftAfterFixes({ stages })).toEqual([]);
  });

  it('reads a stage named in place of its refId', () => {
    const [found] = check({ stages: [toy('1'), toy('2', ['Toy 1'])] });
    expect(found?.fix?.patch).toEqual([{ op: 'replace', path: '/stages/1/requisiteStageRefIds/0', value: '1' }]);
  });

  it('leaves to a template what it may bring', () => {
    const instance = { schema: 'v2', type: 'templatedPipeline', template: { reference: 'spinnaker://t' } };
    expect(told({ ...instance, stages: [toy('1', ['of-the-template']), { type: 'toy' }] })).toEqual([]);
  });
});
