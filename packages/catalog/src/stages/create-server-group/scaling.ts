import { FailureError } from '@gennaker/pipeline-dsl';
import { changeGroup, readAll } from '../../clusters/operations.ts';
import { accountOf } from '../../clusters/place.ts';
import {
  type PlanView,
  type SyntheticSpec,
  type SyntheticStage,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import type { ServerGroupRef } from '../../kit/ports/index.ts';
import { type CreateContext, regionOf } from './spec.ts';
import { clusterTarget } from './strategy.ts';

type Run = TaskRun<CreateContext, 'serverGroups'>;
type CopyRun = TaskRun<CreateContext, 'serverGroups' | 'scaling'>;

const refIn = (context: CreateContext, name: string) => ({
  account: accountOf(context),
  region: regionOf(context),
  name,
});

/** Does the new group take over the scaling of the one before? */
export const copiesScaling = (context: CreateContext): boolean => context.copySourceScalingPoliciesAndActions !== false;

async function hasScaling(run: CopyRun, from: ServerGroupRef): Promise<boolean> {
  const found = await run.ports.scaling.read(from);
  return found !== null && found.policies.length + found.schedules.length > 0;
}

/** Takes over policies, alarms and scheduled actions of the group before; they do nothing until the strategy is done. */
export async function copyScaling(run: CopyRun): Promise<TaskResult> {
  const { sourceServerGroup, createdServerGroup, copyScalingFrom } = run.context;
  const from = copyScalingFrom ?? (sourceServerGroup ? refIn(run.context, sourceServerGroup) : null);
  if (!from || !createdServerGroup) return succeeded();
  const to = refIn(run.context, createdServerGroup);
  if (!(await hasScaling(run, from))) return succeeded();
  const settle = await run.intend({ kind: 'scaling', ...to, action: 'create' });
  try {
    const { policies, schedules, warnings } = await run.ports.serverGroups.copyScaling(from, to, run.operation());
    const isHeld = policies.length + schedules.length > 0;
    settle(isHeld ? 'done' : 'absent');
    return succeeded(undefined, {
      ...(isHeld ? { scalingHeld: true } : {}),
      ...(warnings.length > 0 ? { warning: `${warnings.join('; ')}.` } : {}),
    });
  } catch (error) {
    if (!(error instanceof FailureError) || error.failure.retry) throw error;
    // Whatever was made until then lives and dies with the group.
    settle(error.failure.code === 'aws.gone' ? 'absent' : 'done');
    const warning = `Not all scaling of ${from.name} was taken over: ${error.failure.message}`;
    return succeeded(undefined, { scalingHeld: true, warning });
  }
}

/** The stage that lets scaling act which was taken over; none when there is nothing held back. */
export function settlementOf(view: PlanView<CreateContext>): readonly SyntheticSpec[] {
  const { scalingHeld, createdServerGroup } = view.context;
  if (!scalingHeld || !createdServerGroup) return [];
  const context = { ...clusterTarget(view.context, view.execution.application), serverGroupName: createdServerGroup };
  return [{ type: 'settleScaling', name: `Let scaling of ${createdServerGroup} act`, context }];
}

/** Lets scaling that was taken over act, when all of `stages` have ended. */
export function thenSettleScaling(
  view: PlanView<CreateContext>,
  stages: readonly SyntheticStage[],
): readonly SyntheticStage[] {
  const [settle] = settlementOf(view);
  if (!settle) return stages;
  const awaited = new Set(stages.flatMap(({ requires }) => requires));
  const last = stages.map(({ key }) => key).filter((key) => !awaited.has(key));
  return [...stages, { ...settle, key: 'settle-scaling', requires: last }];
}

/** The same, at once: for a stage that was canceled. */
export async function settleScaling(run: Run): Promise<void> {
  const { scalingHeld, createdServerGroup } = run.context;
  if (!scalingHeld || !createdServerGroup) return;
  const [group] = await readAll(run, [refIn(run.context, createdServerGroup)]);
  if (!group) return;
  await changeGroup(run, group, 'change', (ref) =>
    run.ports.serverGroups.settleScaling(ref, run.operation('settle-scaling')),
  );
}
