import type { JsonObject, Stage, StageDefinition } from '@gennaker/pipeline-dsl';
import type { Operation, PortName, Ports } from './ports/index.ts';
import type { TaskResult } from './results.ts';
import type { SyntheticStage } from './synthetic.ts';

/** The execution a stage runs in, as its code may see it. */
export interface ExecutionFacts {
  readonly id: string;
  readonly application: string;
  readonly name: string;
  readonly pipelineConfigId: string | null;
  readonly trigger: JsonObject;
  /** Identity the stage runs with. */
  readonly user: string;
}

export interface StageFacts {
  readonly id: string;
  readonly refId: string;
  readonly type: string;
  readonly name: string;
  readonly attempt: number;
  /** Epoch ms. */
  readonly startTime: number;
  readonly parentStageId: string | null;
}

/** What planning sees: facts only, no world. `lookup` = own context, then ancestors' outputs, nearest first. */
export interface PlanView<Context> {
  readonly context: Context;
  readonly outputs: JsonObject;
  readonly stage: StageFacts;
  readonly execution: ExecutionFacts;
  lookup(key: string): unknown;
  /** Own value plus each ancestor's output of that name, nearest first. */
  lookupAll(key: string): readonly unknown[];
  /** Other stages of the execution, to be read only. */
  readonly stages: readonly Stage[];
  now(): number;
}

/** A cloud object as the ledger keeps it: intended before the call, then made, changed or removed. */
export interface LedgerEntry {
  readonly kind: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly action: 'create' | 'change' | 'remove';
  /**
   * Picture of what was changed, from before the change. Its `wanted` is what the change is to make of it, as far as a
   * clean-up may take that back: what is neither as before nor as wanted was changed by somebody else.
   */
  readonly before?: JsonObject;
}

/**
 * One round of a task. It may run again after a crash at any point, and a message may come twice: every change carries
 * `operation`, and what must not differ between tries is remembered before the first change.
 */
export interface TaskRun<Context, Needed extends PortName> extends PlanView<Context> {
  readonly ports: Pick<Ports, Needed>;
  /** Stable for execution, stage, attempt and task; `step` tells several changes of one task apart. */
  operation(step?: string): Operation;
  readonly task: { readonly name: string; readonly startTime: number };
  /** What earlier rounds of this task remembered. */
  readonly memory: Readonly<JsonObject>;
  /** Stores facts durably before it returns; throws when this worker has lost the execution. */
  remember(facts: JsonObject): Promise<void>;
  /** Records the intent durably before it returns; call the returned function after the change was seen. */
  intend(entry: LedgerEntry): Promise<(outcome: 'done' | 'absent') => void>;
  /** Fires when the execution is canceled or this worker must stop. */
  readonly abort: AbortSignal;
}

export interface TaskDefinition<Context, Needed extends PortName> {
  readonly name: string;
  /** No effect on the world and no waiting on it: runs on in the same hand, without a commit before it. */
  readonly instant?: boolean;
  /** Time limit of the whole task, pauses excluded; `stageTimeoutMs` of the stage replaces it. Default 2 h. */
  readonly timeoutMs?: number | ((context: Context) => number);
  run(run: TaskRun<Context, Needed>): Promise<TaskResult> | TaskResult;
}

/** Server half of a stage type. */
export interface StageExecution<Context, Needed extends PortName> {
  readonly needs: readonly Needed[];
  readonly tasks: ReadonlyArray<TaskDefinition<Context, Needed>>;
  /** Names of the tasks to run, in order; default all. */
  choose?(view: PlanView<Context>): readonly string[];
  /** Stages that end before the tasks begin. */
  before?(view: PlanView<Context>): readonly SyntheticStage[];
  /** Stages that run when the tasks are done. */
  after?(view: PlanView<Context>): readonly SyntheticStage[];
  /** Clean-up stages when it would end in failure; it stays failed. */
  onFailure?(view: PlanView<Context>): readonly SyntheticStage[];
  /** Lets go of the outside world when the stage is canceled or has failed: ends a child, calls a cancel address. */
  onCancel?(run: TaskRun<Context, Needed>): Promise<void>;
}

/** An executor with its types erased, as the engine holds it. */
export interface StageExecutor {
  readonly definition: StageDefinition;
  readonly execution: StageExecution<unknown, PortName>;
}

/** Binds the server half to its definition; context and ports are typed from both. */
export function executeStage<Context, Outputs, const Needed extends PortName = never>(
  definition: StageDefinition<Context, Outputs>,
  execution: StageExecution<Context, Needed>,
): StageExecutor {
  return { definition, execution: execution as unknown as StageExecution<unknown, PortName> } as StageExecutor;
}

/** Minutes and seconds in ms, for time limits. */
export const seconds = (n: number): number => n * 1_000;
export const minutes = (n: number): number => n * 60_000;
export const hours = (n: number): number => n * 3_600_000;
export const days = (n: number): number => n * 86_400_000;
