import type { Ports, TaskDefinition } from '@gennaker/catalog/kit';
import { type Freeze, isComplete, isJsonObject, type Stage, type Task } from '@gennaker/pipeline-dsl';
import { admissionRule } from './admission-rule.ts';
import { applyRound, timeOut } from './apply-round.ts';
import { failTask } from './failing.ts';
import { Flight } from './flight.ts';
import { applyFreezes, freezeOnStart, isFrozen, waitFor } from './freezes.ts';
import { endExecution } from './handlers/complete-execution.ts';
import { endStage } from './handlers/complete-stage.ts';
import { handleStep } from './handlers/index.ts';
import { retryExpressions } from './late-expressions.ts';
import { applyLockAnswer, isDueForLocks } from './locks.ts';
import { Mailbox } from './mailbox.ts';
import { driveKey } from './messages.ts';
import { intend, settle } from './open-intents.ts';
import { parsedContext } from './planning.ts';
import type {
  Claimed,
  ClaimedAgain,
  Commit,
  CommitListener,
  EngineLogger,
  ExecutionStore,
  Lease,
  Signal,
  StageExecutor,
  StageRef,
  WorkQueue,
} from './ports.ts';
import { currentTask, ExecutionRun, type Surroundings } from './run.ts';
import { applySignal } from './signals.ts';
import { playRound, type TaskDoor, taskRun } from './task-run.ts';
import { deadlineOf } from './time-limit.ts';

/** A cancel hook that meets outages is tried this often, with pauses growing by this much: within half a minute. */
const HOOK_TRIES = 4;
const HOOK_PAUSE_MS = 2_000;

export interface DriveSurroundings extends Surroundings {
  readonly store: ExecutionStore;
  readonly queue: WorkQueue;
  readonly ports: Ports;
  readonly listener: CommitListener;
  readonly logger: EngineLogger;
}

/** The lease was taken over: everything since the last commit is dropped and another worker goes on. */
export class LeaseLost extends Error {
  constructor(executionId: string) {
    super(`execution ${executionId} is held by another worker now`);
    this.name = 'LeaseLost';
  }
}

/** Works on one claimed execution until it waits for something or has ended, then gives it back. */
export class Drive {
  private readonly run: ExecutionRun;
  private readonly around: DriveSurroundings;
  private readonly mailbox = new Mailbox();
  private readonly inFlight = new Map<string, Flight>();
  /** Stages signaled while a round of theirs was in flight: they look again at once. */
  private readonly nudged = new Set<string>();
  private signals: readonly Signal[];
  /** When an execution that a freeze keeps from starting looks again by itself; null when none does. */
  private looksAgainAt: number | null = null;
  private isWoken = false;
  /** Taken up again with nothing left to recover: only signals and time bring news. */
  private isContinued = false;

  constructor(claimed: Claimed, around: DriveSurroundings) {
    this.around = around;
    this.run = new ExecutionRun(claimed, around);
    this.signals = claimed.signals;
  }

  get executionId(): string {
    return this.run.execution.id;
  }

  get signalCount(): number {
    return this.run.signalCount;
  }

  get lease(): Lease {
    return this.run.lease;
  }

  /** The execution has ended: only a restart brings it back. */
  get isOver(): boolean {
    return isComplete(this.run.execution.status);
  }

  /** Goes on with an execution that it gave back and nobody else has held since. */
  takeUp(again: ClaimedAgain): void {
    this.run.lease = again.lease;
    this.run.signalCount = again.signalCount;
    this.signals = again.signals;
    this.isContinued = true;
  }

  /** Signals may have come: look as soon as possible. */
  nudge(): void {
    this.mailbox.post(() => this.readSignals());
  }

  /** Ends tasks in flight, for a worker that stops or has lost the execution. */
  abort(): void {
    for (const flight of this.inFlight.values()) flight.abort();
  }

  /** Throws `LeaseLost`, or what the store threw; the due row brings the execution back either way. */
  async toWait(): Promise<void> {
    try {
      this.takeSignals();
      await this.begin();
      while (!(await this.step()));
    } catch (error) {
      this.abort();
      this.mailbox.close(error);
      throw error;
    }
  }

  /** One turn of the loop; true when the execution was given back. */
  private async step(): Promise<boolean> {
    this.lookAgain();
    this.settle();
    if (this.run.execution.status === 'NOT_STARTED') await this.reopenIfAsked();
    this.askOutside();
    if (this.run.wantedClearance.size > 0 && (await this.askFreezes())) return false;
    if (this.run.wantedLocks.size > 0) {
      await this.takeLocks();
      return false;
    }
    const ready = this.readyStages();
    if (ready.length === 0 && this.inFlight.size === 0) return this.release();
    if (this.run.dirty) await this.commit(null);
    for (const stage of ready) {
      const instant = this.startRound(stage);
      if (instant) await instant;
    }
    if (this.run.agenda.length > 0 || this.inFlight.size === 0) return false;
    await this.mailbox.arrival();
    for (const item of this.mailbox.takeAll()) await item();
    return false;
  }

