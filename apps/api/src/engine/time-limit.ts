import type { TaskDefinition } from '@gennaker/catalog/kit';
import type { Stage, Task } from '@gennaker/pipeline-dsl';
import { waitedForLocks } from './locks.ts';
import type { ExecutionRun } from './run.ts';

const DEFAULT_LIMIT_MS = 2 * 3_600_000;

/**
 * Epoch ms at which the task's time is up, pauses and waits at gates (execution windows) or in line for locks left out. `stageTimeoutMs` of the stage or of
 * the nearest parent that has it counts from that stage's start; else the task's own limit from the task's start.
 */
export function deadlineOf(
  run: ExecutionRun,
  stage: Stage,
  task: Task,
  definition: TaskDefinition<unknown, never> | undefined,
  context: unknown,
): number {
  let inLine = 0;
  for (let at: Stage | undefined = stage; at; at = at.parentStageId === null ? undefined : run.find(at.parentStageId)) {
    inLine += waitedForLocks(at);
    const limit = Number(at.context['stageTimeoutMs']);
    if (Number.isFinite(limit) && limit > 0 && at.startTime !== null) {
      return at.startTime + limit + pausedSince(run, at.startTime) + timeAtGates(run, at) + inLine;
    }
  }
  const own = definition?.timeoutMs;
  const limit = typeof own === 'function' ? own(context) : (own ?? DEFAULT_LIMIT_MS);
  const from = task.startTime ?? run.now();
  return from + limit + pausedSince(run, from);
}

/** Ms during which the execution was paused since `from`, a pause that still lasts included. */
export function pausedSince(run: ExecutionRun, from: number): number {
  const intervals = run.execution.paused?.intervals ?? [];
  return intervals.reduce((sum, pause) => sum + Math.max(0, (pause.to ?? run.now()) - Math.max(pause.from, from)), 0);
}

function timeAtGates(run: ExecutionRun, stage: Stage): number {
  const types = new Set(run.around.registry.gates.map(({ type }) => type));
  const gates = run.children(stage.id).filter((child) => types.has(child.type) && child.startTime !== null);
  return gates.reduce((sum, gate) => sum + (gate.endTime ?? run.now()) - gate.startTime!, 0);
}
