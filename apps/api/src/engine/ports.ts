import type { LedgerEntry, StageExecutor, Strategy } from '@gennaker/catalog/kit';
import type {
  Execution,
  ExecutionEventBody,
  Freeze,
  JsonObject,
  Stage,
  StageDefinition,
  Status,
} from '@gennaker/pipeline-dsl';
import type { Question } from '@gennaker/pipeline-dsl/expressions';
import type { Message } from './messages.ts';

/** Epoch ms now. Tests hand in a virtual one. */
export interface Clock {
  now(): number;
}

/** New ids; ULIDs, so that ids sort by creation. */
export interface Ids {
  next(): string;
}

/** A durable wake-up. Same key = the same row: a later one replaces an earlier one. */
export interface Due {
  readonly key: string;
  readonly message: Message;
  /** Epoch ms. */
  readonly at: number;
}

/**
 * Wakes workers up. Rows in the store are the truth: a wake-up may be lost, doubled or late and nothing is lost or
 * done twice, only later.
 */
export interface WorkQueue {
  wake(dues: readonly Due[]): Promise<void>;
}

/** A message to an execution, kept as a row until its worker has acted on it. */
export interface NewSignal {
  readonly executionId: string;
  readonly stageId: string | null;
  readonly kind: SignalKind;
  readonly body: JsonObject;
  readonly user: string;
  readonly at: number;
  /** Only the first signal with this key is taken. */
  readonly onceKey: string | null;
}

export type SignalKind = 'cancel' | 'pause' | 'resume' | 'patch' | 'restart' | 'ignore' | 'skip' | 'wake';

export interface Signal extends NewSignal {
  readonly id: string;
}

/** An execution to be stored, with what starting it needs. */
export interface NewExecution {
  readonly execution: Execution;
  readonly parentExecutionId: string | null;
  readonly parentStageId: string | null;
  readonly correlationKey: string | null;
}

/** Right to write an execution: every write carries `fence`, and an older one is refused. */
export interface Lease {
  readonly executionId: string;
  readonly fence: number;
}

/** An execution in a worker's hand. */
export interface Claimed {
  readonly lease: Lease;
  readonly execution: Execution;
  readonly parentExecutionId: string | null;
  readonly parentStageId: string | null;
  /** What tasks remembered, by `stageId/taskId`. */
  readonly memories: ReadonlyMap<string, JsonObject>;
  readonly signals: readonly Signal[];
  /** Number of signals ever sent, as of this picture. */
  readonly signalCount: number;
}

/** An execution taken up again by the worker that gave it back; all it knows of it still holds. */
export type ClaimedAgain = Pick<Claimed, 'lease' | 'signals' | 'signalCount'>;

export interface LedgerWrite extends LedgerEntry {
  readonly stageId: string;
  readonly operationKey: string;
  readonly state: 'intended' | 'done' | 'absent';
}

/**
 * Everything one step of an execution writes, in one transaction: changes, their events, memories, ledger, wake-ups.
 * `sequence` is the number of the newest event before this commit. Refused as a whole when the fence is old or a
 * stage is not in the status the change expects.
 */
export interface Commit {
  readonly lease: Lease;
  readonly sequence: number;
  readonly at: number;
  readonly events: readonly ExecutionEventBody[];
  /** The execution after the events; rows are written from it. */
  readonly execution: Execution;
  /** Stages whose row changed, with the status the row must have now; `null` = the row is new. */
  readonly stages: ReadonlyMap<string, StageChange>;
  readonly memories: ReadonlyMap<string, JsonObject>;
  readonly attempts: ReadonlyArray<{ readonly stageId: string; readonly attempt: number; readonly record: JsonObject }>;
  readonly ledger: readonly LedgerWrite[];
  readonly consumedSignals: readonly string[];
  /** Other messages that become due with this commit (a parent to be told, a waiting run to be admitted). */
  readonly dues: readonly Due[];
  /** Give the execution back: `signalCount` must still be current; `due` is its own next wake-up. */
  readonly release: { readonly signalCount: number; readonly dueAt: number | null } | null;
}

