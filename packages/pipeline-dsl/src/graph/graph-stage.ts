import type { Status } from '../status.ts';

/** What the graph rules read of a stage of an execution. */
export interface GraphStage {
  readonly id: string;
  readonly refId: string;
  readonly requisiteStageRefIds: readonly string[];
  readonly status: Status;
  readonly parentStageId?: string | null | undefined;
  readonly syntheticStageOwner?: 'STAGE_BEFORE' | 'STAGE_AFTER' | null | undefined;
}

/** Structure of a graph, computed once; statuses are not part of it. */
export interface Graph<S extends GraphStage = GraphStage> {
  readonly stages: readonly S[];
  readonly byId: ReadonlyMap<string, S>;
  readonly byRef: ReadonlyMap<string, S>;
  readonly topLevel: readonly S[];
  /** Requisites of a stage, in list order of the execution; unknown ones are left out. */
  upstreamOf(stage: S): readonly S[];
  /** Stages that require this one directly. */
  downstreamOf(stage: S): readonly S[];
  /** Synthetic stages owned directly by this one. */
  syntheticsOf(stage: S): readonly S[];
}

const NONE: readonly never[] = [];

/** Computes adjacency in time linear in stages and requisites. With double refIds the first stage counts. */
export function indexGraph<S extends GraphStage>(stages: readonly S[]): Graph<S> {
  const byId = new Map<string, S>();
  const byRef = new Map<string, S>();
  const place = new Map<S, number>();
  const synthetics = new Map<string, S[]>();
  stages.forEach((stage, at) => {
    if (!byId.has(stage.id)) byId.set(stage.id, stage);
    if (!byRef.has(stage.refId)) byRef.set(stage.refId, stage);
    place.set(stage, at);
    if (stage.parentStageId) append(synthetics, stage.parentStageId, stage);
  });
  const upstream = new Map<string, readonly S[]>();
  const downstream = new Map<string, S[]>();
  for (const stage of stages) {
    const requisites = [...new Set(stage.requisiteStageRefIds)]
      .map((refId) => byRef.get(refId))
      .filter((requisite) => requisite !== undefined)
      .sort((a, b) => place.get(a)! - place.get(b)!);
    if (requisites.length > 0) upstream.set(stage.id, requisites);
    for (const requisite of requisites) append(downstream, requisite.id, stage);
  }
  return {
    stages,
    byId,
    byRef,
    topLevel: stages.filter((stage) => !stage.parentStageId),
    upstreamOf: (stage) => upstream.get(stage.id) ?? NONE,
    downstreamOf: (stage) => downstream.get(stage.id) ?? NONE,
    syntheticsOf: (stage) => synthetics.get(stage.id) ?? NONE,
  };
}

function append<S>(lists: Map<string, S[]>, key: string, item: S): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
