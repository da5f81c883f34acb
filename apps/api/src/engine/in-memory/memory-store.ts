import { type Execution, type ExecutionEvent, isComplete, type JsonObject, type Stage } from '@gennaker/pipeline-dsl';
import { admitKey, driveKey, freeLocksKey } from '../messages.ts';
import type {
  Admission,
  AdmissionRule,
  Asker,
  Claimed,
  ClaimedAgain,
  Commit,
  CommitOutcome,
  Due,
  ExecutionStore,
  Lease,
  LedgerWrite,
  LockAnswer,
  LockAsk,
  NewExecution,
  NewestFilter,
  NewSignal,
  Signal,
  StageChange,
  StageRef,
} from '../ports.ts';
import { apart, type Keeping } from './copies.ts';
import { MemoryLocks } from './memory-locks.ts';

interface Kept {
  /** The execution without its stages, as of the last event about itself; replaced as a whole. */
  execution: Execution;
  /** Of the last event. */
  sequence: number;
  /** Stages in their order, by id; each is replaced as a whole. */
  stages: Map<string, Stage>;
  /** Stages written since the last picture. */
  fresh: Set<Stage>;
  /** The two together as a reader gets them, until the next change. */
  picture: Execution | null;
  order: number;
  parentExecutionId: string | null;
  parentStageId: string | null;
  fence: number;
  leaseOwner: string | null;
  signals: Signal[];
  signalCount: number;
  memories: Map<string, JsonObject>;
}

export type EventLog = (event: ExecutionEvent) => void;

/** What the store would refuse; thrown so that tests see it. */
class GuardBroken extends Error {}

/**
 * The store in memory, with the same guards as the rows. Unless told to share, it keeps everything apart from the worker:
 * what is written is copied, as much as has changed; a claim gets a copy; readers get a picture that cannot be changed.
 */
export class MemoryStore implements ExecutionStore {
  readonly executions = new Map<string, Kept>();
  readonly dues = new Map<string, Due>();
  readonly ledger: Array<LedgerWrite & { executionId: string }> = [];
  private readonly correlation = new Map<string, string>();
  private readonly onceKeys = new Set<string>();
  private readonly workers = new Map<string, number>();
  readonly locks = new MemoryLocks(this.executions);
  private nextSignal = 1;
  private readonly now: () => number;
  private readonly log: EventLog | null;
  private readonly keeping: Keeping;

  /** `log` is told every event as it is stored, with a copy of its own; without it nobody can read them again. */
  constructor(now: () => number, log: EventLog | null = null, keeping: Keeping = apart) {
    this.now = now;
    this.log = log;
    this.keeping = keeping;
  }

  /** A store of its own with all that is in this one, to go on from here more than once. */
  copy(now: () => number): MemoryStore {
    const copy = new MemoryStore(now, this.log, this.keeping);
    for (const [id, kept] of this.executions) {
      const { stages, fresh, signals, memories } = kept;
      copy.executions.set(id, {
        ...kept,
        stages: new Map(stages),
        fresh: new Set(fresh),
        signals: [...signals],
        memories: new Map(memories),
      });
    }
    for (const [key, due] of this.dues) copy.dues.set(key, due);
    for (const [key, id] of this.correlation) copy.correlation.set(key, id);
    for (const key of this.onceKeys) copy.onceKeys.add(key);
    for (const [id, until] of this.workers) copy.workers.set(id, until);
    copy.ledger.push(...this.ledger);
    copy.locks.takeOver(this.locks);
    copy.nextSignal = this.nextSignal;
    return copy;
  }

  async create(given: NewExecution): Promise<{ id: string; created: boolean }> {
    const known = given.correlationKey === null ? undefined : this.correlation.get(given.correlationKey);
    if (known !== undefined) return { id: known, created: false };
    const { stages, ...rest } = this.keeping.copy(given.execution);
    const execution = { ...rest, stages: [] };
    const { id } = execution;
    if (given.correlationKey !== null) this.correlation.set(given.correlationKey, id);
    this.executions.set(id, {
      execution,
      sequence: 1,
      stages: new Map(stages.map((stage) => [stage.id, stage])),
      fresh: new Set(stages),
      picture: null,
      order: this.executions.size,
      parentExecutionId: given.parentExecutionId,
      parentStageId: given.parentStageId,
      fence: 0,
      leaseOwner: null,
      signals: [],
      signalCount: 0,
      memories: new Map(),
    });
    this.log?.({ type: 'execution.created', data: {}, executionId: id, sequence: 1, at: execution.buildTime });
    if (!isComplete(execution.status))
      this.setDue({ key: driveKey(id), message: { type: 'DriveExecution', executionId: id }, at: execution.buildTime });
    return { id, created: true };
  }