  private settle(): void {
    for (let step = this.run.agenda.shift(); step; step = this.run.agenda.shift()) handleStep(this.run, step);
  }

  /** Stages that wait before they begin ask again when they were woken or their time has come. */
  private lookAgain(): void {
    for (const stage of this.run.running()) {
      const isThawing = stage.wait?.kind === 'freeze' && stage.endsAs === null && !isFrozen(this.run, stage);
      if (isThawing || isDueForLocks(this.run, stage)) this.run.push({ do: 'continueStage', stageId: stage.id });
    }
  }

  /** Asks whether stages about to change something may; true when any asked. */
  private async askFreezes(): Promise<boolean> {
    const { run } = this;
    const stages = [...run.wantedClearance].flatMap((id) => run.find(id) ?? []);
    run.wantedClearance.clear();
    if (stages.length === 0) return false;
    const freezes = await this.freezes(stages.some(({ wait }) => wait?.kind === 'freeze'));
    for (const stage of stages) applyFreezes(run, stage, freezes);
    return true;
  }

  private async freezes(fresh: boolean): Promise<readonly Freeze[]> {
    return (await this.around.freezes?.inForce(fresh)) ?? [];
  }

  /** Asks for the locks of stages about to begin, whose rows have to be there first. */
  private async takeLocks(): Promise<void> {
    const { run } = this;
    if (run.dirty) await this.commit(null);
    const { causedBy } = run.execution.trigger;
    const heirOf = isJsonObject(causedBy) && typeof causedBy['stageId'] === 'string' ? causedBy['stageId'] : null;
    for (const [stageId, keys] of [...run.wantedLocks]) {
      run.wantedLocks.delete(stageId);
      const ask = { executionId: this.executionId, stageId, keys, heirOf, at: run.now() };
      const answer = await this.around.store.takeLocks(ask);
      applyLockAnswer(run, run.stage(stageId), answer);
      if (answer.verdict !== 'held') for (const other of answer.wake) await this.wake(other);
    }
  }

  /** A stage of another execution looks at once for what it waits for. */
  private async wake({ executionId, stageId }: StageRef): Promise<void> {
    const { store, queue } = this.around;
    const at = this.run.now();
    await store.signal({ executionId, stageId, kind: 'wake', body: {}, user: 'gennaker', at, onceKey: null });
    await queue.wake([{ key: driveKey(executionId), message: { type: 'DriveExecution', executionId }, at }]);
  }

  /** Fetches what expressions of stages about to start ask; the stage is looked at again with the answers. */
  private askOutside(): void {
    const { outside } = this.around;
    if (!outside) return;
    for (const [stageId, answers] of this.run.answers.open()) {
      if (this.inFlight.has(stageId)) continue;
      const flight = new Flight();
      this.inFlight.set(stageId, flight);
      void answers
        .answerAll((question) => outside.ask(question, flight.signal))
        .then(() =>
          this.mailbox.post(() => {
            this.inFlight.delete(stageId);
            this.run.push({ do: 'startStage', stageId });
          }),
        );
    }
  }

  private async begin(): Promise<void> {
    const { run } = this;
    const { execution } = run;
    if (execution.status === 'NOT_STARTED') return this.admit();
    if (execution.status !== 'RUNNING' || this.isContinued) return;
    for (const stage of run.running()) run.push({ do: 'continueStage', stageId: stage.id });
    run.push({ do: 'startExecution' });
    run.push({ do: 'completeExecution' });
  }

  /** A restart put an ended execution back to NOT_STARTED: it goes through admission like any other. */
  private async reopenIfAsked(): Promise<void> {
    const { execution } = this.run;
    if (execution.canceled || (execution.wait !== null && !this.isWoken)) return;
    await this.admit();
    this.settle();
  }

  /** Starts the execution, at once or when its pipeline's limit has room. */
  private async admit(): Promise<void> {
    const { run } = this;
    const { execution } = run;
    if (execution.canceled) return endExecution(run, 'CANCELED');
    const now = run.now();
    if (execution.startTimeExpiry !== null && execution.startTimeExpiry < now) {
      const cancellationReason = 'Its latest start time has passed';
      run.record({
        type: 'execution.cancelRequested',
        data: { canceled: true, canceledBy: 'gennaker', cancellationReason },
      });
      return endExecution(run, 'CANCELED');
    }
    if (await this.isHeldByFreeze()) return;
    const rule = admissionRule(execution);
    if (rule && run.dirty) await this.commit(null);
    const waited = execution.wait;
    run.record({ type: 'execution.started', data: { status: 'RUNNING', startTime: now, wait: null } });
    if (rule) {
      const commit = run.take(null);
      const admission = await this.around.store.commitStart(commit, rule);
      if (admission.verdict === 'lost') throw new LeaseLost(execution.id);
      if (admission.verdict === 'wait') {
        Object.assign(execution, { sequence: commit.sequence, status: 'NOT_STARTED', startTime: null, wait: waited });
        const reason = `${admission.behind} to end (${admission.ahead} ahead of it)`;
        run.record({
          type: 'execution.queued',
          data: { wait: { kind: 'queue', reason, since: waited?.since ?? now } },
        });
        return;
      }
      this.tell(commit);
    }
    run.push({ do: 'startExecution' });
  }

