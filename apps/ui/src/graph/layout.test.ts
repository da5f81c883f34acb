import { describe, expect, it } from 'vitest';
import { type Link, layoutGraph, topologicalOrder } from './layout.ts';

/** Numbers that look random and are the same every time. */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
}

function randomGraph(seed: number, size: number) {
  const pick = numbers(seed);
  const boxes = Array.from({ length: size }, (_, i) => ({ id: String(i), width: 192, height: 62 + pick(6) * 20 }));
  const links: Link[] = [];
  for (let to = 1; to < size; to++)
    for (let n = pick(3); n > 0; n--) links.push({ from: String(pick(to)), to: String(to) });
  return { boxes, links };
}

describe('the layout', () => {
  it.each([
    [1, 5],
    [2, 20],
    [3, 60],
    [4, 120],
  ])('has no overlapping boxes (graph %i of %i stages)', (seed, size) => {
    const { boxes, links } = randomGraph(seed, size);
    const placed = [...layoutGraph(boxes, links).boxes.values()];
    expect(placed).toHaveLength(size);
    for (const [i, a] of placed.entries())
      for (const b of placed.slice(i + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(apart, `${a.id} and ${b.id}`).toBe(true);
      }
  });

  it('puts every stage right of those it runs after', () => {
    const { boxes, links } = randomGraph(7, 40);
    const placed = layoutGraph(boxes, links).boxes;
    for (const link of links) expect(placed.get(link.from)!.x).toBeLessThan(placed.get(link.to)!.x);
  });

  it('passes over links to stages that do not exist and survives a cycle', () => {
    const boxes = ['a', 'b'].map((id) => ({ id, width: 10, height: 10 }));
    const links = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
      { from: 'x', to: 'a' },
    ];
    expect(layoutGraph(boxes, links).boxes.size).toBe(2);
    expect(topologicalOrder(['a', 'b'], links)).toHaveLength(2);
  });
});
