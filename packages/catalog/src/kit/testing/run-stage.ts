import { type Failure, FailureError, type JsonObject, type Stage, type Status } from '@gennaker/pipeline-dsl';
import type { ExecutionFacts, LedgerEntry, PlanView, StageExecutor, TaskDefinition, TaskRun } from '../executor.ts';
import { LostAnswer } from '../in-memory/trouble.ts';
import { createWorld, type World } from '../in-memory/world.ts';
import type { PortName } from '../ports/index.ts';
import type { TaskResult } from '../results.ts';
import type { SyntheticStage } from '../synthetic.ts';

export interface RunStageOptions {
  readonly context?: JsonObject;
  readonly world?: World;
  readonly execution?: Partial<ExecutionFacts>;
  /** Other stages of the execution. */
  readonly stages?: readonly Stage[];
  /** refIds of the stages it requires. */
  readonly requires?: readonly string[];
  /** Outputs of the stages before, nearest first. */
  readonly ancestors?: readonly JsonObject[];
  readonly id?: string;
  readonly attempt?: number;
  /** Given: the stages it plans are run too, each through its executor. */
  readonly executors?: Readonly<Record<string, StageExecutor>>;
  /** Context patches by the ms after the start at which they arrive, as a signal brings them. */
  readonly signals?: ReadonlyArray<{ readonly afterMs: number; readonly patch: JsonObject }>;
  /** Canceled this long after the start, in whatever it or a stage it planned does then. */
  readonly cancelAfterMs?: number;
  /** Is the stage that planned this one canceled? */
  readonly isCanceled?: () => boolean;
  /** Id of the stage that planned it. */
  readonly parentStageId?: string;
}

export interface StageRun {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** RUNNING when it waits for something that never came. */
  status: Status;
  context: JsonObject;
  outputs: JsonObject;
  failure: Failure | null;
  readonly tasks: Array<{ readonly name: string; status: Status; rounds: number }>;
  /** Reasons it waited for, in order, without repeats. */
  readonly waits: string[];
  readonly ledger: Array<LedgerEntry & { state: 'intended' | 'done' | 'absent' }>;
  before: readonly SyntheticStage[];
  after: readonly SyntheticStage[];
  onFailure: readonly SyntheticStage[];
  readonly children: StageRun[];
  /** The moment it ended. */
  endTime: number;
}

const MOST_ROUNDS = 20_000;
const MOST_OUTAGES = 20;

/** Plays one stage with virtual time against a world in memory, as the engine would: rounds, repeats, clean-up. */
export async function runStage(executor: StageExecutor, options: RunStageOptions = {}): Promise<StageRun> {
  return new Player(executor, options).play();
}

type AnyTask = TaskDefinition<unknown, PortName>;
type Outcome = Extract<TaskResult, { kind: 'done' | 'failed' }> | 'waiting' | 'canceled';

class Player {
  private readonly executor: StageExecutor;
  private readonly options: RunStageOptions;
  private readonly world: World;
  private readonly run: StageRun;
  private readonly startTime: number;
  private memory: JsonObject = {};
  private canceled = false;

  constructor(executor: StageExecutor, options: RunStageOptions) {
    this.executor = executor;
    this.options = options;
    this.world = options.world ?? createWorld();
    this.startTime = this.world.clock.now();
    this.run = {
      id: options.id ?? 'stage-1',
      type: executor.definition.type,
      name: String(options.context?.['name'] ?? executor.definition.label),
      status: 'RUNNING',
      context: { ...options.context },
      outputs: {},
      failure: null,
      tasks: [],
      waits: [],
      ledger: [],
      before: [],
      after: [],
      onFailure: [],
      children: [],
      endTime: this.startTime,
    };
  }

  async play(): Promise<StageRun> {
    const { run, options } = this;
    for (const signal of options.signals ?? [])
      this.world.clock.in(signal.afterMs, () => {
        run.context = { ...run.context, ...signal.patch };
      });
    if (options.cancelAfterMs !== undefined)
      this.world.clock.in(options.cancelAfterMs, () => {
        this.canceled = true;
      });
    await this.playAll();
    run.endTime = this.world.clock.now();
    return run;
  }

  private async playAll(): Promise<void> {
    const { run } = this;
    const { execution } = this.executor;
    try {
      run.before = execution.before?.(this.view()) ?? [];
      if (!(await this.playChildren(run.before))) return await this.childEnded();
      for (const task of this.tasks()) {
        const outcome = await this.playTask(task);
        if (outcome === 'waiting') return;
        if (outcome === 'canceled') return await this.cancel();
        if (outcome.kind === 'failed') return await this.fail(outcome.failure);
        if (outcome.status === 'CANCELED' || outcome.status === 'STOPPED') {
          run.status = outcome.status;
          return;
        }
      }
      run.after = execution.after?.(this.view()) ?? [];
      if (!(await this.playChildren(run.after))) return await this.childEnded();
      run.status =
        run.tasks.length > 0 && run.tasks.every((task) => task.status === 'SKIPPED') ? 'SKIPPED' : 'SUCCEEDED';
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      await this.fail(error.failure);
    }
  }

