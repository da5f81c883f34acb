import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AuthoredGraphStage, checkGraph, linearizeIfNeeded } from './index.ts';

const stage = (
  refId: string | number | undefined,
  ...requisiteStageRefIds: Array<string | number>
): AuthoredGraphStage => ({ refId, requisiteStageRefIds });
const codes = (...stages: AuthoredGraphStage[]) => checkGraph(stages).map(({ code, pointer }) => [code, pointer]);

describe('checkGraph', () => {
  it('accepts a join, numbers as refIds, and no stages at all', () => {
    expect(codes(stage('1'), stage(2), stage('3', 1, '2'))).toEqual([]);
    expect(codes()).toEqual([]);
  });

  it('names a refId used twice', () => {
    expect(codes(stage('1'), stage('1'))).toEqual([['duplicate-ref-id', '/stages/1/refId']]);
  });

  it('names a stage without refId among stages that have one', () => {
    expect(codes(stage('1'), {})).toEqual([['missing-ref-id', '/stages/1']]);
  });

  it('names requisites that do not exist and requisites on oneself', () => {
    expect(codes(stage('1'), stage('2', '1', '9', '2'))).toEqual([
      ['unknown-requisite', '/stages/1/requisiteStageRefIds/1'],
      ['self-requisite', '/stages/1/requisiteStageRefIds/2'],
    ]);
  });

  it('shows the path of a cycle', () => {
    const [finding] = checkGraph([stage('0'), stage('a', 'c', '0'), stage('b', 'a'), stage('c', 'b')]);
    expect(finding).toMatchObject({
      code: 'requisite-cycle',
      severity: 'error',
      pointer: '/stages/1/requisiteStageRefIds',
    });
    expect(finding?.message).toContain('"a" -> "c" -> "b" -> "a"');
  });

  it('finds a cycle exactly when stages cannot be put in order', () => {
    const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 14 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const clean = pairs.filter(([from, to]) => from !== to);
        const stages = Array.from({ length: 8 }, (_, at) =>
          stage(String(at), ...clean.filter(([from]) => from === at).map(([, to]) => String(to))),
        );
        const found = checkGraph(stages).some(({ code }) => code === 'requisite-cycle');
        expect(found).toBe(!canBeOrdered(clean, 8));
      }),
      { numRuns: 500 },
    );
  });

  it('takes a chain of 20,000 stages', () => {
    const chain = Array.from({ length: 20_000 }, (_, at) => (at === 0 ? stage(0) : stage(at, at - 1)));
    expect(checkGraph(chain)).toEqual([]);
    expect(checkGraph([stage(0, 19_999), ...chain.slice(1)])).toMatchObject([{ code: 'requisite-cycle' }]);
  });
});

/** Takes away stages nobody waits for until none is left. */
function canBeOrdered(edges: ReadonlyArray<readonly [number, number]>, size: number): boolean {
  let left = Array.from({ length: size }, (_, at) => at);
  for (;;) {
    const free = left.filter((at) => !edges.some(([from, to]) => from === at && left.includes(to)));
    if (free.length === 0) return left.length === 0;
    left = left.filter((at) => !free.includes(at));
  }
}

describe('linearizeIfNeeded', () => {
  it('makes a line of stages when none has a refId', () => {
    const stages: Array<AuthoredGraphStage & { type: string }> = [
      { type: 'a' },
      { type: 'b', requisiteStageRefIds: ['x'] },
      { type: 'c' },
    ];
    expect(linearizeIfNeeded(stages)).toMatchObject([
      { refId: '0', requisiteStageRefIds: [] },
      { refId: '1', requisiteStageRefIds: ['0'] },
      { refId: '2', requisiteStageRefIds: ['1'] },
    ]);
  });

  it('spells out numbers and absent requisites otherwise', () => {
    expect(linearizeIfNeeded([{ refId: 1 }, { refId: '2', requisiteStageRefIds: [1] }])).toEqual([
      { refId: '1', requisiteStageRefIds: [] },
      { refId: '2', requisiteStageRefIds: ['1'] },
    ]);
  });
});
