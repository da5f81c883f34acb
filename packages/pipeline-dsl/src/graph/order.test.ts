import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allDownstreamOf, ancestorsOf, downstreamOf, indexGraph, topLevelOf, topologicalOrder } from './index.ts';
import { after, before, randomDag, stage } from './testing/stages.ts';

const refs = (stages: ReadonlyArray<{ refId: string }>) => stages.map(({ refId }) => refId);

describe('topologicalOrder', () => {
  it('puts every stage after those it requires, and loses none', () => {
    fc.assert(
      fc.property(randomDag(12), (stages) => {
        const order = topologicalOrder(indexGraph(stages));
        const place = new Map(order.map(({ refId }, at) => [refId, at]));
        expect(place.size).toBe(stages.length);
        for (const each of order)
          for (const requisite of each.requisiteStageRefIds)
            expect(place.get(requisite)).toBeLessThan(place.get(each.refId)!);
      }),
    );
  });

  it('keeps list order among stages that are free together', () => {
    expect(refs(topologicalOrder(indexGraph([stage('b'), stage('c', ['a']), stage('a')])))).toEqual(['b', 'a', 'c']);
  });

  it('leaves out stages on a cycle and behind it', () => {
    expect(
      refs(topologicalOrder(indexGraph([stage('a', ['b']), stage('b', ['a']), stage('c', ['b']), stage('d')]))),
    ).toEqual(['d']);
  });
});

describe('ancestorsOf', () => {
  const one = stage('1');
  const oneBefore = before('1<1', one);
  const oneAfter = after('1>1', one);
  const two = stage('2', ['1']);
  const twoBefore = before('2<1', two);
  const twoBeforeNext = before('2<2', two, ['2<1']);
  const twoAfter = after('2>1', two);
  const three = stage('3', ['2']);
  const side = stage('9');
  const graph = indexGraph([one, oneBefore, oneAfter, two, twoBefore, twoBeforeNext, twoAfter, three, side]);

  it.each([
    ['a first stage has none', one, []],
    ['requisites come with their synthetic children', two, ['1', '1<1', '1>1']],
    ['nearer stages come first', three, ['2', '2<1', '2<2', '2>1', '1', '1<1', '1>1']],
    ['a before-stage goes on with its parent', twoBefore, ['2', '1', '1<1', '1>1']],
    ['a before-stage behind another sees that one first', twoBeforeNext, ['2<1', '2', '1', '1<1', '1>1']],
    ['an after-stage sees the before-stages of its parent', twoAfter, ['2<1', '2<2', '2', '1', '1<1', '1>1']],
  ])('%s', (_rule, from, expected) => {
    expect(refs(ancestorsOf(from, graph))).toEqual(expected);
  });

  it('names every stage once and exactly those that can be reached', () => {
    fc.assert(
      fc.property(randomDag(12), (stages) => {
        const graphOfAll = indexGraph(stages);
        for (const each of stages) {
          const found = ancestorsOf(each, graphOfAll);
          const reached = stages.filter((other) => allDownstreamOf(other, graphOfAll).includes(each));
          expect(found.length).toBe(new Set(found).size);
          expect(new Set(found)).toEqual(new Set(reached));
        }
      }),
    );
  });

  it('stays linear on a graph of layers where every stage requires the whole layer before', () => {
    const layers = Array.from({ length: 50 }, (_, layer) =>
      Array.from({ length: 20 }, (_each, at) =>
        stage(
          `${layer}-${at}`,
          layer === 0 ? [] : Array.from({ length: 20 }, (_other, other) => `${layer - 1}-${other}`),
        ),
      ),
    ).flat();
    expect(ancestorsOf(layers.at(-1)!, indexGraph(layers))).toHaveLength(980);
  });
});

describe('downstream and owners', () => {
  const one = stage('1');
  const inner = before('1<1', one);
  const innermost = before('1<1<1', inner);
  const graph = indexGraph([one, inner, innermost, stage('2', ['1']), stage('3', ['2']), stage('4', ['1', '3'])]);

  it('finds direct and further dependents', () => {
    expect(refs(downstreamOf(one, graph))).toEqual(['2', '4']);
    expect(refs(allDownstreamOf(one, graph))).toEqual(['2', '4', '3']);
  });

  it('finds the top-level owner', () => {
    expect(topLevelOf(innermost, graph)).toBe(one);
    expect(topLevelOf(one, graph)).toBe(one);
  });

  it('counts the first of two stages with one refId', () => {
    const first = stage('x');
    expect(indexGraph([first, { ...stage('x'), id: 'other' }]).byRef.get('x')).toBe(first);
  });
});
