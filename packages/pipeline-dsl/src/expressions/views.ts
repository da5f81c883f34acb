import type { Status } from '../status.ts';

/** What expressions read of a task. */
export interface TaskView {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly status?: Status | undefined;
  readonly startTime?: number | null | undefined;
  readonly endTime?: number | null | undefined;
  readonly implementingClass?: string | undefined;
}

/** What expressions read of a stage. Times are epoch milliseconds. */
export interface StageView {
  readonly id: string;
  readonly refId: string;
  readonly type: string;
  readonly name: string;
  readonly status: Status;
  readonly context: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly requisiteStageRefIds: readonly string[];
  readonly parentStageId?: string | null | undefined;
  readonly syntheticStageOwner?: 'STAGE_BEFORE' | 'STAGE_AFTER' | null | undefined;
  readonly startTime?: number | null | undefined;
  readonly endTime?: number | null | undefined;
  readonly tasks?: readonly TaskView[] | undefined;
  readonly lastModified?: Readonly<Record<string, unknown>> | null | undefined;
}

/** What expressions read of an execution. */
export interface ExecutionView {
  readonly id: string;
  readonly name?: string | null | undefined;
  readonly application: string;
  readonly status: Status;
  readonly type?: string | undefined;
  readonly pipelineConfigId?: string | null | undefined;
  readonly trigger: Readonly<Record<string, unknown>>;
  readonly stages: readonly StageView[];
  readonly authentication?: Readonly<Record<string, unknown>> | null | undefined;
  readonly templateVariables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly buildTime?: number | null | undefined;
  readonly startTime?: number | null | undefined;
  readonly endTime?: number | null | undefined;
  readonly canceled?: boolean | undefined;
  readonly canceledBy?: string | null | undefined;
  readonly cancellationReason?: string | null | undefined;
  readonly limitConcurrent?: boolean | undefined;
  readonly origin?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly paused?: Readonly<Record<string, unknown>> | null | undefined;
  readonly notifications?: readonly unknown[] | undefined;
  readonly initialConfig?: Readonly<Record<string, unknown>> | undefined;
}