  /** Writes down what it waits for; true while a freeze keeps it from starting. */
  private async isHeldByFreeze(): Promise<boolean> {
    const { run } = this;
    const { execution } = run;
    this.isWoken = false;
    this.looksAgainAt = null;
    const freezes = await this.freezes(execution.wait?.kind === 'freeze');
    const freeze = freezeOnStart(execution, run.around.registry, freezes, run.now());
    if (!freeze) return false;
    const { wait, lookAgainAt } = waitFor(freeze, execution.wait, run.now());
    this.looksAgainAt = lookAgainAt;
    run.record({ type: 'execution.queued', data: { wait } });
    return true;
  }

  private takeSignals(): void {
    for (const signal of this.signals) {
      if (signal.kind === 'wake' && signal.stageId === null) this.isWoken = true;
      const stageId = applySignal(this.run, signal);
      if (stageId !== null) this.nudged.add(stageId);
      if (signal.kind === 'cancel') this.abort();
    }
    this.signals = [];
  }

  private async readSignals(): Promise<void> {
    const news = await this.around.store.signals(this.run.lease);
    if (!news) throw new LeaseLost(this.executionId);
    this.run.signalCount = news.signalCount;
    this.signals = news.signals;
    this.takeSignals();
  }

  private async commit(release: { dueAt: number | null } | null): Promise<'done' | 'signaled'> {
    const commit = this.run.take(release);
    const outcome = await this.around.store.commit(commit);
    if (outcome === 'lost') throw new LeaseLost(this.executionId);
    this.tell(commit);
    if (commit.dues.length > 0) await this.around.queue.wake(commit.dues);
    return outcome;
  }

  private tell(commit: Commit): void {
    if (commit.events.length > 0) this.around.listener.committed(commit);
  }

  /** Commits what is left and gives the execution back; false when a signal came before that. */
  private async release(): Promise<boolean> {
    const dueAt = this.nextDue();
    if ((await this.commit({ dueAt })) === 'signaled') {
      await this.readSignals();
      return false;
    }
    if (dueAt !== null) await this.around.queue.wake([this.run.ownDue(dueAt)]);
    return true;
  }

