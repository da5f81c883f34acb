import type { Graph, GraphStage } from './graph-stage.ts';

/**
 * Stages such that each comes after those it requires; among free ones, list order. Stages on a cycle, and
 * those behind it, are left out.
 */
export function topologicalOrder<S extends GraphStage>(graph: Graph<S>): S[] {
  const waiting = new Map<S, number>(graph.stages.map((stage) => [stage, graph.upstreamOf(stage).length]));
  const order = graph.stages.filter((stage) => waiting.get(stage) === 0);
  for (let at = 0; at < order.length; at += 1) {
    for (const next of graph.downstreamOf(order[at]!)) {
      const left = waiting.get(next)! - 1;
      waiting.set(next, left);
      if (left === 0) order.push(next);
    }
  }
  return order;
}

/**
 * Whose outputs a stage can read, nearest first, itself excluded: its requisites with their synthetic
 * children, then theirs; a synthetic stage without requisites goes on with its parent (an after-stage with
 * the parent's before-stages first).
 */
export function ancestorsOf<S extends GraphStage>(stage: S, graph: Graph<S>): S[] {
  const found = new Set<S>();
  const expanded = new Set<S>([stage]);
  const open: S[] = [stage];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    expanded.add(current);
    const nearer = graph.upstreamOf(current).filter((upstream) => !expanded.has(upstream));
    const next = current.requisiteStageRefIds.length > 0 ? nearer : parentOf(current, graph, expanded);
    for (const ancestor of withSynthetics(current, next, graph)) if (ancestor !== stage) found.add(ancestor);
    for (const each of next.toReversed()) open.push(each);
  }
  return [...found];
}

function parentOf<S extends GraphStage>(stage: S, graph: Graph<S>, expanded: ReadonlySet<S>): S[] {
  const parent = stage.parentStageId ? graph.byId.get(stage.parentStageId) : undefined;
  return parent && !expanded.has(parent) ? [parent] : [];
}

function withSynthetics<S extends GraphStage>(from: S, next: readonly S[], graph: Graph<S>): S[] {
  if (from.requisiteStageRefIds.length > 0) return [...next, ...next.flatMap((stage) => graph.syntheticsOf(stage))];
  const parent = next[0];
  if (!parent || from.syntheticStageOwner !== 'STAGE_AFTER') return [...next];
  return [...graph.syntheticsOf(parent).filter((stage) => stage.syntheticStageOwner === 'STAGE_BEFORE'), parent];
}

/** Every stage that requires this one, directly or through others, nearest first. */
export function allDownstreamOf<S extends GraphStage>(stage: S, graph: Graph<S>): S[] {
  const found = new Set<S>([stage]);
  for (const each of found) for (const next of graph.downstreamOf(each)) found.add(next);
  found.delete(stage);
  return [...found];
}

/** The stages that require this one directly. */
export const downstreamOf = <S extends GraphStage>(stage: S, graph: Graph<S>): readonly S[] =>
  graph.downstreamOf(stage);

/** The top-level stage that owns this one; itself when it is not synthetic. */
export function topLevelOf<S extends GraphStage>(stage: S, graph: Graph<S>): S {
  const seen = new Set<S>();
  let current = stage;
  while (current.parentStageId && !seen.has(current)) {
    seen.add(current);
    const parent = graph.byId.get(current.parentStageId);
    if (!parent) break;
    current = parent;
  }
  return current;
}
