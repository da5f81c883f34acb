import type { Ports } from '@gennaker/catalog/kit';
import {
  type Actor,
  describeFreeze,
  type Execution,
  isComplete,
  isJsonObject,
  type JsonObject,
  type Stage,
} from '@gennaker/pipeline-dsl';
import { decideSignal } from './decide-signal.ts';
import { Drive, LeaseLost } from './drive.ts';
import { freezeOnStart } from './freezes.ts';
import { createOnce, prepareLaunch, type StartCommand, type Started, startupFailure } from './launch.ts';
import type { LaunchProblem } from './launch-inputs.ts';
import { driveKey, type Message, THAW_KEY, tellParentKey } from './messages.ts';
import type {
  Asker,
  Clock,
  CommitListener,
  EngineLogger,
  ExecutionStore,
  Freezes,
  Ids,
  NewestFilter,
  NewSignal,
  OutsideWorld,
  ResolveDefinition,
  SignalKind,
  StageRegistry,
  WorkQueue,
} from './ports.ts';
import { Refusal } from './refusal.ts';

/** Wake-ups taken from the rows at one look. */
const LOOK_LIMIT = 100;

export interface EngineOptions {
  readonly store: ExecutionStore;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly registry: StageRegistry;
  readonly ports: Ports;
  readonly listener: CommitListener;
  readonly logger: EngineLogger;
  /** Name of this process in leases. */
  readonly workerId: string;
  /** IANA zone of execution windows that name none. */
  readonly windowTimeZone: string;
  /** Answers expressions that ask the world; without it they fail. */
  readonly outside?: OutsideWorld | undefined;
  /** Times in which nothing is changed; without them nothing is ever frozen. */
  readonly freezes?: Freezes | undefined;
  /** Takes the hourly round, if it is due and nobody else has it. */
  readonly keepHouse?: (() => Promise<void>) | undefined;
  /** Makes definitions that stand for others what they stand for; without it they run as they are. */
  readonly resolveDefinition?: ResolveDefinition | undefined;
  /**
   * How many executions it keeps at hand after giving them back, to go on without reading them anew where the store
   * allows that. Default 0: memory is for executions at work.
   */
  readonly keptAtHand?: number | undefined;
}

/**
 * Starts executions and steers them. Every request becomes a row first; workers act on rows. Knows no stage type, no
 * framework and no driver.
 */
export class Engine {
  private readonly options: EngineOptions;
  private readonly drives = new Map<string, Drive>();
  /** Executions being claimed; true when a further message came meanwhile. */
  private readonly claiming = new Map<string, boolean>();
  /** Executions given back, the one not needed for longest first. */
  private readonly atHand = new Map<string, Drive>();
  private stopping = false;

  constructor(options: EngineOptions) {
    this.options = options;
  }

  /**
   * Stores the execution and makes it due; one that must not start is stored as failed. A correlation key in use
   * answers the execution that has it. Throws `Refusal` (409) when a freeze holds what shall not wait for its end.
   */
  async start(command: StartCommand): Promise<Started> {
    const { store, clock, queue } = this.options;
    const { prepared, problems } = await prepareLaunch(command, this.options);
    if (command.onFreeze === 'refuse' && problems.length === 0) await this.refuseFrozen(prepared.execution);
    const stored = await createOnce(prepared, this.options, command.correlationKeptMs);
    if (!stored.created) {
      const earlier = await store.read(stored.id);
      return { ...stored, failure: earlier && startupFailure(earlier), problems: [] };
    }
    const failure = startupFailure(prepared.execution);
    if (failure === null) {
      await queue.wake([
        { key: driveKey(stored.id), message: { type: 'DriveExecution', executionId: stored.id }, at: clock.now() },
      ]);
    }
    return { ...stored, failure, problems };
  }

  /** What `start` would run: the definition with its trigger completed, and why it would be refused. Stores nothing. */
  async plan(command: StartCommand): Promise<{ config: JsonObject; problems: readonly LaunchProblem[] }> {
    const { prepared, problems } = await prepareLaunch(command, this.options);
    const { initialConfig, trigger } = prepared.execution;
    return { config: { ...initialConfig, trigger }, problems };
  }