  private tasks(): readonly AnyTask[] {
    const { execution } = this.executor;
    const names = execution.choose?.(this.view());
    if (!names) return execution.tasks;
    return names.map((name) => {
      const task = execution.tasks.find((candidate) => candidate.name === name);
      if (!task) throw new Error(`${this.run.type} chose task "${name}", which it does not have`);
      return task;
    });
  }

  /** A stage it planned did not succeed: it fails, or is canceled with it. */
  private childEnded(): Promise<void> {
    return this.isCanceled() ? this.cancel() : this.fail();
  }

  private isCanceled(): boolean {
    return this.canceled || this.options.isCanceled?.() === true;
  }

  /** Runs planned stages in an order that their requirements allow. False when one did not succeed. */
  private async playChildren(planned: readonly SyntheticStage[]): Promise<boolean> {
    const { executors } = this.options;
    if (!executors) return true;
    for (const stage of planned) {
      if (this.isCanceled()) return false;
      const executor = executors[stage.type];
      if (!executor) throw new Error(`${this.run.type} plans stage type "${stage.type}", which does not exist`);
      const child = await runStage(executor, {
        ...this.options,
        signals: [],
        cancelAfterMs: undefined,
        isCanceled: () => this.isCanceled(),
        world: this.world,
        id: `${this.run.id}/${stage.key}-${this.run.children.length}`,
        parentStageId: this.run.id,
        context: { ...stage.context, name: stage.name },
        stages: [...(this.options.stages ?? []), this.asStage()],
        ancestors: [...this.outputsOfChildren(), this.run.outputs, ...(this.options.ancestors ?? [])],
      });
      this.run.children.push(child);
      this.run.ledger.push(...child.ledger);
      if (child.status === 'RUNNING') throw new Error(`${child.name} waits for ever: ${child.waits.at(-1)}`);
      if (child.status === 'TERMINAL' && goesOnAfterFailure(stage.context)) child.status = 'FAILED_CONTINUE';
      else if (child.status !== 'SUCCEEDED' && child.status !== 'SKIPPED') {
        this.run.failure ??= child.failure;
        return false;
      }
    }
    return true;
  }

  /** What stages that it planned have published so far, theirs included, the latest first. */
  private outputsOfChildren(): readonly JsonObject[] {
    const of = (child: StageRun): readonly JsonObject[] => [child.outputs, ...child.children.flatMap(of)];
    return this.run.children.flatMap(of).reverse();
  }

  private async fail(failure: Failure | null = this.run.failure): Promise<void> {
    this.run.failure = failure;
    this.run.onFailure = this.executor.execution.onFailure?.(this.view()) ?? [];
    await this.playChildren(this.run.onFailure);
    await this.letGo();
    this.run.status = 'TERMINAL';
  }

  private async cancel(): Promise<void> {
    await this.letGo();
    this.run.status = 'CANCELED';
  }

  /** The cancel hook is tried again like any task when an answer gets lost. */
  private async letGo(): Promise<void> {
    for (let tries = 0; tries <= MOST_OUTAGES; tries++) {
      try {
        await this.executor.execution.onCancel?.(this.taskRun({ name: 'cancel', startTime: this.world.clock.now() }));
        return;
      } catch (error) {
        if (!(error instanceof LostAnswer)) throw error;
        this.world.clock.advance(1_000);
      }
    }
  }

  private async playTask(task: AnyTask): Promise<Outcome> {
    const { clock } = this.world;
    const record = { name: task.name, status: 'RUNNING' as Status, rounds: 0 };
    this.run.tasks.push(record);
    this.memory = {};
    const startTime = clock.now();
    let outages = 0;
    while (record.rounds < MOST_ROUNDS) {
      if (this.isCanceled()) return 'canceled';
      if (clock.now() - startTime > this.limitOf(task)) return { kind: 'failed', failure: timedOut(task.name) };
      record.rounds++;
      const result = await this.round(task, startTime);
      if (result === 'outage') {
        if (++outages > MOST_OUTAGES) throw new Error(`${task.name} met ${outages} outages in a row`);
        clock.advance(1_000);
        continue;
      }
      this.write(result);
      if (result.kind === 'done') record.status = result.status;
      if (result.kind === 'failed') record.status = 'TERMINAL';
      if (result.kind === 'done' || result.kind === 'failed') return result;
      if (!this.sleep(result)) return 'waiting';
    }
    throw new Error(`${task.name} did not end in ${MOST_ROUNDS} rounds`);
  }

  private limitOf(task: AnyTask): number {
    const own = Number(this.run.context['stageTimeoutMs']);
    if (own > 0) return own;
    const limit = task.timeoutMs ?? 7_200_000;
    return typeof limit === 'function' ? limit(this.parsed()) : limit;
  }

