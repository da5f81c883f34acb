import type { LedgerEntry } from '@gennaker/catalog/kit';
import {
  type Execution,
  type ExecutionEventBody,
  foldEvent,
  isComplete,
  type JsonObject,
  type Stage,
  type StagePatch,
  type Status,
  type TaskPatch,
} from '@gennaker/pipeline-dsl';
import { type Graph, type GrowingGraph, indexGraph } from '@gennaker/pipeline-dsl/graph';
import { driveKey, freeLocksKey, tellParentKey } from './messages.ts';
import type {
  Claimed,
  Clock,
  Commit,
  Due,
  Freezes,
  Ids,
  Lease,
  LedgerWrite,
  OutsideWorld,
  StageChange,
  StageExecutor,
  StageRegistry,
} from './ports.ts';
import { StageAnswers } from './stage-answers.ts';
import { carryOver } from './typed-contexts.ts';

/** One thing to do next inside an execution; each kind has a handler of its own. */
export type Step =
  | { readonly do: 'startExecution' }
  | { readonly do: 'startStage'; readonly stageId: string }
  | { readonly do: 'continueStage'; readonly stageId: string }
  | { readonly do: 'completeStage'; readonly stageId: string }
  | { readonly do: 'cancelStage'; readonly stageId: string }
  | { readonly do: 'completeExecution' };

/** What handlers may use beside the run itself. */
export interface Surroundings {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly registry: StageRegistry;
  readonly windowTimeZone: string;
  /** Answers expressions that ask the world; absent where there is none. */
  readonly outside?: OutsideWorld | undefined;
  /** Absent where nothing is ever frozen. */
  readonly freezes?: Freezes | undefined;
}

const NOTHING: ReadonlyMap<string, JsonObject> = new Map();
const NO_TASKS: ReadonlySet<string> = new Set();

/** A change that is being collected; a stage that was dropped is known by its id only. */
interface PendingChange {
  stage: Stage;
  was: Status | null;
  context: boolean;
  outputs: boolean;
  dropped: boolean;
  tasks: ReadonlySet<string> | 'all';
}

/**
 * An execution in a worker's hand: the picture, what changed since the last commit, and the agenda of steps.
 * All changes go through `record`, so that rows and events cannot disagree.
 */
export class ExecutionRun {
  readonly execution: Execution;
  lease: Lease;
  readonly around: Surroundings;
  readonly parentExecutionId: string | null;
  readonly parentStageId: string | null;
  readonly memories: Map<string, JsonObject>;
  signalCount: number;
  readonly agenda: Step[] = [];
  readonly answers = new StageAnswers();
  /** Stages known to hold the locks they declare. */
  readonly locked = new Set<string>();
  /** Stages that no freeze held when they asked, and those about to ask. */
  readonly cleared = new Set<string>();
  readonly wantedClearance = new Set<string>();
  /** Stages about to begin, with the locks they have to take first. */
  readonly wantedLocks = new Map<string, readonly string[]>();
  private readonly byId = new Map<string, Stage>();
  private topByRef = new Map<string, Stage>();
  private childrenOf = new Map<string, Stage[]>();
  private graphNow: GrowingGraph<Stage> | null = null;
  /** Stages that are RUNNING, in list order; replaced as a whole when one begins or ends. */
  private atWork: readonly Stage[] = [];
  private readonly places = new Map<string, number>();
  private indexed = 0;
  private events: ExecutionEventBody[] = [];
  private changes = new Map<string, PendingChange>();
  private changedMemories = new Map<string, JsonObject>();
  private attempts: Array<{ stageId: string; attempt: number; record: JsonObject }> = [];
  private ledger: LedgerWrite[] = [];
  private consumed: string[] = [];
  private dues: Due[] = [];

  constructor(claimed: Claimed, around: Surroundings) {
    this.execution = claimed.execution;
    this.lease = claimed.lease;
    this.around = around;
    this.parentExecutionId = claimed.parentExecutionId;
    this.parentStageId = claimed.parentStageId;
    this.memories = new Map(claimed.memories);
    this.signalCount = claimed.signalCount;
    for (const stage of claimed.execution.stages) this.index(stage);
  }

  now(): number {
    return this.around.clock.now();
  }

  stage(id: string): Stage {
    const stage = this.byId.get(id);
    if (!stage) throw new Error(`stage ${id} is not part of execution ${this.execution.id}`);
    return stage;
  }