  async cancel(executionId: string, user: string, reason: string | null): Promise<void> {
    const execution = await this.need(executionId);
    if (isComplete(execution.status)) return;
    await this.send(executionId, null, 'cancel', { reason }, user);
  }

  async pause(executionId: string, user: string): Promise<void> {
    const execution = await this.need(executionId);
    if (execution.status !== 'RUNNING')
      throw new Refusal(
        409,
        'execution.not-running',
        `Only a running execution can be paused; this one is ${execution.status}.`,
      );
    await this.send(executionId, null, 'pause', {}, user);
  }

  async resume(executionId: string, user: string): Promise<void> {
    const execution = await this.need(executionId);
    if (execution.status !== 'PAUSED')
      throw new Refusal(
        409,
        'execution.not-paused',
        `Only a paused execution can be resumed; this one is ${execution.status}.`,
      );
    await this.send(executionId, null, 'resume', {}, user);
  }

  async restartStage(executionId: string, stageId: string, user: string): Promise<void> {
    const { execution, stage } = await this.needStage(executionId, stageId);
    const refused = startupFailure(execution);
    if (refused !== null) {
      throw new Refusal(
        409,
        'execution.never-started',
        `This execution never started (${refused}). Start the pipeline again with what was missing.`,
      );
    }
    let top = stage;
    while (top.parentStageId !== null) top = execution.stages.find((candidate) => candidate.id === top.parentStageId)!;
    if (!isComplete(top.status) && top.status !== 'NOT_STARTED') {
      throw new Refusal(
        409,
        'stage.running',
        `Stage "${top.name}" is ${top.status}; it can be restarted when it has ended.`,
      );
    }
    await this.send(executionId, stageId, 'restart', {}, user);
  }

  async ignoreStage(executionId: string, stageId: string, user: string, reason: string): Promise<void> {
    const { stage } = await this.needStage(executionId, stageId);
    if (stage.parentStageId !== null || (stage.status !== 'TERMINAL' && stage.status !== 'STOPPED')) {
      throw new Refusal(
        409,
        'stage.not-failed',
        `Only a failed top-level stage can be ignored; "${stage.name}" is ${stage.status}.`,
      );
    }
    await this.send(executionId, stageId, 'ignore', { reason }, user);
  }

  /**
   * Patches a stage: a signal its type understands is decided at once and may be refused; `manualSkip` skips a stage
   * that allows it; other keys are stored in its context.
   */
  async patchStage(executionId: string, stageId: string, body: JsonObject, actor: Actor): Promise<void> {
    const { execution, stage } = await this.needStage(executionId, stageId);
    if (body['manualSkip'] === true) return this.skipStage(execution, stage, body, actor);
    const definition = this.options.registry.executor(stage.type)?.definition;
    const verdict = definition && decideSignal(definition, stage, execution, body, actor);
    const context = verdict?.accept ?? body;
    const onceKey = verdict?.once ? `${verdict.once}.${stageId}.${stage.attempt}` : null;
    if (!(await this.send(executionId, stageId, 'patch', { context }, actor.user, onceKey))) {
      throw new Refusal(
        409,
        'stage.already-decided',
        `Stage "${stage.name}" has been decided by someone else already.`,
      );
    }
  }

  /** Wakes a stage that waits for something which has happened now. */
  async wakeStage(executionId: string, stageId: string): Promise<void> {
    await this.send(executionId, stageId, 'wake', {}, 'gennaker');
  }

  /** The newest execution of a pipeline that was not refused before it started; null when there is none. */
  async newest(pipelineConfigId: string, filter?: NewestFilter): Promise<Execution | null> {
    return this.options.store.newestLaunched(pipelineConfigId, filter);
  }

  async read(executionId: string): Promise<Execution | null> {
    return this.options.store.read(executionId);
  }

  /** Acts on one message. A message may come twice, late, or for something long done. */
  async handle(message: Message): Promise<void> {
    switch (message.type) {
      case 'DriveExecution':
        return this.drive(message.executionId);
      case 'AdmitNext':
        return this.admitNext(message.pipelineConfigId);
      case 'TellParent':
        return this.tellParent(message.executionId, message.parentExecutionId, message.parentStageId);
      case 'FreeLocks':
        return this.freeLocks(message.stageId);
      case 'Thaw':
        return this.thaw();
      case 'KeepHouse':
        return this.options.keepHouse?.();
      case 'LookForWork':
        return this.lookForWork();
    }
  }

