import { describeLock, exceptionOf, type Failure, type Stage } from '@gennaker/pipeline-dsl';
import { endStage } from './handlers/complete-stage.ts';
import type { LockAnswer, LockHolder } from './ports.ts';
import type { ExecutionRun } from './run.ts';
import { failureStatus } from './transitions.ts';

/** A stage in line looks again by itself this often, should it not be woken. */
const LOOK_AGAIN_MS = 30_000;

/** Keys the stage still has to take before anything of it begins; none once it has them or has begun. */
export function keysToTake(run: ExecutionRun, stage: Stage): readonly string[] {
  const executor = run.executor(stage);
  if (!executor?.definition.locks || run.locked.has(stage.id)) return [];
  if (hasBegun(run, stage) || isToBeFound(stage, executor.definition.locksAfter)) return [];
  const parsed = executor.definition.context.safeParse(stage.context);
  // Patched since into something that is refused: its first task says so.
  if (!parsed.success) return [];
  return [...new Set(executor.definition.locks(parsed.data, run.execution.application))];
}

/** Has any of its tasks, or of the stages it planned, started? One that only finds out what to change does not count. */
export function hasBegun(run: ExecutionRun, stage: Stage): boolean {
  const finds = run.executor(stage)?.definition.locksAfter;
  return (
    stage.tasks.some(({ name, status }) => status !== 'NOT_STARTED' && (name !== finds || status === 'RUNNING')) ||
    run.children(stage.id).some((child) => child.status !== 'NOT_STARTED' && !isGate(run, child))
  );
}

/** Is it still to be found out what it changes? */
const isToBeFound = ({ tasks }: Stage, finds: string | undefined): boolean =>
  tasks.some(({ name, status }) => name === finds && status === 'NOT_STARTED');

/** Waits for something before its parent may begin: an execution window, for instance. */
export const isGate = (run: ExecutionRun, stage: Stage): boolean =>
  run.around.registry.gates.some(({ type }) => type === stage.type);

/** Is it in line for locks, and time to ask again? */
export const isDueForLocks = (run: ExecutionRun, { wait, dueAt, endsAs }: Stage): boolean =>
  wait?.kind === 'lease' && endsAs === null && (dueAt === null || dueAt <= run.now());

/** Writes what a stage was answered that asked for locks: it begins, waits, or gives way. */
export function applyLockAnswer(run: ExecutionRun, stage: Stage, answer: LockAnswer): void {
  if (stage.status !== 'RUNNING' || stage.endsAs !== null) return;
  if (answer.verdict === 'held') return begin(run, stage);
  if (answer.verdict === 'stuck') return fail(run, stage, crossed(stage, answer.key, answer.holder));
  // It may be frozen by the time that it is its turn.
  run.cleared.delete(stage.id);
  const now = run.now();
  const since = stage.wait?.kind === 'lease' ? stage.wait.since : now;
  const reason = `${describeLock(answer.key)}: ${describe(answer.holder)}`;
  const { executionId, application } = answer.holder;
  run.record({
    type: 'stage.waiting',
    stageId: stage.id,
    data: { wait: { kind: 'lease', reason, since, holder: { executionId, application } }, dueAt: now + LOOK_AGAIN_MS },
  });
}

function begin(run: ExecutionRun, stage: Stage): void {
  run.locked.add(stage.id);
  if (stage.wait?.kind === 'lease') {
    const waitedForLeaseMs = waitedForLocks(stage) + run.now() - stage.wait.since;
    run.record({
      type: 'stage.updated',
      stageId: stage.id,
      data: { wait: null, dueAt: null, contextPatch: { waitedForLeaseMs } },
    });
  }
  run.push({ do: 'continueStage', stageId: stage.id });
}

/** Ms the stage stood in line for locks before it began. */
export function waitedForLocks({ context }: Stage): number {
  const waited = context['waitedForLeaseMs'];
  return typeof waited === 'number' ? waited : 0;
}

/** Nothing of it has begun, so nothing is cleaned up. */
function fail(run: ExecutionRun, stage: Stage, failure: Failure): void {
  const exception = exceptionOf(failure, 'takeLocks', run.now());
  run.record({ type: 'stage.updated', stageId: stage.id, data: { contextPatch: { exception } } });
  endStage(run, stage, failureStatus(stage));
}

const describe = ({ executionId, stageName, application, executionName }: LockHolder): string =>
  `stage "${stageName}" of execution ${executionId} (${application} / ${executionName})`;

const crossed = (stage: Stage, key: string, holder: LockHolder): Failure => ({
  code: 'engine.waits-crossed',
  message: `Stage "${stage.name}" gave way before it began: it needs ${describeLock(key)}, which ${describe(holder)} is changing, and that one waits for what this execution is changing.`,
  advice: 'Restart the stage when the other one has ended.',
});