  find(id: string): Stage | undefined {
    return this.byId.get(id);
  }

  topLevel(): Stage[] {
    return [...this.topByRef.values()];
  }

  byRef(refId: string): Stage | undefined {
    return this.topByRef.get(refId);
  }

  children(parentId: string): readonly Stage[] {
    return this.childrenOf.get(parentId) ?? [];
  }

  /** Stages that are RUNNING, in list order. */
  running(): readonly Stage[] {
    return this.atWork;
  }

  /** Structure of the stages there are now; it grows with them and is made anew only when some were dropped. */
  graph(): Graph<Stage> {
    this.graphNow ??= indexGraph(this.execution.stages);
    return this.graphNow;
  }

  /** Stages that require this one. */
  dependents(stage: Stage): readonly Stage[] {
    return this.graph().downstreamOf(stage);
  }

  /** The stage whose flags, time limit and authentication hold for a synthetic one: its top-most parent. */
  root(stage: Stage): Stage {
    let at = stage;
    while (at.parentStageId !== null) at = this.stage(at.parentStageId);
    return at;
  }

  executor(stage: Stage): StageExecutor | null {
    const { alias } = stage.context;
    return this.around.registry.executor(stage.type, typeof alias === 'string' ? alias : undefined);
  }

  push(step: Step): void {
    this.agenda.push(step);
  }

  record(event: ExecutionEventBody): void {
    if ('stageId' in event) this.note(event);
    if (event.type === 'stage.restarted') {
      this.locked.delete(event.stageId);
      this.cleared.delete(event.stageId);
    }
    if (event.type === 'stage.dropped') this.unindex(this.stage(event.stageId));
    this.fold(event);
    if (event.type === 'stage.planned') this.index(event.data);
    else if ('stageId' in event && event.type !== 'task.changed' && event.data.status) this.followStatus(event.stageId);
    this.events.push(event);
  }

  changeTask(stage: Stage, taskId: string, data: TaskPatch): void {
    this.record({ type: 'task.changed', stageId: stage.id, taskId, data });
  }

  memory(stageId: string, taskId: string): JsonObject {
    return this.memories.get(`${stageId}/${taskId}`) ?? {};
  }

  remember(stageId: string, taskId: string, facts: JsonObject): void {
    const key = `${stageId}/${taskId}`;
    const merged = { ...this.memories.get(key), ...facts };
    this.memories.set(key, merged);
    this.changedMemories.set(key, merged);
  }

  forget(stageId: string, taskId: string): void {
    this.memories.delete(`${stageId}/${taskId}`);
  }

  keepAttempt(stage: Stage): void {
    const { attempts: _earlier, ...rest } = stage;
    this.attempts.push({
      stageId: stage.id,
      attempt: stage.attempt,
      record: structuredClone(rest) as unknown as JsonObject,
    });
  }

  enter(stageId: string, operationKey: string, entry: LedgerEntry, state: LedgerWrite['state']): void {
    this.ledger.push({ ...entry, stageId, operationKey, state });
  }

  consume(signalId: string): void {
    this.consumed.push(signalId);
  }

  due(due: Due): void {
    this.dues.push(due);
  }

  /** What the stage holds is free for others, if it or a stage it planned may hold anything. */
  freeLocks(stage: Stage): void {
    const declares = (each: Stage): boolean =>
      this.executor(each)?.definition.locks !== undefined || this.children(each.id).some(declares);
    if (stage.parentStageId !== null || !declares(stage)) return;
    this.locked.delete(stage.id);
    const stageId = stage.id;
    this.due({ key: freeLocksKey(stageId), message: { type: 'FreeLocks', stageId }, at: this.now() });
  }

  /** The stage that started this execution, if one did, hears that it has ended or goes on again. */
  tellParent(): void {
    const { parentExecutionId, parentStageId } = this;
    if (parentExecutionId === null || parentStageId === null) return;
    const executionId = this.execution.id;
    this.due({
      key: tellParentKey(executionId),
      message: { type: 'TellParent', executionId, parentExecutionId, parentStageId },
      at: this.now(),
    });
  }

  get dirty(): boolean {
    return (
      this.events.length + this.changedMemories.size + this.ledger.length + this.consumed.length + this.dues.length > 0
    );
  }

