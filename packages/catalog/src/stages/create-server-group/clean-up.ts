import type { JsonObject } from '@gennaker/pipeline-dsl';
import { stableSecondsOf } from '../../clusters/soak.ts';
import { inSequence, type PlanView, type SyntheticSpec, type SyntheticStage } from '../../kit/index.ts';
import type { CreateContext } from './spec.ts';
import { clusterTarget, strategyOf, strategyView } from './strategy.ts';

const UNPIN_LIMIT_MS = 20 * 60_000;
const ROLLBACK_LIMIT_MS = 30 * 60_000;
const DESTROY_LIMIT_MS = 15 * 60_000;

type View = PlanView<CreateContext>;

const targetOf = ({ context, execution }: View): JsonObject => clusterTarget(context, execution.application);

/** Gives the earlier server group its min back. */
export function unpin(view: View): readonly SyntheticSpec[] {
  const { sourceServerGroup, sourceServerGroupCapacitySnapshot: snapshot, sourcePinned } = view.context;
  if (!sourcePinned || !sourceServerGroup || !snapshot) return [];
  const context = {
    ...targetOf(view),
    serverGroupName: sourceServerGroup,
    action: 'scale_exact',
    capacity: { min: snapshot.min },
    unpinMinimumCapacity: true,
    stageTimeoutMs: UNPIN_LIMIT_MS,
  };
  return [{ type: 'resizeServerGroup', name: `Give ${sourceServerGroup} its minimum size back`, context }];
}

/** The new group leaves traffic. With an earlier group the check that something else serves stays in force. */
const disableNew = (view: View, name: string): SyntheticSpec => ({
  type: 'disableServerGroup',
  name: `Disable ${name}`,
  context: {
    ...targetOf(view),
    serverGroupName: name,
    allowNoTraffic: !view.context.sourceServerGroup,
    stageTimeoutMs: ROLLBACK_LIMIT_MS,
  },
});

function destroyNew(view: View, name: string): readonly SyntheticSpec[] {
  if (!name || !view.context.rollback?.destroyLatest) return [];
  const context = {
    ...targetOf(view),
    serverGroupName: name,
    withLeftovers: true,
    allowNoTraffic: !view.context.sourceServerGroup,
    stageTimeoutMs: DESTROY_LIMIT_MS,
  };
  return [{ type: 'destroyServerGroup', name: `Destroy ${name}`, context }];
}

/** A deploy whose time is up must still have time to go back. */
const withOwnTime = (spec: SyntheticSpec): SyntheticSpec => ({
  ...spec,
  context: { stageTimeoutMs: ROLLBACK_LIMIT_MS, ...spec.context },
});

/** Is there a group that traffic comes back to from wherever the strategy has moved it? */
const movesInParts = ({ context }: View): boolean => Boolean(strategyOf(context)?.goBack && context.sourceServerGroup);

/** Traffic that a strategy moves in parts comes back unless the stage says otherwise. */
function goBack(view: View, asked: boolean | null | undefined): readonly SyntheticSpec[] {
  const strategy = strategyOf(view.context);
  const place = strategy?.goBack && asked !== false ? strategyView(strategy, view) : null;
  if (!strategy?.goBack || !place) return [];
  return [...strategy.goBack(place).map(withOwnTime), ...destroyNew(view, place.serverGroup)];
}

/**
 * What is undone when the stage fails. Where traffic moves in parts it comes back, else the earlier server group was
 * never taken out of it; its min is given back in any case. A new group that did not become healthy is disabled, and
 * destroyed when asked. One that was healthy stays: its failure lies in what came after.
 */
export function planCleanUp(view: View): readonly SyntheticStage[] {
  const { createdServerGroup: name, neededInstances, rollback } = view.context;
  const back = goBack(view, rollback?.onFailure);
  if (back.length > 0) return inSequence([...back, ...unpin(view)]);
  const neverUp = name && typeof neededInstances !== 'number' && !movesInParts(view);
  const away = neverUp && rollback?.onFailure ? [disableNew(view, name), ...destroyNew(view, name)] : [];
  return inSequence([...unpin(view), ...away]);
}

/**
 * What an execution of its own puts right after the stage was canceled; empty when there is nothing to do. Where traffic
 * moves in parts it comes back unless `rollback.onCancel` is false; else only when it is true.
 */
export function planAfterCancel(view: View): readonly SyntheticSpec[] {
  const { createdServerGroup: name, neededInstances, sourceServerGroup, rollback } = view.context;
  const back = goBack(view, rollback?.onCancel);
  if (back.length > 0) return [...back, ...unpin(view)];
  if (!name || !rollback?.onCancel || movesInParts(view)) return [];
  if (typeof neededInstances !== 'number' || !sourceServerGroup)
    return [...unpin(view), disableNew(view, name), ...destroyNew(view, name)];
  const context = {
    ...targetOf(view),
    serverGroupName: name,
    rollbackType: 'EXPLICIT',
    rollbackContext: {
      rollbackServerGroupName: name,
      restoreServerGroupName: sourceServerGroup,
      stableSeconds: stableSecondsOf(view.context),
    },
    stageTimeoutMs: ROLLBACK_LIMIT_MS,
  };
  return [
    { type: 'rollbackServerGroup', name: `Roll back ${name} to ${sourceServerGroup}`, context },
    ...unpin(view),
    ...destroyNew(view, name),
  ];
}