  /** Executions this worker holds, and the signals it has seen of each. */
  held(): ReadonlyMap<string, number> {
    return new Map([...this.drives].map(([id, drive]) => [id, drive.signalCount]));
  }

  /** This worker, and what it works on or is about to. */
  asker(): Asker {
    return { workerId: this.options.workerId, held: [...this.drives.keys(), ...this.claiming.keys()] };
  }

  /** Tells held executions that more signals exist than they have seen. */
  signalsWaiting(counts: ReadonlyMap<string, number>): void {
    for (const [id, count] of counts) {
      const drive = this.drives.get(id);
      if (drive && count > drive.signalCount) drive.nudge();
    }
  }

  /** Ends what is in flight, for a worker that stops; rows bring the executions back elsewhere. */
  abort(): void {
    this.stopping = true;
    for (const drive of this.drives.values()) drive.abort();
  }

  private async refuseFrozen(execution: Execution): Promise<void> {
    const { freezes, registry, clock } = this.options;
    const inForce = (await freezes?.inForce(true)) ?? [];
    const freeze = freezeOnStart(execution, registry, inForce, clock.now());
    if (!freeze) return;
    throw new Refusal(
      409,
      'freezes.frozen',
      `Not started: ${describeFreeze(freeze)}. In an emergency give a reason in overrideFreeze.`,
    );
  }

  private async drive(executionId: string): Promise<void> {
    if (this.stopping) return;
    const held = this.drives.get(executionId);
    if (held) return held.nudge();
    if (this.claiming.has(executionId)) {
      this.claiming.set(executionId, true);
      return;
    }
    const drive = await this.claim(executionId);
    if (!drive) return;
    try {
      await drive.toWait();
      if (!drive.isOver) this.keep(drive);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      this.options.logger.info('lost an execution to another worker', { execution: executionId });
    } finally {
      this.drives.delete(executionId);
    }
  }

  private async claim(executionId: string): Promise<Drive | null> {
    this.claiming.set(executionId, false);
    try {
      const drive = (await this.takeUp(executionId)) ?? (await this.pickUp(executionId));
      if (!drive) return null;
      this.drives.set(executionId, drive);
      if (this.claiming.get(executionId)) drive.nudge();
      return drive;
    } finally {
      this.claiming.delete(executionId);
    }
  }

  private async pickUp(executionId: string): Promise<Drive | null> {
    const claimed = await this.options.store.claim(executionId, this.options.workerId);
    return claimed && new Drive(claimed, this.options);
  }

  /** Goes on with what is still at hand, if nobody has held the execution since. */
  private async takeUp(executionId: string): Promise<Drive | null> {
    const drive = this.atHand.get(executionId);
    if (!drive) return null;
    this.atHand.delete(executionId);
    const again = await this.options.store.claimAgain?.(drive.lease, this.options.workerId);
    if (!again) return null;
    drive.takeUp(again);
    return drive;
  }

  private keep(drive: Drive): void {
    const { keptAtHand = 0, store } = this.options;
    if (keptAtHand === 0 || !store.claimAgain) return;
    this.atHand.set(drive.executionId, drive);
    for (const id of [...this.atHand.keys()].slice(0, -keptAtHand)) this.atHand.delete(id);
  }

  private async lookForWork(): Promise<void> {
    const { store, clock, queue } = this.options;
    if (!this.stopping) await queue.wake(await store.overdue(clock.now(), LOOK_LIMIT, this.asker()));
  }

  private async admitNext(pipelineConfigId: string): Promise<void> {
    const { store, clock, queue } = this.options;
    const admitted = await store.admitNext(pipelineConfigId, clock.now());
    await queue.wake([...admitted.next, ...admitted.superseded].map((id) => this.dueNow(id)));
  }