  /** Everything since the last commit, as one; the run starts collecting anew. */
  take(release: { dueAt: number | null } | null): Commit {
    const commit: Commit = {
      lease: this.lease,
      sequence: this.execution.sequence,
      at: this.now(),
      events: this.events,
      execution: this.execution,
      stages: this.takeStages(),
      memories: this.changedMemories.size === 0 ? NOTHING : this.changedMemories,
      attempts: this.attempts,
      ledger: this.ledger,
      consumedSignals: this.consumed,
      dues: this.dues,
      release: release && { signalCount: this.signalCount, dueAt: release.dueAt },
    };
    this.execution.sequence += this.events.length;
    this.events = [];
    if (this.changedMemories.size > 0) this.changedMemories = new Map();
    this.attempts = [];
    this.ledger = [];
    this.consumed = [];
    this.dues = [];
    return commit;
  }

  /** Its own wake-up, should this worker die. */
  ownDue(at: number): Due {
    return {
      key: driveKey(this.execution.id),
      message: { type: 'DriveExecution', executionId: this.execution.id },
      at,
    };
  }

  private fold(event: ExecutionEventBody): void {
    const patched = 'stageId' in event && 'contextPatch' in event.data ? this.byId.get(event.stageId) : undefined;
    const before = patched?.context;
    foldEvent(this.execution, event, (id) => this.byId.get(id));
    if (patched && before) carryOver(before, patched.context, (event.data as StagePatch).contextPatch ?? {});
  }

  private takeStages(): ReadonlyMap<string, StageChange> {
    const taken = this.changes;
    this.changes = new Map();
    for (const [id, change] of taken) if (change.dropped && change.was === null) taken.delete(id);
    return taken;
  }

  private note(event: Extract<ExecutionEventBody, { stageId: string }>): void {
    let change = this.changes.get(event.stageId);
    if (!change) {
      const isNew = event.type === 'stage.planned';
      const stage = isNew ? event.data : this.stage(event.stageId);
      const was = isNew ? null : stage.status;
      change = { stage, was, context: isNew, outputs: isNew, dropped: false, tasks: isNew ? 'all' : NO_TASKS };
      this.changes.set(event.stageId, change);
    }
    if (event.type === 'stage.dropped') change.dropped = true;
    else if (event.type === 'task.changed') {
      if (change.tasks !== 'all' && !change.tasks.has(event.taskId))
        change.tasks = new Set([...change.tasks, event.taskId]);
    } else if (event.type !== 'stage.planned') {
      if (event.data.context || event.data.contextPatch) change.context = true;
      if (event.data.outputs || event.data.outputsPatch) change.outputs = true;
      if (event.data.tasks) change.tasks = 'all';
    }
  }

  private followStatus(stageId: string): void {
    const stage = this.byId.get(stageId);
    if (!stage) return;
    const isAtWork = this.atWork.includes(stage);
    if (stage.status !== 'RUNNING') {
      if (isAtWork) this.atWork = this.atWork.filter((other) => other !== stage);
    } else if (!isAtWork) {
      const place = this.places.get(stageId)!;
      const next = this.atWork.findIndex((other) => this.places.get(other.id)! > place);
      this.atWork = next < 0 ? [...this.atWork, stage] : this.atWork.toSpliced(next, 0, stage);
    }
  }

  private index(stage: Stage): void {
    this.graphNow?.add(stage);
    this.byId.set(stage.id, stage);
    this.places.set(stage.id, this.indexed++);
    if (stage.status === 'RUNNING') this.followStatus(stage.id);
    if (stage.parentStageId === null) this.topByRef.set(stage.refId, stage);
    else {
      const siblings = this.childrenOf.get(stage.parentStageId);
      if (siblings) siblings.push(stage);
      else this.childrenOf.set(stage.parentStageId, [stage]);
    }
  }

  private unindex(stage: Stage): void {
    this.graphNow = null;
    this.byId.delete(stage.id);
    this.atWork = this.atWork.filter((other) => other !== stage);
    if (stage.parentStageId === null) return;
    const siblings = this.childrenOf.get(stage.parentStageId) ?? [];
    this.childrenOf.set(
      stage.parentStageId,
      siblings.filter((sibling) => sibling.id !== stage.id),
    );
  }
}

/** The task a RUNNING stage is at, if it is in its tasks. */
export function currentTask(stage: Stage): Stage['tasks'][number] | undefined {
  return stage.tasks.find((task) => !isComplete(task.status));
}
