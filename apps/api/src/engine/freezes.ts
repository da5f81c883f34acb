import { accountOfLock, type Execution, type Freeze, freezeOn, freezeWait, type Stage } from '@gennaker/pipeline-dsl';
import { hasBegun } from './locks.ts';
import type { StageRegistry } from './ports.ts';
import type { ExecutionRun } from './run.ts';

/** What begins to wait looks again soon, should the freeze have ended just then; later it is woken. */
const LOOK_AGAIN_MS = 5_000;
const LOOK_AGAIN_LATER_MS = 5 * 60_000;

/** Must the stage ask whether it may change anything now? Cleaning up after a failure is never held. */
export function needsClearance(run: ExecutionRun, stage: Stage): boolean {
  if (!run.around.freezes || run.cleared.has(stage.id) || overrideOf(run.execution) !== null) return false;
  if (run.executor(stage)?.definition.changesTheWorld !== true) return false;
  return !hasBegun(run, stage) && !cleansUp(run, stage);
}

function cleansUp(run: ExecutionRun, stage: Stage): boolean {
  if (stage.parentStageId === null) return false;
  const parent = run.stage(stage.parentStageId);
  return parent.endsAs !== null || cleansUp(run, parent);
}

/** Held by a freeze, and not time to look again? */
export const isFrozen = (run: ExecutionRun, { wait, dueAt }: Stage): boolean =>
  wait?.kind === 'freeze' && dueAt !== null && dueAt > run.now();

/** Lets a stage that asked begin, or wait for the end of a freeze. */
export function applyFreezes(run: ExecutionRun, stage: Stage, freezes: readonly Freeze[]): void {
  if (stage.status !== 'RUNNING' || stage.endsAs !== null) return;
  const { application, pipelineConfigId, authentication } = run.execution;
  const accounts = accountsOf(run.around.registry, stage, application);
  const freeze = freezeOn(freezes, { application, pipelineConfigId, user: authentication.user, accounts }, run.now());
  if (freeze) {
    const { wait, lookAgainAt } = waitFor(freeze, stage.wait, run.now());
    return run.record({ type: 'stage.waiting', stageId: stage.id, data: { wait, dueAt: lookAgainAt } });
  }
  run.cleared.add(stage.id);
  if (stage.wait?.kind === 'freeze')
    run.record({ type: 'stage.updated', stageId: stage.id, data: { wait: null, dueAt: null } });
  run.push({ do: 'continueStage', stageId: stage.id });
}

/** The named wait of something held by a freeze, and when it looks again by itself. */
export function waitFor(freeze: Freeze, before: Stage['wait'], now: number) {
  const again = before?.kind === 'freeze';
  const { until } = freeze;
  const wait = {
    kind: 'freeze',
    reason: freezeWait(freeze),
    since: again ? before.since : now,
    ...(until === null ? {} : { until }),
  } as const;
  const look = now + (again ? LOOK_AGAIN_LATER_MS : LOOK_AGAIN_MS);
  return { wait, lookAgainAt: until === null ? look : Math.min(look, until) };
}

/** Reason for going on in spite of freezes, given by whoever started the execution; null when there is none. */
function overrideOf({ trigger }: Execution): string | null {
  const reason = trigger['overrideFreeze'];
  return typeof reason === 'string' && reason !== '' ? reason : null;
}

/** The freeze that keeps the execution from starting; null when none does. An ad-hoc run that changes nothing may start. */
export function freezeOnStart(
  execution: Execution,
  registry: StageRegistry,
  freezes: readonly Freeze[],
  now: number,
): Freeze | null {
  if (overrideOf(execution) !== null) return null;
  const { type, application, pipelineConfigId, authentication, stages } = execution;
  const changing = stages.filter((stage) => definitionOf(registry, stage)?.changesTheWorld === true);
  if (type === 'ORCHESTRATION' && changing.length === 0) return null;
  const adHoc = type === 'ORCHESTRATION' ? changing : [];
  const accounts = adHoc.flatMap((stage) => accountsOf(registry, stage, application));
  return freezeOn(freezes, { application, pipelineConfigId, user: authentication.user, accounts }, now);
}

const definitionOf = (registry: StageRegistry, { type, context }: Stage) => {
  const { alias } = context;
  return registry.executor(type, typeof alias === 'string' ? alias : undefined)?.definition;
};

/** Accounts that the stage would change: those of its locks, and the one it names. */
function accountsOf(registry: StageRegistry, stage: Stage, application: string): readonly string[] {
  const definition = definitionOf(registry, stage);
  const parsed = definition?.context.safeParse(stage.context);
  const keys = parsed?.success ? (definition?.locks?.(parsed.data, application) ?? []) : [];
  const named = [stage.context['credentials'], stage.context['account'], ...keys.map(accountOfLock)];
  return [...new Set(named.filter((each): each is string => typeof each === 'string' && each !== ''))];
}