  async claim(executionId: string, workerId: string): Promise<Claimed | null> {
    const kept = this.executions.get(executionId);
    if (!kept) return null;
    if (kept.leaseOwner !== null && kept.leaseOwner !== workerId && this.alive(kept.leaseOwner)) return null;
    kept.fence += 1;
    kept.leaseOwner = workerId;
    return {
      lease: { executionId, fence: kept.fence },
      execution: this.forWorker(kept),
      parentExecutionId: kept.parentExecutionId,
      parentStageId: kept.parentStageId,
      memories: new Map([...kept.memories].map(([key, memory]) => [key, this.keeping.copy(memory)])),
      signals: this.keeping.copy(kept.signals),
      signalCount: kept.signalCount,
    };
  }

  async claimAgain(given: Lease, workerId: string): Promise<ClaimedAgain | null> {
    const kept = this.executions.get(given.executionId);
    if (!kept || kept.fence !== given.fence || kept.leaseOwner !== null) return null;
    kept.fence += 1;
    kept.leaseOwner = workerId;
    return {
      lease: { executionId: given.executionId, fence: kept.fence },
      signals: this.keeping.copy(kept.signals),
      signalCount: kept.signalCount,
    };
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    const kept = this.executions.get(commit.lease.executionId);
    if (!kept || kept.fence !== commit.lease.fence) return 'lost';
    this.guard(kept, commit);
    this.write(kept, commit);
    if (!commit.release) return 'done';
    if (commit.release.signalCount !== kept.signalCount) return 'signaled';
    kept.leaseOwner = null;
    if (commit.release.dueAt === null) this.dues.delete(driveKey(commit.lease.executionId));
    else
      this.setDue({
        key: driveKey(commit.lease.executionId),
        message: { type: 'DriveExecution', executionId: commit.lease.executionId },
        at: commit.release.dueAt,
      });
    return 'done';
  }

  async commitStart(commit: Commit, rule: AdmissionRule): Promise<Admission> {
    const me = this.executions.get(commit.lease.executionId);
    if (!me || me.fence !== commit.lease.fence) return { verdict: 'lost' };
    const others = this.ofPipeline(rule.pipelineConfigId).filter((kept) => kept !== me);
    const active = others.filter(({ execution }) => execution.status === 'RUNNING' || execution.status === 'PAUSED');
    const older = others.filter((kept) => this.waiting(kept) && kept.order < me.order);
    const ahead = active.length + older.length;
    if (ahead >= rule.limit) return { verdict: 'wait', ahead, behind: (older.at(-1) ?? active.at(-1))!.execution.id };
    const outcome = await this.commit(commit);
    return { verdict: outcome === 'lost' ? 'lost' : 'done' };
  }

  async admitNext(
    pipelineConfigId: string,
    at: number,
  ): Promise<{ next: readonly string[]; superseded: readonly string[] }> {
    this.dues.delete(admitKey(pipelineConfigId));
    const all = this.ofPipeline(pipelineConfigId);
    const waiting = all.filter((kept) => this.waiting(kept)).sort((a, b) => a.order - b.order);
    const first = waiting[0]?.execution;
    if (!first) return { next: [], superseded: [] };
    const limit = first.limitConcurrent ? 1 : first.maxConcurrentExecutions;
    const active = all.filter(
      ({ execution }) => execution.status === 'RUNNING' || execution.status === 'PAUSED',
    ).length;
    const free = limit - active;
    if (free <= 0) return { next: [], superseded: [] };
    const next = first.keepWaitingPipelines ? waiting.slice(0, free) : waiting.slice(-free);
    const superseded = first.keepWaitingPipelines ? [] : waiting.slice(0, Math.max(0, waiting.length - free));
    const successor = next.at(-1)!.execution.id;
    for (const { execution } of superseded) {
      await this.signal({
        executionId: execution.id,
        stageId: null,
        kind: 'cancel',
        body: { reason: `superseded by the newer run ${successor}`, supersededBy: successor },
        user: 'gennaker',
        at,
        onceKey: null,
      });
    }
    for (const { execution } of next)
      this.setDue({ key: driveKey(execution.id), message: { type: 'DriveExecution', executionId: execution.id }, at });
    return {
      next: next.map(({ execution }) => execution.id),
      superseded: superseded.map(({ execution }) => execution.id),
    };
  }