export interface StageChange {
  readonly stage: Stage;
  readonly was: Stage['status'] | null;
  readonly dropped?: boolean;
  readonly context: boolean;
  readonly outputs: boolean;
  /** Task ids whose rows changed; `'all'` replaces them. */
  readonly tasks: ReadonlySet<string> | 'all';
}

/**
 * `lost`: another worker holds it now, nothing was written. `signaled`: all was written, but a signal came before the
 * release: the execution stays in hand.
 */
export type CommitOutcome = 'done' | 'lost' | 'signaled';

/** Limit under which a pipeline's executions start: at most `limit` started and not ended, paused ones included. */
export interface AdmissionRule {
  readonly pipelineConfigId: string;
  readonly limit: number;
  /** Drop all waiting runs but the newest when a place becomes free. */
  readonly keepNewest: boolean;
}

/** Answer to a start under a rule: `ahead` runs go first, `behind` is the one directly before. */
export type Admission =
  | { readonly verdict: 'done' | 'lost' }
  | { readonly verdict: 'wait'; readonly behind: string; readonly ahead: number };

/** A stage that asks for locks. What a stage it was planned by, or started by, holds already counts as its own. */
export interface LockAsk {
  readonly executionId: string;
  readonly stageId: string;
  readonly keys: readonly string[];
  /** Stage whose work this execution puts right: it hands over what it holds. */
  readonly heirOf: string | null;
  /** Epoch ms. */
  readonly at: number;
}

/** Who has a lock, or asked for it before. */
export interface LockHolder {
  readonly executionId: string;
  readonly stageId: string;
  readonly stageName: string;
  readonly application: string;
  readonly executionName: string;
}

/**
 * `wait`: nothing was taken; the asker is in line, first come first served. `stuck`: it waits for a holder that waits for
 * it, and began later: it has to give way. `wake` are stages that have to look again at once.
 */
export type LockAnswer =
  | { readonly verdict: 'held' }
  | {
      readonly verdict: 'wait' | 'stuck';
      readonly key: string;
      readonly holder: LockHolder;
      readonly wake: readonly StageRef[];
    };

export interface StageRef {
  readonly executionId: string;
  readonly stageId: string;
}

/** A worker and the executions it has in hand. */
export interface Asker {
  readonly workerId: string;
  readonly held: readonly string[];
}

/** Which executions count when the newest is looked for. */
export interface NewestFilter {
  /** Absent = all. */
  readonly statuses?: readonly Status[];
  /** Id of one that does not count. */
  readonly except?: string;
}

/** All that is durable. Implementations: rows in Postgres, and memory for tests and simulations; one contract suite for both. */
export interface ExecutionStore {
  /**
   * Stores the execution with its first event and its wake-up. A correlation key in use answers that execution's id
   * and stores nothing.
   */
  create(execution: NewExecution): Promise<{ readonly id: string; readonly created: boolean }>;
  /** Null when it is unknown or a living worker holds it. */
  claim(executionId: string, workerId: string): Promise<Claimed | null>;
  /**
   * Claims an execution for the worker that gave it back under this lease, without its picture. Null when anybody has
   * held it since: it has to be read. A store may leave this out.
   */
  claimAgain?(given: Lease, workerId: string): Promise<ClaimedAgain | null>;
  commit(commit: Commit): Promise<CommitOutcome>;
  /** Signals not yet consumed and the count, for the worker that holds it. */
  signals(lease: Lease): Promise<{ readonly signals: readonly Signal[]; readonly signalCount: number } | null>;
  /** Stores a signal and makes the execution due now. `false` when `onceKey` was already used. */
  signal(signal: NewSignal): Promise<boolean>;
  read(executionId: string): Promise<Execution | null>;
  /** The newest execution of a pipeline that was not refused before it started; null when there is none. */
  newestLaunched(pipelineConfigId: string, filter?: NewestFilter): Promise<Execution | null>;
  /** Lets the key of an execution start another one. */
  releaseCorrelation(executionId: string): Promise<void>;

