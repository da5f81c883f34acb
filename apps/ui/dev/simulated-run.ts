import {
  type Execution,
  type ExecutionEvent,
  type ExecutionEventBody,
  exceptionOf,
  foldEvent,
  isComplete,
  isDoneGoOn,
  type Stage,
  type Status,
  type Task,
} from '@gennaker/pipeline-dsl';
import { scriptOf } from './stage-scripts.ts';

/** What a stage's script asks for: sleep some ms, or wait until a person or a test changes the context. */
export type Pause = number | 'signal';
export type Script = Generator<Pause, Status, void>;

interface Thread {
  readonly stageId: string;
  readonly script: Script;
  wakeAt: number | null;
}

let counter = 0;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An id that sorts by time and looks like the real ones. */
export function fakeId(now: number): string {
  let time = now;
  let head = '';
  for (let i = 0; i < 10; i++) {
    head = ALPHABET[time % 32] + head;
    time = Math.floor(time / 32);
  }
  counter += 1;
  return `${head}${counter
    .toString(32)
    .toUpperCase()
    .replace(/[ILOU]/g, 'Z')
    .padStart(16, '0')}`;
}

/** One pretended run. Time is handed in, so history is made in no time and live runs by the wall clock. */
export class SimulatedRun {
  readonly picture: Execution;
  readonly events: ExecutionEvent[] = [];
  readonly listeners = new Set<(event: ExecutionEvent) => void>();
  now: number;
  private readonly threads = new Map<string, Thread>();

  constructor(picture: Execution, now: number) {
    this.picture = picture;
    this.now = now;
  }

  emit(body: ExecutionEventBody): void {
    const copy = structuredClone(body);
    foldEvent(this.picture, structuredClone(body));
    this.picture.sequence += 1;
    const event = {
      ...copy,
      executionId: this.picture.id,
      sequence: this.picture.sequence,
      at: this.now,
    } as ExecutionEvent;
    this.events.push(event);
    for (const listener of this.listeners) listener(event);
  }

  stage(id: string): Stage {
    const found = this.picture.stages.find((stage) => stage.id === id);
    if (!found) throw new Error(`no stage ${id}`);
    return found;
  }

  start(): void {
    this.emit({ type: 'execution.started', data: { status: 'RUNNING', startTime: this.now } });
  }

  /** Runs everything that is due at `now`. Answers when it wants to be called again, or null when it has ended or waits. */
  advance(now: number): number | null {
    this.now = now;
    if (this.picture.status !== 'RUNNING') return null;
    let moved = true;
    while (moved) {
      moved = this.startReady();
      for (const thread of [...this.threads.values()]) {
        if (thread.wakeAt === null || thread.wakeAt > this.now) continue;
        this.step(thread);
        moved = true;
      }
    }
    this.finishIfDone();
    const wakes = [...this.threads.values()].flatMap((thread) => (thread.wakeAt === null ? [] : [thread.wakeAt]));
    return wakes.length > 0 && this.picture.status === 'RUNNING' ? Math.min(...wakes) : null;
  }

  /** Lets time jump until the run ends or waits for a person. */
  advanceToEnd(): void {
    let next = this.advance(this.now);
    while (next !== null) next = this.advance(next);
  }

  /** Wakes a stage that waits for a signal. */
  signal(stageId: string): void {
    const thread = this.threads.get(stageId);
    if (thread) thread.wakeAt = this.now;
  }

  *task(stage: Stage, name: string, ms: number): Generator<Pause, void, void> {
    const id = String(this.stage(stage.id).tasks.length + 1);
    const task: Task = {
      id,
      name,
      implementingClass: name,
      status: 'RUNNING',
      startTime: this.now,
      endTime: null,
      stageStart: id === '1',
      stageEnd: false,
      loopStart: false,
      loopEnd: false,
    };
    this.emit({ type: 'stage.updated', stageId: stage.id, data: { tasks: [...this.stage(stage.id).tasks, task] } });
    yield ms;
    this.endTask(stage.id, id, 'SUCCEEDED');
  }

  endTask(stageId: string, taskId: string, status: Status): void {
    this.emit({ type: 'task.changed', stageId, taskId, data: { status, endTime: this.now } });
  }

  fail(stage: Stage, code: string, message: string, details: Record<string, unknown>, advice: string): Status {
    const task = this.stage(stage.id).tasks.at(-1);
    if (task) this.endTask(stage.id, task.id, 'TERMINAL');
    const exception = exceptionOf({ code, message, advice, details }, task?.name ?? stage.type, this.now);
    this.emit({ type: 'stage.updated', stageId: stage.id, data: { contextPatch: { exception } } });
    return 'TERMINAL';
  }

  /** Plans a child stage and runs it inside its parent's thread. */
  *child(
    parent: Stage,
    after: boolean,
    spec: { type: string; name: string; context: Record<string, unknown> },
  ): Script {
    const siblings = this.picture.stages.filter((stage) => stage.parentStageId === parent.id);
    const stage = newStage({
      id: fakeId(this.now),
      refId: `${parent.refId}${after ? '>' : '<'}${siblings.length + 1}`,
      ...spec,
      parentStageId: parent.id,
      syntheticStageOwner: after ? 'STAGE_AFTER' : 'STAGE_BEFORE',
    });
    this.emit({ type: 'stage.planned', stageId: stage.id, data: stage });
    return yield* this.runStage(this.stage(stage.id));
  }