  async takeLocks(ask: LockAsk): Promise<LockAnswer> {
    return this.locks.take(ask);
  }

  async freeLocks(stageId: string): Promise<readonly StageRef[]> {
    this.dues.delete(freeLocksKey(stageId));
    return this.locks.free();
  }

  async frozen(): Promise<ReadonlyArray<{ executionId: string; stageId: string | null }>> {
    type Held = { executionId: string; stageId: string | null };
    return [...this.executions].flatMap(([executionId, { execution, stages }]): Held[] => {
      const { status, wait } = execution;
      if (status === 'NOT_STARTED') return wait?.kind === 'freeze' ? [{ executionId, stageId: null }] : [];
      return [...stages.values()]
        .filter((stage) => stage.status === 'RUNNING' && stage.wait?.kind === 'freeze')
        .map(({ id: stageId }) => ({ executionId, stageId }));
    });
  }

  async signals(lease: {
    executionId: string;
    fence: number;
  }): Promise<{ signals: readonly Signal[]; signalCount: number } | null> {
    const kept = this.executions.get(lease.executionId);
    if (!kept || kept.fence !== lease.fence) return null;
    return { signals: this.keeping.copy(kept.signals), signalCount: kept.signalCount };
  }

  async signal(signal: NewSignal): Promise<boolean> {
    if (signal.onceKey !== null && this.onceKeys.has(signal.onceKey)) return false;
    if (signal.onceKey !== null) this.onceKeys.add(signal.onceKey);
    const kept = this.executions.get(signal.executionId);
    if (!kept) return false;
    kept.signals.push({ ...this.keeping.copy(signal), id: String(this.nextSignal++) });
    kept.signalCount += 1;
    this.setDue({
      key: driveKey(signal.executionId),
      message: { type: 'DriveExecution', executionId: signal.executionId },
      at: signal.at,
    });
    return true;
  }

  async read(executionId: string): Promise<Execution | null> {
    const kept = this.executions.get(executionId);
    return kept ? this.whole(kept) : null;
  }

  async newestLaunched(pipelineConfigId: string, { statuses, except }: NewestFilter = {}): Promise<Execution | null> {
    const launched = this.ofPipeline(pipelineConfigId)
      .filter(({ execution }) => execution.status !== 'TERMINAL' || execution.startTime !== null)
      .filter(({ execution }) => execution.id !== except && (statuses?.includes(execution.status) ?? true))
      .sort((a, b) => b.order - a.order);
    return launched[0] ? this.whole(launched[0]) : null;
  }

  async releaseCorrelation(executionId: string): Promise<void> {
    for (const [key, id] of this.correlation) if (id === executionId) this.correlation.delete(key);
  }

  async overdue(at: number, limit: number, asker?: Asker): Promise<readonly Due[]> {
    const due = [...this.dues.values()]
      .filter((row) => row.at <= at && !this.workedOn(row, asker))
      .sort((a, b) => a.at - b.at);
    return due.slice(0, limit);
  }

  async orphanedCancels(at: number, limit: number): Promise<readonly string[]> {
    if ([...this.workers.keys()].some((id) => this.alive(id))) return [];
    const canceled = [...this.executions.values()].filter(
      ({ execution, signals }) =>
        !isComplete(execution.status) &&
        (this.dues.get(driveKey(execution.id))?.at ?? Number.POSITIVE_INFINITY) <= at &&
        (execution.canceled || signals.some((signal) => signal.kind === 'cancel')),
    );
    return canceled.slice(0, limit).map(({ execution }) => execution.id);
  }

  async removeDue(key: string, at: number): Promise<void> {
    const due = this.dues.get(key);
    if (due && due.at <= at) this.dues.delete(key);
  }

  async heartbeat(workerId: string, ttlMs: number, held: readonly string[]): Promise<ReadonlyMap<string, number>> {
    this.workers.set(workerId, this.now() + ttlMs);
    return new Map(
      held.flatMap((id) => (this.executions.has(id) ? [[id, this.executions.get(id)!.signalCount] as const] : [])),
    );
  }

  async retire(workerId: string): Promise<void> {
    this.workers.delete(workerId);
    for (const kept of this.executions.values()) if (kept.leaseOwner === workerId) kept.leaseOwner = null;
  }

  private alive(workerId: string): boolean {
    return (this.workers.get(workerId) ?? 0) > this.now();
  }

  private workedOn({ message }: Due, asker?: Asker): boolean {
    if (message.type !== 'DriveExecution') return false;
    const owner = this.executions.get(message.executionId)?.leaseOwner ?? null;
    if (owner === null || !this.alive(owner)) return false;
    return owner !== asker?.workerId || asker.held.includes(message.executionId);
  }