  private async freeLocks(stageId: string): Promise<void> {
    for (const next of await this.options.store.freeLocks(stageId))
      await this.send(next.executionId, next.stageId, 'wake', {}, 'gennaker');
  }

  /** Whatever a freeze holds looks again; what another one still holds goes on waiting. */
  private async thaw(): Promise<void> {
    const { store, clock } = this.options;
    const asked = clock.now();
    for (const { executionId, stageId } of await store.frozen())
      await this.send(executionId, stageId, 'wake', {}, 'gennaker');
    await store.removeDue(THAW_KEY, asked);
  }

  private async tellParent(executionId: string, parentExecutionId: string, parentStageId: string): Promise<void> {
    const { store, clock } = this.options;
    const child = await store.read(executionId);
    const parent = await store.read(parentExecutionId);
    const again = child && parent && this.watchAgain(child, parent, parentStageId);
    if (again) await this.send(parentExecutionId, parentStageId, 'restart', { context: again }, restarter(child));
    else {
      const onceKey = `child.${executionId}.${child?.sequence ?? 0}`;
      await this.send(parentExecutionId, parentStageId, 'wake', {}, 'gennaker', onceKey);
    }
    await store.removeDue(tellParentKey(executionId), clock.now());
  }

  /** What to tell the stage of an ended parent whose child went on after that stage's end; null when nothing. */
  private watchAgain(child: Execution, parent: Execution, stageId: string): JsonObject | null {
    const stage = parent.stages.find((candidate) => candidate.id === stageId);
    if (!stage || !isComplete(parent.status) || !isComplete(stage.status)) return null;
    const wentOn = !isComplete(child.status) || (child.startTime !== null && child.startTime > (stage.endTime ?? 0));
    if (!wentOn) return null;
    const definition = this.options.registry.executor(stage.type)?.definition;
    return definition?.watchAgain?.({ executionId: child.id, name: child.name }, stage.context) ?? null;
  }

  private async skipStage(execution: Execution, stage: Stage, body: JsonObject, actor: Actor): Promise<void> {
    if (stage.status !== 'RUNNING' || stage.context['canManuallySkip'] !== true) {
      throw new Refusal(
        405,
        'stage.not-skippable',
        `Stage "${stage.name}" is ${stage.status} and cannot be skipped by hand.`,
      );
    }
    await this.send(execution.id, stage.id, 'skip', { reason: body['reason'] ?? null }, actor.user);
  }

  private dueNow(executionId: string) {
    return {
      key: driveKey(executionId),
      message: { type: 'DriveExecution', executionId } as const,
      at: this.options.clock.now(),
    };
  }

  /** False when the once-key was used before. */
  private async send(
    executionId: string,
    stageId: string | null,
    kind: SignalKind,
    body: JsonObject,
    user: string,
    onceKey: string | null = null,
  ): Promise<boolean> {
    const { store, clock, queue } = this.options;
    const signal: NewSignal = { executionId, stageId, kind, body, user, at: clock.now(), onceKey };
    if (!(await store.signal(signal))) return false;
    const held = this.drives.get(executionId);
    if (held) held.nudge();
    else await queue.wake([this.dueNow(executionId)]);
    return true;
  }

  private async need(executionId: string): Promise<Execution> {
    const execution = await this.options.store.read(executionId);
    if (!execution) throw new Refusal(404, 'execution.not-found', `There is no execution ${executionId}.`);
    return execution;
  }

  private async needStage(executionId: string, stageId: string): Promise<{ execution: Execution; stage: Stage }> {
    const execution = await this.need(executionId);
    const stage = execution.stages.find((candidate) => candidate.id === stageId);
    if (!stage) throw new Refusal(404, 'stage.not-found', `Execution ${executionId} has no stage ${stageId}.`);
    return { execution, stage };
  }
}

/** Who restarted the execution last. */
function restarter(execution: Execution): string {
  const details = execution.stages.flatMap(({ context }) =>
    isJsonObject(context['restartDetails']) ? [context['restartDetails']] : [],
  );
  const last = details.toSorted((a, b) => Number(b['restartTime']) - Number(a['restartTime']))[0];
  return typeof last?.['restartedBy'] === 'string' ? last['restartedBy'] : 'gennaker';
}