  private async round(task: AnyTask, startTime: number): Promise<TaskResult | 'outage'> {
    try {
      return await task.run(this.taskRun({ name: task.name, startTime }));
    } catch (error) {
      if (error instanceof FailureError) return { kind: 'failed', failure: error.failure };
      if (error instanceof LostAnswer) return 'outage';
      throw error;
    }
  }

  /** Moves time to the next round. False when nothing would ever wake it. */
  private sleep(result: TaskResult): boolean {
    if (result.kind === 'again' && this.run.waits.at(-1) !== result.wait.reason)
      this.run.waits.push(result.wait.reason);
    const own = result.kind === 'again' ? result.afterMs : undefined;
    const next = this.world.clock.untilNext();
    const ms = own === undefined ? next : next === null ? own : Math.min(own, next);
    if (ms === null) return false;
    this.world.clock.advance(Math.max(1, ms));
    return true;
  }

  private write(result: TaskResult): void {
    this.run.context = { ...this.run.context, ...result.context };
    this.run.outputs = { ...this.run.outputs, ...result.outputs };
  }

  private parsed(): unknown {
    return this.executor.definition.context.parse(this.run.context);
  }

  private view(): PlanView<unknown> {
    const { run, options, world } = this;
    const lists = (): readonly JsonObject[] => [run.context, ...(options.ancestors ?? [])];
    return {
      context: this.parsed(),
      outputs: run.outputs,
      stage: {
        id: run.id,
        refId: '1',
        type: run.type,
        name: run.name,
        attempt: options.attempt ?? 1,
        startTime: this.startTime,
        parentStageId: options.parentStageId ?? null,
      },
      execution: {
        id: 'execution-1',
        application: 'demo',
        name: 'Deploy demo',
        pipelineConfigId: 'config-1',
        trigger: { type: 'manual', user: 'ann' },
        user: 'ann',
        ...options.execution,
      },
      lookup: (key) => lists().find((list) => Object.hasOwn(list, key))?.[key],
      lookupAll: (key) =>
        lists()
          .filter((list) => Object.hasOwn(list, key))
          .map((list) => list[key]),
      stages: [...(options.stages ?? []), this.asStage(), ...this.endedChildren(run)],
      now: () => world.clock.now(),
    };
  }

  private taskRun(task: { name: string; startTime: number }): TaskRun<unknown, PortName> {
    const { run, options, world } = this;
    const key = `execution-1:${run.id}:${options.attempt ?? 1}:${task.name}`;
    return {
      ...this.view(),
      ports: world,
      operation: (step) => ({ key: step ? `${key}:${step}` : key, executionId: 'execution-1', stageId: run.id }),
      task,
      memory: this.memory,
      remember: async (facts) => {
        this.memory = { ...this.memory, ...facts };
      },
      intend: async (entry) => {
        const kept = { ...entry, state: 'intended' as 'intended' | 'done' | 'absent' };
        run.ledger.push(kept);
        return (outcome) => {
          kept.state = outcome;
        };
      },
      abort: new AbortController().signal,
    };
  }

  /** The stages it planned, and theirs, as they ended. */
  private endedChildren(of: StageRun): readonly Stage[] {
    return of.children.flatMap((child) => [
      stageOf(child, { parentStageId: of.id, startTime: null, requires: [], isCanceled: false }),
      ...this.endedChildren(child),
    ]);
  }

  private asStage(): Stage {
    const { parentStageId = null, requires = [] } = this.options;
    const isCanceled = this.isCanceled();
    return {
      ...stageOf(this.run, { parentStageId, startTime: this.startTime, requires, isCanceled }),
      status: 'RUNNING',
      endTime: null,
    };
  }
}

interface Around {
  readonly parentStageId: string | null;
  readonly startTime: number | null;
  readonly requires: readonly string[];
  readonly isCanceled: boolean;
}

const stageOf = (run: StageRun, { parentStageId, startTime, requires, isCanceled }: Around): Stage => ({
  id: run.id,
  refId: '1',
  type: run.type,
  name: run.name,
  status: run.status,
  startTime,
  endTime: run.endTime,
  scheduledTime: null,
  startTimeExpiry: null,
  context: run.context,
  outputs: run.outputs,
  tasks: [],
  requisiteStageRefIds: [...requires],
  syntheticStageOwner: null,
  parentStageId,
  lastModified: null,
  attempt: 1,
  wait: null,
  endsAs: isCanceled ? 'CANCELED' : null,
  dueAt: null,
});

const goesOnAfterFailure = (context: JsonObject): boolean =>
  context['failPipeline'] === false &&
  context['continuePipeline'] === true &&
  context['allowSiblingStagesToContinueOnFailure'] === true;

const timedOut = (task: string): Failure => ({
  code: 'engine.timed-out',
  message: `Task ${task} took longer than its limit.`,
});
