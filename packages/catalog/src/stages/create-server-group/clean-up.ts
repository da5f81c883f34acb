import { inSequence, type PlanView, type SyntheticSpec, type SyntheticStage } from '../../kit/index.ts';
import type { CreateContext } from './spec.ts';
import { clusterTarget } from './strategy.ts';

/**
 * What is undone when the stage fails. The earlier server group is never taken out of traffic here; its min is given
 * back. A new group that did not become healthy is disabled, and destroyed when asked. One that was healthy stays: its
 * failure lies in what came after.
 */
export function planCleanUp(view: PlanView<CreateContext>): readonly SyntheticStage[] {
  const { context } = view;
  const target = clusterTarget(context, view.execution.application);
  const stages: SyntheticSpec[] = [];
  const { sourceServerGroup, sourceServerGroupCapacitySnapshot: snapshot, createdServerGroup: name } = context;
  if (context.sourcePinned && sourceServerGroup && snapshot)
    stages.push({
      type: 'resizeServerGroup',
      name: `Give ${sourceServerGroup} its minimum size back`,
      context: {
        ...target,
        serverGroupName: sourceServerGroup,
        action: 'scale_exact',
        capacity: { min: snapshot.min },
        unpinMinimumCapacity: true,
        stageTimeoutMs: 1_200_000,
      },
    });
  const wasHealthy = typeof context.neededInstances === 'number';
  if (name && !wasHealthy && context.rollback?.onFailure) {
    // Without an earlier group nothing else can serve; with one, the check that it does stays in force.
    const safety = { ...target, serverGroupName: name, allowNoTraffic: !sourceServerGroup };
    stages.push({
      type: 'disableServerGroup',
      name: `Disable ${name}`,
      context: { ...safety, stageTimeoutMs: 1_800_000 },
    });
    if (context.rollback.destroyLatest)
      stages.push({
        type: 'destroyServerGroup',
        name: `Destroy ${name}`,
        context: { ...safety, stageTimeoutMs: 900_000 },
      });
  }
  return inSequence(stages);
}
