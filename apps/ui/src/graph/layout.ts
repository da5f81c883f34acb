import { Graph, layout } from '@dagrejs/dagre';

/** A box to place; width and height come from the data, never from measuring the page. */
export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface Link {
  readonly from: string;
  readonly to: string;
}

export interface Placed extends Box {
  /** Top left corner. */
  readonly x: number;
  readonly y: number;
}

export interface LaidOut {
  readonly boxes: ReadonlyMap<string, Placed>;
  readonly width: number;
  readonly height: number;
}

/** Places boxes left to right along their links, without overlaps. Links to unknown boxes are passed over. */
export function layoutGraph(boxes: readonly Box[], links: readonly Link[]): LaidOut {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 24, ranksep: 36, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(boxes.map((box) => box.id));
  for (const box of boxes) graph.setNode(box.id, { width: box.width, height: box.height });
  for (const link of links)
    if (known.has(link.from) && known.has(link.to) && link.from !== link.to) graph.setEdge(link.from, link.to);
  layout(graph);
  const placed = boxes.map((box): [string, Placed] => {
    const at = graph.node(box.id) as { x: number; y: number };
    return [box.id, { ...box, x: at.x - box.width / 2, y: at.y - box.height / 2 }];
  });
  const whole = graph.graph() as { width?: number; height?: number };
  return { boxes: new Map(placed), width: whole.width ?? 0, height: whole.height ?? 0 };
}

/** Order in which stages come, by links; members of a cycle keep their given order at the end. */
export function topologicalOrder(ids: readonly string[], links: readonly Link[]): string[] {
  const left = [...ids];
  const done: string[] = [];
  const before = new Map(
    ids.map((id) => [id, links.filter((link) => link.to === id && ids.includes(link.from)).map((link) => link.from)]),
  );
  while (left.length > 0) {
    const index = left.findIndex((id) => (before.get(id) ?? []).every((one) => done.includes(one)));
    const [next] = left.splice(Math.max(0, index), 1);
    if (next !== undefined) done.push(next);
  }
  return done;
}
