import type { JsonObject, Status } from '@gennaker/pipeline-dsl';

export interface ChildStart {
  readonly application: string;
  /** Id or name of the child pipeline. */
  readonly pipeline: string;
  readonly parameters: JsonObject;
  readonly parentExecutionId: string;
  readonly parentStageId: string;
  /** Same key = same child: a repeated start answers the first one's id. */
  readonly correlationKey: string;
}

export interface ChildState {
  readonly executionId: string;
  readonly name: string;
  readonly application: string;
  readonly status: Status;
  /** Outputs of all its stages merged, later ones winning. */
  readonly outputs: JsonObject;
  /** Failed stages with their sentence. */
  readonly failures: ReadonlyArray<{ stageId: string; stageName: string; message: string }>;
  readonly canceledBy: string | null;
}

/** Which execution of a pipeline to look into: the newest in one of the statuses. */
export interface ArtifactQuery {
  readonly application: string;
  /** Id or name of the pipeline. */
  readonly pipeline: string;
  readonly statuses: readonly Status[];
  /** The stage that asks: its execution does not count, nor what it published in others of its pipeline. */
  readonly asker: { readonly executionId: string; readonly pipelineConfigId: string | null; readonly refId: string };
}

/** Other pipelines of this installation. The end of a child wakes the stage that started it. */
export interface Pipelines {
  /** Fails with `pipeline.not-found` or `pipeline.disabled`. */
  start(child: ChildStart): Promise<{ executionId: string; name: string }>;
  read(executionId: string): Promise<ChildState | null>;
  cancel(executionId: string, reason: string, user: string): Promise<void>;
  /**
   * Artifacts of an execution: of its stages, the last to end first, then of its trigger. Null when none fits the query.
   * Fails with `pipeline.not-found`.
   */
  artifacts(
    query: ArtifactQuery,
  ): Promise<{ readonly executionId: string; readonly artifacts: readonly unknown[] } | null>;
}
