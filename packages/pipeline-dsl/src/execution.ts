import type { JsonObject } from './json.ts';
import type { Status } from './status.ts';

/** `PIPELINE` runs a stored pipeline; `ORCHESTRATION` is an ad-hoc task (API name "task"). */
export type ExecutionType = 'PIPELINE' | 'ORCHESTRATION';

/** Position of a synthetic stage relative to its parent's own tasks. */
export type SyntheticStageOwner = 'STAGE_BEFORE' | 'STAGE_AFTER';

/**
 * What a stage or an execution that is not ended waits for; nothing waits without one of these, a live lease or a
 * due wake-up. `reason` is a sentence fragment for the screen ("2 of 3 instances to become healthy in demo-web-tg").
 */
export interface Wait {
  readonly kind:
    | 'time'
    | 'person'
    | 'execution'
    | 'window'
    | 'queue'
    | 'retry'
    | 'resource'
    | 'answer'
    | 'lease'
    | 'freeze';
  readonly reason: string;
  /** Epoch ms since when it waits for this. */
  readonly since: number;
  /** Epoch ms at which the wait ends or its time is up, where that is known. */
  readonly until?: number;
  /** The execution that has what is waited for. */
  readonly holder?: { readonly executionId: string; readonly application: string };
}

/** Smallest unit inside a stage. `id` is "1", "2", … in its stage. Times are epoch ms. */
export interface Task {
  id: string;
  name: string;
  implementingClass: string;
  status: Status;
  startTime: number | null;
  endTime: number | null;
  stageStart: boolean;
  stageEnd: boolean;
  loopStart: boolean;
  loopEnd: boolean;
  taskExceptionDetails?: JsonObject;
}

/** An earlier try of a stage, kept readable after a restart. */
export interface Attempt {
  readonly attempt: number;
  readonly status: Status;
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly context: JsonObject;
  readonly outputs: JsonObject;
  readonly tasks: readonly Task[];
}

/** Node of the graph. `refId` of a synthetic stage is `<parent refId><n` (before) or `<parent refId>>n` (after). */
export interface Stage {
  id: string;
  refId: string;
  type: string;
  name: string;
  status: Status;
  startTime: number | null;
  endTime: number | null;
  scheduledTime: number | null;
  startTimeExpiry: number | null;
  /** Resolved inputs plus what tasks wrote for this stage alone. */
  context: JsonObject;
  /** What later stages may read. */
  outputs: JsonObject;
  tasks: Task[];
  requisiteStageRefIds: string[];
  syntheticStageOwner: SyntheticStageOwner | null;
  parentStageId: string | null;
  lastModified: { user: string; allowedAccounts: string[]; lastModifiedTime: number } | null;
  /** 1 for the first try; a restart adds one. */
  attempt: number;
  /** Earlier tries, oldest first. Left out of list answers. */
  attempts?: Attempt[];
  /** Status it will end with once its clean-up stages and its cancel hook are done; null before that. */
  endsAs: Status | null;
  /** Null while it works or when it has ended. */
  wait: Wait | null;
  /** Epoch ms of the next time this stage is looked at, when it is not worked on now. */
  dueAt: number | null;
}

export interface PausedDetails {
  pausedBy: string;
  pauseTime: number;
  resumedBy: string | null;
  resumeTime: number | null;
  pausedMs: number;
  /** All pauses so far, epoch ms; time limits leave them out. */
  intervals?: Array<{ from: number; to: number | null }>;
}

/** One run of a pipeline, definition frozen in. Times are epoch ms. */
export interface Execution {
  id: string;
  rootId: string;
  type: ExecutionType;
  application: string;
  name: string;
  pipelineConfigId: string | null;
  /** Version of the stored pipeline this run was frozen from; null for ad-hoc runs. */
  pipelineVersion: number | null;
  status: Status;
  buildTime: number;
  startTime: number | null;
  endTime: number | null;
  startTimeExpiry: number | null;
  canceled: boolean;
  canceledBy: string | null;
  cancellationReason: string | null;
  /** Execution that took the place of this one, when it was dropped by the keep-newest policy. */
  supersededBy: string | null;
  paused: PausedDetails | null;
  limitConcurrent: boolean;
  maxConcurrentExecutions: number;
  keepWaitingPipelines: boolean;
  authentication: { user: string; allowedAccounts: string[] };
  origin: string;
  trigger: JsonObject;
  description: string | null;
  notifications: unknown[];
  spelEvaluator: string | null;
  templateVariables?: JsonObject;
  source?: JsonObject;
  initialConfig: JsonObject;
  stages: Stage[];
  /** Why an execution that has not started waits. */
  wait: Wait | null;
  /** Number of the newest event folded into this picture. */
  sequence: number;
}

/** Row of a list: an execution without the weight of its stages. */
export type ExecutionSummary = Omit<Execution, 'stages' | 'initialConfig'> & {
  stages: Array<Pick<Stage, 'id' | 'refId' | 'type' | 'name' | 'status' | 'startTime' | 'endTime' | 'parentStageId'>>;
};
