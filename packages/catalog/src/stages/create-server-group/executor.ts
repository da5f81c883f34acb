import { unpinGroup } from '../../clusters/operations.ts';
import { accountOf } from '../../clusters/place.ts';
import { executeStage, minutes } from '../../kit/index.ts';
import { planCleanUp } from './clean-up.ts';
import { type CreateRun, captureSource, create, pinSource } from './create.ts';
import { createServerGroupStage } from './definition.ts';
import { regionOf } from './spec.ts';
import { planStrategyStages, strategyOf } from './strategy.ts';
import { waitForUpInstances } from './wait-for-up.ts';

/** A creation that was cut off leaves nothing half-made. Once a group has its size it is left for people to see. */
async function abandonCreation(run: CreateRun): Promise<void> {
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

export const createServerGroup = executeStage(createServerGroupStage, {
  needs: ['serverGroups', 'images'],
  choose: ({ context }) => [
    'captureSource',
    ...(strategyOf(context)?.definition.pinsSource ? ['pinSource'] : []),
    'createServerGroup',
    'waitForUpInstances',
  ],
  tasks: [
    { name: 'captureSource', timeoutMs: minutes(5), run: captureSource },
    { name: 'pinSource', timeoutMs: minutes(5), run: pinSource },
    { name: 'createServerGroup', timeoutMs: minutes(15), run: create },
    { name: 'waitForUpInstances', timeoutMs: minutes(30), run: waitForUpInstances },
  ],
  after: planStrategyStages,
  onFailure: planCleanUp,
  async onCancel(run) {
    await unpinSource(run);
    await abandonCreation(run);
  },
});
