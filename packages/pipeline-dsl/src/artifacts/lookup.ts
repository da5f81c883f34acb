import type { Execution, Stage } from '../execution.ts';
import { ancestorsOf, indexGraph, topologicalOrder } from '../graph/index.ts';
import { type Artifact, distinctArtifacts, readArtifacts, readExpectedArtifacts } from './shapes.ts';

/**
 * The artifact bound to an expected artifact, looked for in lists of resolved expected artifacts, nearest stage first
 * and the trigger's last; null when none of them has bound it.
 */
export function boundArtifact(id: string, resolvedLists: readonly unknown[]): Artifact | null {
  for (const list of resolvedLists) {
    const bound = readExpectedArtifacts(list).find((expected) => expected.id === id)?.boundArtifact;
    if (bound) return bound;
  }
  return null;
}

/** Artifacts out of lists of them, in the given order, each once. */
export const artifactsIn = (lists: readonly unknown[]): Artifact[] =>
  distinctArtifacts(lists.flatMap((list) => readArtifacts(list).artifacts));

/** All artifacts a stage can use: those its ancestors published, nearest first, then the trigger's. */
export function artifactsBefore(execution: Pick<Execution, 'stages' | 'trigger'>, stageId: string): Artifact[] {
  const graph = indexGraph(execution.stages);
  const stage = graph.byId.get(stageId);
  const ancestors = stage ? ancestorsOf(stage, graph) : [];
  return artifactsIn([...ancestors.map(({ outputs }) => outputs['artifacts']), execution.trigger['artifacts']]);
}

/** All artifacts of an execution: those its stages published, latest first, then the trigger's. */
export function artifactsOf(execution: Pick<Execution, 'trigger'> & { readonly stages: readonly Stage[] }): Artifact[] {
  const published = topologicalOrder(indexGraph(execution.stages))
    .toReversed()
    .filter(({ outputs }) => Array.isArray(outputs['artifacts']))
    .sort((a, b) => (b.endTime ?? Number.MAX_SAFE_INTEGER) - (a.endTime ?? Number.MAX_SAFE_INTEGER));
  return artifactsIn([...published.map(({ outputs }) => outputs['artifacts']), execution.trigger['artifacts']]);
}
