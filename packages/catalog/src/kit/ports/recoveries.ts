import type { JsonObject } from '@gennaker/pipeline-dsl';

/** Stages that put right what a stage left behind when it was cut off. */
export interface RecoveryStart {
  readonly application: string;
  /** What it does, as a name of the execution. */
  readonly name: string;
  /** Run one after another. */
  readonly stages: ReadonlyArray<{ readonly type: string; readonly name: string; readonly context: JsonObject }>;
  /** Identity they run with. */
  readonly user: string;
  readonly causedBy: { readonly executionId: string; readonly stageId: string };
  /** Same key = same execution: a repeated start answers the first one's id. */
  readonly correlationKey: string;
}

/**
 * Executions of their own that outlive the one that needs them: they resume, can be watched, canceled and started again
 * like any other.
 */
export interface Recoveries {
  start(recovery: RecoveryStart): Promise<{ executionId: string }>;
}
