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

/** A graph that takes further stages, each as if it had stood at the end of the list. */
export interface GrowingGraph<S extends GraphStage = GraphStage> extends Graph<S> {
  add(stage: S): void;
}

/** Computes adjacency in time linear in stages and requisites. With double refIds the first stage counts. */
export function indexGraph<S extends GraphStage>(stages: readonly S[]): GrowingGraph<S> {
  const graph = new StageGraph<S>();
  for (const stage of stages) graph.add(stage);
  return graph;
}

class StageGraph<S extends GraphStage> implements GrowingGraph<S> {
  readonly stages: S[] = [];
  readonly topLevel: S[] = [];
  readonly byId = new Map<string, S>();
  readonly byRef = new Map<string, S>();
  private readonly places = new Map<string, number>();
  private readonly upstream = new Map<string, S[]>();
  private readonly downstream = new Map<string, S[]>();
  private readonly synthetics = new Map<string, S[]>();
  /** Stages by a refId they require and that has not come yet. */
  private readonly expecting = new Map<string, S[]>();

  add(stage: S): void {
    const { id, refId, parentStageId } = stage;
    const isFirst = !this.byRef.has(refId);
    if (!this.byId.has(id)) this.byId.set(id, stage);
    if (isFirst) {
      this.byRef.set(refId, stage);
      this.places.set(refId, this.stages.length);
    }
    this.stages.push(stage);
    if (parentStageId) append(this.synthetics, parentStageId, stage);
    else this.topLevel.push(stage);
    if (isFirst) this.join(stage);
    this.link(stage);
  }

  upstreamOf(stage: S): readonly S[] {
    return this.upstream.get(stage.id) ?? NONE;
  }

  downstreamOf(stage: S): readonly S[] {
    return this.downstream.get(stage.id) ?? NONE;
  }

  syntheticsOf(stage: S): readonly S[] {
    return this.synthetics.get(stage.id) ?? NONE;
  }

  /** Links stages that came before one they require. */
  private join(stage: S): void {
    for (const dependent of this.expecting.get(stage.refId) ?? NONE) {
      append(this.upstream, dependent.id, stage);
      append(this.downstream, stage.id, dependent);
    }
    this.expecting.delete(stage.refId);
  }

  private link(stage: S): void {
    const { requisiteStageRefIds: requires } = stage;
    const known: S[] = [];
    for (const refId of requires.length > 1 ? new Set(requires) : requires) {
      const requisite = this.byRef.get(refId);
      if (requisite === undefined) append(this.expecting, refId, stage);
      else known.push(requisite);
    }
    if (known.length > 1) known.sort((a, b) => this.places.get(a.refId)! - this.places.get(b.refId)!);
    if (known.length > 0) this.upstream.set(stage.id, known);
    for (const requisite of known) append(this.downstream, requisite.id, stage);
  }
}

function append<S>(lists: Map<string, S[]>, key: string, item: S): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