  /**
   * Commits the start of an execution if its pipeline's limit allows: one transaction under the pipeline's admission
   * lock. First come, first served: older waiting runs count as if they ran.
   */
  commitStart(commit: Commit, rule: AdmissionRule): Promise<Admission>;
  /**
   * After an end: makes the next waiting runs due, as many as there are free places; under keep-newest the others get
   * a cancel signal naming their successor. Limit and policy are those of the waiting runs. Answers whom it woke or
   * dropped, and ends the wake-up that asked for it.
   */
  admitNext(
    pipelineConfigId: string,
    at: number,
  ): Promise<{ readonly next: readonly string[]; readonly superseded: readonly string[] }>;

  /**
   * Takes all keys at once or none, for the asker's top-level stage. Held until that stage has ended, as its row says;
   * asking again for what is held changes nothing. The asker's row must be stored as RUNNING.
   */
  takeLocks(ask: LockAsk): Promise<LockAnswer>;
  /**
   * After the end of a top-level stage: forgets what ended stages held and asked for. Answers who would get what they
   * wait for now, and ends the wake-up that asked for it.
   */
  freeLocks(stageId: string): Promise<readonly StageRef[]>;

  /** Executions that a freeze keeps from starting, and stages that one holds. */
  frozen(): Promise<ReadonlyArray<{ readonly executionId: string; readonly stageId: string | null }>>;

  /**
   * Wake-ups due before `at` whose execution nobody works on. A lease of a living worker counts, except that the asker
   * knows better about its own: what it leased but has not in hand was lost between the database and it.
   */
  overdue(at: number, limit: number, asker?: Asker): Promise<readonly Due[]>;
  /** Executions somebody canceled, not ended and due before `at`, while no worker lives at all. */
  orphanedCancels(at: number, limit: number): Promise<readonly string[]>;
  removeDue(key: string, at: number): Promise<void>;
  /** Says that this worker lives, and learns for which held executions signals wait. */
  heartbeat(workerId: string, ttlMs: number, held: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Ends this worker's leases. */
  retire(workerId: string): Promise<void>;
}

/**
 * The definition to run in place of one that stands for another, such as an instance of a template; any other is
 * answered unchanged. Why it cannot be made is told in the `errors` of the answer, and refuses the launch.
 */
export type ResolveDefinition = (config: JsonObject, trigger: JsonObject) => Promise<JsonObject>;

/** What the engine knows of stage types: an executor by type or why there is none, and which types gate others. */
export interface StageRegistry {
  executor(type: string, alias?: string): StageExecutor | null;
  /** For a type that is known but not carried out: why, and what to use in its place. Null for any other. */
  whyNotRun?(type: string, alias?: string): string | null;
  /** Types planned before any stage that asks for it by a common field. */
  readonly gates: readonly StageDefinition[];
}

/** Times in which nothing is changed. */
export interface Freezes {
  /** All that are in force: as they are now when `fresh`, else perhaps as they were a second ago. */
  inForce(fresh: boolean): Promise<readonly Freeze[]>;
}

/** Answers what expressions ask of the world: addresses, ids, attributes. Rejects with a sentence for a person. */
export interface OutsideWorld {
  ask(question: Question, abort: AbortSignal): Promise<unknown>;
}

export type { StageExecutor, Strategy };

/** Told after a commit; used to push events to screens and to wake local work. Must not throw. */
export interface CommitListener {
  committed(commit: Pick<Commit, 'lease' | 'events' | 'sequence' | 'at' | 'execution' | 'stages'>): void;
}

export interface EngineLogger {
  debug(message: string, facts?: JsonObject): void;
  info(message: string, facts?: JsonObject): void;
  warn(message: string, facts?: JsonObject): void;
  error(message: string, facts?: JsonObject): void;
}
