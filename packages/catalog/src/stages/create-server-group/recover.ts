import { FailureError } from '@gennaker/pipeline-dsl';
import { unpinGroup } from '../../clusters/operations.ts';
import { overriding } from '../../clusters/overriding.ts';
import { accountOf } from '../../clusters/place.ts';
import type { SyntheticSpec } from '../../kit/index.ts';
import { planAfterCancel, unpin } from './clean-up.ts';
import type { CreateRun } from './create.ts';
import { settlementOf, settleScaling } from './scaling.ts';
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
  const name = `Recover from canceled deploy of ${run.context.createdServerGroup ?? run.execution.application}`;
  await begin(run, 'recovery', name, stages);
  return true;
}

/** Starts stages as an execution of its own, once for each `step`. */
async function begin(run: CreateRun, step: string, name: string, stages: readonly SyntheticSpec[]): Promise<void> {
  await run.ports.recoveries.start({
    application: run.execution.application,
    name,
    stages: overriding(run.context.overrideTrafficGuards, stages),
    user: run.execution.user,
    causedBy: { executionId: run.execution.id, stageId: run.stage.id },
    correlationKey: run.operation(step).key,
  });
}

/** After so many tries of the hook, what is open goes on in an execution of its own, which has the time for it. */
const OWN_TRIES = 3;

/** The half-made group goes if it is this stage's and still empty, and with it what was made for it. */
function abandonmentOf(run: CreateRun): readonly SyntheticSpec[] {
  const { name, operationKey } = run.memory;
  if (typeof name !== 'string') return [];
  const thing = {
    kind: 'serverGroup',
    account: accountOf(run.context),
    region: regionOf(run.context),
    name,
    operationKey,
  };
  const leftovers = [
    { ...thing, action: 'destroy', what: `Destroy ${name}, which was half made` },
    { ...thing, action: 'sweep', what: `Remove what was made for ${name}` },
  ];
  return [{ type: 'cleanUp', name: `Clean up ${name}`, context: { executionId: run.execution.id, leftovers } }];
}

/**
 * Lets go when the stage is canceled or has failed. What takes longer goes on in an execution of its own, and so does
 * what does not work at once: a hook has a few tries within the half minute that a cancel may take.
 */
export async function letGo(run: CreateRun): Promise<void> {
  const problems: unknown[] = [];
  const open: SyntheticSpec[] = [];
  const attempt = async (act: () => Promise<void>, otherwise: () => readonly SyntheticSpec[]): Promise<void> => {
    try {
      await act();
    } catch (error) {
      problems.push(error);
      open.push(...otherwise());
    }
  };
  let recovers = false;
  const startOnce = async () => {
    recovers = await startRecovery(run);
  };
  await attempt(startOnce, () => []);
  await attempt(
    () => abandonCreation(run),
    () => abandonmentOf(run),
  );
  if (!recovers)
    await attempt(
      () => unpinSource(run),
      () => unpin(run),
    );
  await attempt(
    () => settleScaling(run),
    () => settlementOf(run),
  );
  if (problems.length === 0) return;
  const tries = Number(run.memory['letGoTries'] ?? 0) + 1;
  await run.remember({ letGoTries: tries });
  const mayPass = problems.some((problem) => !(problem instanceof FailureError) || problem.failure.retry === true);
  if (open.length === 0 || (mayPass && tries < OWN_TRIES)) throw problems[0];
  await begin(run, 'let-go', `Finish the end of ${run.execution.name}`, open);
}