  private ofPipeline(pipelineConfigId: string): Kept[] {
    return [...this.executions.values()].filter(({ execution }) => execution.pipelineConfigId === pipelineConfigId);
  }

  private waiting({ execution, signals }: Kept): boolean {
    return execution.status === 'NOT_STARTED' && !signals.some((signal) => signal.kind === 'cancel');
  }

  private setDue(due: Due): void {
    this.dues.set(due.key, due);
  }

  private guard(kept: Kept, commit: Commit): void {
    if (kept.sequence !== commit.sequence)
      throw new GuardBroken(`sequence is ${kept.sequence}, not ${commit.sequence}`);
    for (const [id, change] of commit.stages) {
      const status = kept.stages.get(id)?.status ?? null;
      if (status !== change.was) throw new GuardBroken(`stage ${id} is ${status}, not ${change.was}`);
    }
  }

  private write(kept: Kept, commit: Commit): void {
    if (commit.events.some((event) => !('stageId' in event))) {
      const { stages: _stages, ...rest } = commit.execution;
      kept.execution = { ...this.keeping.copy(rest), stages: [] };
    }
    kept.sequence = commit.sequence + commit.events.length;
    for (const [id, change] of commit.stages) {
      const old = kept.stages.get(id);
      if (change.dropped) kept.stages.delete(id);
      else put(kept, old ? this.mergeRow(old, change) : { ...this.keeping.copy(change.stage) });
    }
    for (const { stageId, record } of commit.attempts) {
      const stage = kept.stages.get(stageId);
      if (stage) put(kept, { ...stage, attempts: [...(stage.attempts ?? []), this.keeping.copy(record) as never] });
    }
    kept.picture = null;
    const { executionId } = commit.lease;
    commit.events.forEach((event, i) =>
      this.log?.({ ...this.keeping.copy(event), executionId, sequence: commit.sequence + i + 1, at: commit.at }),
    );
    for (const [key, memory] of commit.memories) kept.memories.set(key, this.keeping.copy(memory));
    if (commit.consumedSignals.length > 0)
      kept.signals = kept.signals.filter((signal) => !commit.consumedSignals.includes(signal.id));
    for (const entry of commit.ledger) this.enter(executionId, entry);
    for (const due of commit.dues) this.setDue(due);
  }

  private enter(executionId: string, entry: LedgerWrite): void {
    const at = this.ledger.findIndex(
      (row) => row.operationKey === entry.operationKey && row.name === entry.name && row.action === entry.action,
    );
    if (at < 0) this.ledger.push({ ...entry, executionId });
    else this.ledger[at] = { ...this.ledger[at]!, state: entry.state };
  }

  /** The execution with its stages; what has not changed since the last picture is shared with it. */
  private whole(kept: Kept): Execution {
    if (kept.picture) return kept.picture;
    for (const stage of kept.fresh) this.keeping.freeze(stage);
    kept.fresh.clear();
    this.keeping.freeze(kept.execution);
    kept.picture = this.keeping.freeze({
      ...kept.execution,
      sequence: kept.sequence,
      stages: [...kept.stages.values()],
    });
    return kept.picture;
  }

  /** The execution for a worker to change. */
  private forWorker(kept: Kept): Execution {
    const { stages, ...rest } = this.keeping.copy(this.whole(kept));
    return { ...rest, stages: stages.map((stage) => ({ ...stage })) };
  }

  /** A row takes only what the change says has changed; what it leaves out must have been equal anyway. */
  private mergeRow(old: Stage, { stage, context, outputs, tasks }: StageChange): Stage {
    const { copy } = this.keeping;
    const row: Stage = {
      ...stage,
      context: context ? copy(stage.context) : old.context,
      outputs: outputs ? copy(stage.outputs) : old.outputs,
      tasks:
        tasks === 'all'
          ? copy(stage.tasks)
          : old.tasks.map((task) =>
              tasks.has(task.id) ? copy(stage.tasks.find((other) => other.id === task.id)!) : task,
            ),
      requisiteStageRefIds: copy(stage.requisiteStageRefIds),
      lastModified: copy(stage.lastModified),
      wait: copy(stage.wait),
    };
    if (old.attempts) row.attempts = old.attempts;
    else delete row.attempts;
    return row;
  }
}

function put(kept: Kept, stage: Stage): void {
  kept.stages.set(stage.id, stage);
  kept.fresh.add(stage);
}
