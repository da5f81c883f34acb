import type { Execution, Stage, Task } from './execution.ts';

/** Fields of an execution an event may set. */
export type ExecutionPatch = Partial<Omit<Execution, 'stages' | 'sequence' | 'id'>>;
/** Fields of a stage an event may set; `context` and `outputs` replace, the `…Patch` forms merge by key. */
export type StagePatch = Partial<Omit<Stage, 'id' | 'attempts'>> & {
  contextPatch?: Record<string, unknown>;
  outputsPatch?: Record<string, unknown>;
};
export type TaskPatch = Partial<Omit<Task, 'id'>>;

/**
 * Everything that can happen in an execution. One event = one change of one entity, written in the transaction that
 * makes the change. The type names the reason; the data alone says what changed, so that one reducer serves the engine,
 * the API and the screen.
 */
export type ExecutionEventBody =
  | { readonly type: 'execution.created'; readonly data: ExecutionPatch }
  | { readonly type: 'execution.queued'; readonly data: ExecutionPatch }
  | { readonly type: 'execution.started'; readonly data: ExecutionPatch }
  | { readonly type: 'execution.cancelRequested'; readonly data: ExecutionPatch }
  | { readonly type: 'execution.paused'; readonly data: ExecutionPatch }
  | { readonly type: 'execution.resumed'; readonly data: ExecutionPatch }
  | { readonly type: 'execution.superseded'; readonly data: ExecutionPatch }
  | { readonly type: 'execution.restarted'; readonly data: ExecutionPatch }
  | { readonly type: 'execution.completed'; readonly data: ExecutionPatch }
  | { readonly type: 'stage.planned'; readonly stageId: string; readonly data: Stage }
  | { readonly type: 'stage.dropped'; readonly stageId: string; readonly data: Record<string, never> }
  | { readonly type: 'stage.started'; readonly stageId: string; readonly data: StagePatch }
  | { readonly type: 'stage.updated'; readonly stageId: string; readonly data: StagePatch }
  | { readonly type: 'stage.waiting'; readonly stageId: string; readonly data: StagePatch }
  | { readonly type: 'stage.paused'; readonly stageId: string; readonly data: StagePatch }
  | { readonly type: 'stage.resumed'; readonly stageId: string; readonly data: StagePatch }
  | { readonly type: 'stage.signaled'; readonly stageId: string; readonly data: StagePatch }
  | { readonly type: 'stage.restarted'; readonly stageId: string; readonly data: StagePatch }
  | { readonly type: 'stage.completed'; readonly stageId: string; readonly data: StagePatch }
  | { readonly type: 'task.changed'; readonly stageId: string; readonly taskId: string; readonly data: TaskPatch };

export type ExecutionEventType = ExecutionEventBody['type'];

/** An event as stored and streamed. `sequence` counts from 1 in each execution without gaps; `at` is epoch ms. */
export type ExecutionEvent = ExecutionEventBody & {
  readonly executionId: string;
  readonly sequence: number;
  readonly at: number;
};

function mergeStage(stage: Stage, data: StagePatch): void {
  const { contextPatch, outputsPatch, ...fields } = data;
  Object.assign(stage, fields);
  if (contextPatch) stage.context = { ...stage.context, ...contextPatch };
  if (outputsPatch) stage.outputs = { ...stage.outputs, ...outputsPatch };
}

/** Applies the event's change to a picture of the execution, in place. Unknown stages and tasks are ignored. */
export function foldEvent(
  execution: Execution,
  event: ExecutionEventBody,
  find?: (id: string) => Stage | undefined,
): void {
  if (event.type === 'stage.planned') {
    execution.stages.push(event.data);
    return;
  }
  if (event.type === 'stage.dropped') {
    execution.stages = execution.stages.filter((stage) => stage.id !== event.stageId);
    return;
  }
  if (!('stageId' in event)) {
    Object.assign(execution, event.data);
    return;
  }
  const stage = find ? find(event.stageId) : execution.stages.find((candidate) => candidate.id === event.stageId);
  if (!stage) return;
  if (event.type === 'task.changed') {
    const task = stage.tasks.find((candidate) => candidate.id === event.taskId);
    if (task) Object.assign(task, event.data);
    return;
  }
  mergeStage(stage, event.data);
}

/**
 * The picture after the event, leaving the given one untouched and sharing what did not change.
 * Events already folded (sequence not above the picture's) return the same picture.
 */
export function applyEvent(execution: Execution, event: ExecutionEvent): Execution {
  if (event.sequence <= execution.sequence) return execution;
  const next: Execution = { ...execution, sequence: event.sequence, stages: execution.stages };
  if ('stageId' in event) {
    next.stages = execution.stages.map((stage) =>
      stage.id === event.stageId ? { ...stage, tasks: stage.tasks.map((task) => ({ ...task })) } : stage,
    );
    if (event.type === 'stage.planned' && next.stages.some((stage) => stage.id === event.stageId)) return next;
  }
  foldEvent(next, event);
  return next;
}