  *runStage(stage: Stage): Script {
    this.emit({ type: 'stage.started', stageId: stage.id, data: { status: 'RUNNING', startTime: this.now } });
    const status = yield* scriptOf(this, stage);
    this.emit({ type: 'stage.completed', stageId: stage.id, data: { status, endTime: this.now, wait: null } });
    return status;
  }

  wait(stage: Stage, wait: Stage['wait']): void {
    this.emit({ type: 'stage.waiting', stageId: stage.id, data: { wait } });
  }

  cancel(user: string, reason: string | undefined): void {
    for (const stage of this.picture.stages) {
      if (stage.status !== 'RUNNING' && stage.status !== 'PAUSED') continue;
      for (const task of stage.tasks) if (!isComplete(task.status)) this.endTask(stage.id, task.id, 'CANCELED');
      this.emit({
        type: 'stage.completed',
        stageId: stage.id,
        data: { status: 'CANCELED', endTime: this.now, wait: null },
      });
    }
    this.threads.clear();
    const said = { canceled: true, canceledBy: user, cancellationReason: reason ?? null };
    this.emit({ type: 'execution.completed', data: { ...said, status: 'CANCELED', endTime: this.now } });
  }

  restart(stageId: string): void {
    const target = this.stage(stageId);
    const reset = new Set<string>([target.refId]);
    for (let grew = true; grew; ) {
      grew = false;
      for (const stage of this.picture.stages) {
        if (reset.has(stage.refId) || !stage.requisiteStageRefIds.some((ref) => reset.has(ref))) continue;
        reset.add(stage.refId);
        grew = true;
      }
    }
    for (const stage of [...this.picture.stages]) {
      if (stage.parentStageId && reset.has(this.stage(stage.parentStageId).refId))
        this.emit({ type: 'stage.dropped', stageId: stage.id, data: {} });
      else if (reset.has(stage.refId)) this.resetStage(stage, stage.id === stageId);
    }
    this.emit({ type: 'execution.restarted', data: { status: 'RUNNING', endTime: null, canceled: false } });
  }

  private resetStage(stage: Stage, isTarget: boolean): void {
    const { exception: _gone, judgmentStatus: _judged, ...context } = stage.context;
    const { status, startTime, endTime, outputs, tasks, attempt } = stage;
    const attempts = [
      ...(stage.attempts ?? []),
      { attempt, status, startTime, endTime, context: stage.context, outputs, tasks },
    ];
    const fresh = {
      status: 'NOT_STARTED' as const,
      startTime: null,
      endTime: null,
      tasks: [],
      context: { ...context, retried: isTarget },
    };
    const data = { ...fresh, attempt: attempt + 1, attempts };
    this.emit({ type: 'stage.restarted', stageId: stage.id, data } as ExecutionEventBody);
  }

  private step(thread: Thread): void {
    const result = thread.script.next();
    if (result.done) this.threads.delete(thread.stageId);
    else thread.wakeAt = result.value === 'signal' ? null : this.now + result.value;
  }

  private startReady(): boolean {
    const top = this.picture.stages.filter((stage) => stage.parentStageId === null);
    const byRef = new Map(top.map((stage) => [stage.refId, stage]));
    const ready = top.filter(
      (stage) =>
        stage.status === 'NOT_STARTED' &&
        !this.threads.has(stage.id) &&
        stage.requisiteStageRefIds.every((ref) => isDoneGoOn(byRef.get(ref)?.status ?? 'NOT_STARTED')),
    );
    if (top.some((stage) => stage.status === 'TERMINAL')) return false;
    for (const stage of ready)
      this.threads.set(stage.id, { stageId: stage.id, script: this.runStage(stage), wakeAt: this.now });
    return ready.length > 0;
  }

  private finishIfDone(): void {
    if (this.threads.size > 0 || this.picture.status !== 'RUNNING') return;
    const top = this.picture.stages.filter((stage) => stage.parentStageId === null);
    const failed = top.some((stage) => stage.status === 'TERMINAL');
    this.emit({ type: 'execution.completed', data: { status: failed ? 'TERMINAL' : 'SUCCEEDED', endTime: this.now } });
  }
}

/** A stage with everything empty. */
export function newStage(parts: Pick<Stage, 'id' | 'refId' | 'type' | 'name'> & Partial<Stage>): Stage {
  return {
    status: 'NOT_STARTED',
    startTime: null,
    endTime: null,
    scheduledTime: null,
    startTimeExpiry: null,
    context: {},
    outputs: {},
    tasks: [],
    requisiteStageRefIds: [],
    syntheticStageOwner: null,
    parentStageId: null,
    lastModified: null,
    attempt: 1,
    wait: null,
    dueAt: null,
    endsAs: null,
    ...parts,
  };
}
