import { unpinGroup } from '../../clusters/operations.ts';
import { accountOf } from '../../clusters/place.ts';
import { planAfterCancel } from './clean-up.ts';
import type { CreateRun } from './create.ts';
import { regionOf } from './spec.ts';

/** A creation that was cut off leaves nothing half-made. Once a group has its size it is left for people to see. */
export async function abandonCreation(run: CreateRun): Promise<void> {
  const { name, operationKey } = run.memory;
  if (run.context.createdServerGroup || typeof name !== 'string' || typeof operationKey !== 'string') return;
  const ref = { account: accountOf(run.context), region: regionOf(run.context), name };
  await run.ports.serverGroups.abandon(ref, { ...run.operation(), key: operationKey });
}

/** Gives the earlier server group its minimum size back. */
async function unpinSource(run: CreateRun): Promise<void> {
  const { context } = run;
  const { sourceServerGroup, sourceServerGroupCapacitySnapshot: snapshot } = context;
  if (!context.sourcePinned || !sourceServerGroup || !snapshot) return;
  const group = await run.ports.serverGroups.read({
    account: accountOf(context),
    region: regionOf(context),
    name: sourceServerGroup,
  });
  if (group && !group.beingDeleted) await unpinGroup(run, group, snapshot.min);
}

/** Was the stage canceled, or its clean-up after a failure? Else what had to be undone is undone by now. */
function isCutOff(run: CreateRun): boolean {
  const own = run.stages.find(({ id }) => id === run.stage.id);
  return (
    own?.endsAs === 'CANCELED' ||
    run.stages.some(({ parentStageId, status }) => parentStageId === run.stage.id && status === 'CANCELED')
  );
}

/** Starts the execution that puts things right, once; false when there is nothing to put right. */
async function startRecovery(run: CreateRun): Promise<boolean> {
  const stages = isCutOff(run) ? planAfterCancel(run) : [];
  if (stages.length === 0) return false;
  await run.ports.recoveries.start({
    application: run.execution.application,
    name: `Recover from canceled deploy of ${run.context.createdServerGroup ?? run.execution.application}`,
    stages,
    user: run.execution.user,
    causedBy: { executionId: run.execution.id, stageId: run.stage.id },
    correlationKey: run.operation('recovery').key,
  });
  return true;
}

/** Lets go when the stage is canceled or has failed. What takes longer goes on in an execution of its own. */
export async function letGo(run: CreateRun): Promise<void> {
  await abandonCreation(run);
  let recovers = false;
  try {
    recovers = await startRecovery(run);
  } finally {
    if (!recovers) await unpinSource(run);
  }
}