  private nextDue(): number | null {
    const { execution } = this.run;
    if (execution.status === 'NOT_STARTED') {
      const times = [execution.startTimeExpiry, this.looksAgainAt].filter((at) => at !== null);
      return times.length === 0 ? null : Math.min(...times);
    }
    if (execution.status !== 'RUNNING') return null;
    const dues = this.run.running().flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]));
    return dues.length === 0 ? null : dues.reduce((a, b) => Math.min(a, b));
  }

  /** Stages with a task (or a cancel hook) that can run a round now. */
  private readyStages(): Stage[] {
    if (this.run.execution.status !== 'RUNNING') return [];
    const now = this.run.now();
    return this.run.running().filter((stage) => {
      if (this.inFlight.has(stage.id)) return false;
      if (stage.endsAs !== null) return this.hookDue(stage);
      return currentTask(stage)?.status === 'RUNNING' && (stage.dueAt === null || stage.dueAt <= now);
    });
  }

  /** The hook comes after clean-up stages, whether the stage was canceled or has failed. */
  private hookDue(stage: Stage): boolean {
    const children = this.run.children(stage.id);
    return (
      (stage.endsAs === 'CANCELED' || this.run.executor(stage)?.execution.onCancel !== undefined) &&
      (stage.dueAt === null || stage.dueAt <= this.run.now()) &&
      children.every((child) => isComplete(child.status) || child.status === 'NOT_STARTED')
    );
  }

  /** Begins the next round of the stage's task; answers a promise only for one that is over at once. */
  private startRound(stage: Stage): Promise<void> | void {
    const executor = this.run.executor(stage);
    if (stage.status !== 'RUNNING') return;
    if (stage.endsAs !== null) return this.startHook(stage, executor);
    const task = currentTask(stage);
    if (!task) return;
    const definition = executor?.execution.tasks.find((candidate) => candidate.name === task.name) as
      | TaskDefinition<unknown, never>
      | undefined;
    if (!executor || !definition) {
      return failTask(this.run, stage, task.id, {
        code: 'engine.unknown-stage-type',
        message: `Task "${task.name}" of stage "${stage.name}" is not known to this version of the program.`,
        advice: 'Restart the stage.',
      });
    }
    retryExpressions(this.run, stage, executor.definition);
    const context = parsedContext(stage, executor);
    const deadline = deadlineOf(this.run, stage, task, definition, context);
    if (stage.wait !== null && this.run.now() >= deadline) return timeOut(this.run, stage, task, deadline);
    return this.launch(stage, task, context, definition, deadline);
  }

  private launch(
    stage: Stage,
    task: Task,
    context: unknown,
    definition: TaskDefinition<unknown, never>,
    deadline: number,
  ): Promise<void> | void {
    const flight = new Flight();
    const facts = { name: task.name, id: task.id, startTime: task.startTime ?? this.run.now() };
    const view = taskRun(this.run, stage, facts, context, this.around.ports, this.door(stage, task.id), flight);
    this.nudged.delete(stage.id);
    const finish = (result: Awaited<ReturnType<typeof playRound>>): void =>
      applyRound(this.run, {
        stage,
        task,
        deadline,
        result,
        lookAgain: this.nudged.has(stage.id),
        aborted: flight.aborted,
      });
    if (definition.instant) return playRound(() => definition.run(view as never)).then(finish);
    this.inFlight.set(stage.id, flight);
    void playRound(() => definition.run(view as never)).then((result) =>
      this.mailbox.post(() => this.land(stage, () => finish(result))),
    );
  }

  private land(stage: Stage, finish: () => void): void {
    this.inFlight.delete(stage.id);
    finish();
  }

  private startHook(stage: Stage, executor: StageExecutor | null): void {
    const hook = executor?.execution.onCancel;
    if (!executor || !hook) return this.endHook(stage, null);
    const flight = new Flight();
    this.inFlight.set(stage.id, flight);
    const taskId = (stage.tasks.find((task) => task.status === 'RUNNING') ?? stage.tasks.at(-1))?.id ?? '0';
    const facts = { name: 'cancel', id: taskId, startTime: this.run.now() };
    const view = taskRun(
      this.run,
      stage,
      facts,
      parsedContext(stage, executor),
      this.around.ports,
      this.door(stage, taskId),
      flight,
    );
    const played = playRound(async () => {
      await hook(view as never);
      return { kind: 'done', status: 'CANCELED' };
    });
    void played.then((result) =>
      this.mailbox.post(() => this.land(stage, () => this.hookPlayed(stage, taskId, result))),
    );
  }

  /** A hook that met an outage runs again; one that cannot succeed is noted, and the stage ends all the same. */
  private hookPlayed(stage: Stage, taskId: string, result: Awaited<ReturnType<typeof playRound>>): void {
    if (result.kind !== 'threw') return this.endHook(stage, null);
    const tries = Number(this.run.memory(stage.id, taskId)['$hookTries'] ?? 0) + 1;
    if (!result.outage || tries >= HOOK_TRIES) return this.endHook(stage, result.failure.message);
    this.run.remember(stage.id, taskId, { $hookTries: tries });
    const until = this.run.now() + HOOK_PAUSE_MS * tries;
    const wait = {
      kind: 'retry',
      reason: `letting go of what it holds: ${result.failure.message}`,
      since: this.run.now(),
      until,
    } as const;
    this.run.record({ type: 'stage.waiting', stageId: stage.id, data: { wait, dueAt: until } });
  }

  private endHook(stage: Stage, problem: string | null): void {
    if (problem !== null) {
      this.around.logger.warn('cancel hook failed', { execution: this.executionId, stage: stage.name, problem });
      this.run.record({
        type: 'stage.updated',
        stageId: stage.id,
        data: { contextPatch: { cancelHookFailed: problem } },
      });
    }
    const endsAs = stage.endsAs ?? 'CANCELED';
    endStage(this.run, stage, endsAs);
    if (endsAs === 'CANCELED' && stage.parentStageId !== null)
      this.run.push({ do: 'cancelStage', stageId: stage.parentStageId });
    this.run.push({ do: 'completeExecution' });
  }

  private door(stage: Stage, taskId: string): TaskDoor {
    const durable = (write: () => void): Promise<void> =>
      new Promise((resolve, reject) => {
        this.mailbox.post(async () => {
          write();
          await this.commit(null).then(
            () => resolve(),
            (error) => {
              reject(error);
              throw error;
            },
          );
        }, reject);
      });
    return {
      remember: (facts) => durable(() => this.run.remember(stage.id, taskId, facts)),
      intend: (key, entry) => durable(() => intend(this.run, stage.id, taskId, key, entry)),
      outcome: (key, entry, state) => this.mailbox.post(() => settle(this.run, stage.id, taskId, key, entry, state)),
    };
  }
}
