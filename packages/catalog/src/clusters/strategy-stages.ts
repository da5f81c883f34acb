import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { StrategySource, StrategyView, SyntheticSpec } from '../kit/index.ts';
import type { Capacity } from '../kit/ports/index.ts';

type View = Pick<StrategyView<unknown>, 'target' | 'cluster' | 'serverGroup' | 'health' | 'capacity'>;

/** Flags of a stage whose failure is shown but ends nothing: it only tidies up after traffic has moved. */
export const TIDIES_UP = { failPipeline: false, continuePipeline: true, allowSiblingStagesToContinueOnFailure: true };

/** A wait; none when there is nothing to wait for. */
export const pause = (name: string, seconds: number | null | undefined): readonly SyntheticSpec[] =>
  seconds ? [{ type: 'wait', name, context: { waitTime: seconds } }] : [];

/** Size of a group that carries `percentage` of the traffic of `whole`: that many instances, no more and no fewer. */
const partOf = (whole: Capacity, percentage: number): Capacity => {
  const size = Math.ceil((whole.desired * percentage) / 100);
  return { min: size, desired: size, max: size };
};

/** Instances the new group has at a share of its final size. */
export const sizeAt = (view: View, percentage: number): number => partOf(view.capacity, percentage).desired;

/** Grows the new group to a share of its final size, held at that number until it is 100, and waits until it is healthy. */
export const growTo = (view: View, percentage: number): SyntheticSpec => ({
  type: 'resizeServerGroup',
  name: `Grow ${view.serverGroup} to ${percentage} %`,
  context: {
    ...view.target,
    serverGroupName: view.serverGroup,
    mustExist: true,
    action: 'scale_exact',
    capacity: percentage < 100 ? partOf(view.capacity, percentage) : view.capacity,
    meantCapacity: view.capacity,
    ...view.health,
  },
});

/** Takes a share of the earlier group out of traffic; refused unless the new one has that many healthy instances in it. */
export const disableShareOf = (
  view: View,
  source: StrategySource,
  step: { readonly percentage: number; readonly needed: number },
): SyntheticSpec => ({
  type: 'disableServerGroup',
  name: `Disable ${step.percentage} % of ${source.name}`,
  context: {
    ...view.target,
    serverGroupName: source.name,
    desiredPercentage: step.percentage,
    keepServing: { serverGroup: view.serverGroup, needed: step.needed },
  },
});

/** Gives a pinned group its min from before back; desired and max stay as autoscaling left them. */
export const giveMinimumBack = (target: JsonObject, name: string, min: number): SyntheticSpec => ({
  type: 'resizeServerGroup',
  name: `Give ${name} its minimum size back`,
  context: {
    ...target,
    serverGroupName: name,
    action: 'scale_exact',
    capacity: { min },
    unpinMinimumCapacity: true,
  },
});

/** Scales all but the newest group down, those out of traffic only. */
export const scaleDownOld = (view: View, keepServing: JsonObject, delaySeconds?: number | null): SyntheticSpec[] => [
  ...pause('Wait before scaling down', delaySeconds),
  {
    type: 'scaleDownCluster',
    name: `Scale down ${view.cluster}`,
    context: {
      ...view.target,
      remainingFullSizeServerGroups: 1,
      preferLargerOverNewer: false,
      allowScaleDownActive: false,
      continueIfClusterNotFound: true,
      keepServing,
      ...TIDIES_UP,
    },
  },
];

/** Destroys the oldest groups beyond a number, those in traffic only when allowed. */
export const shrinkTo = (view: View, keepServing: JsonObject, size: number, active: boolean): SyntheticSpec => ({
  type: 'shrinkCluster',
  name: `Shrink ${view.cluster}`,
  context: {
    ...view.target,
    shrinkToSize: size,
    allowDeleteActive: active,
    retainLargerOverNewer: false,
    continueIfClusterNotFound: true,
    keepServing,
    ...TIDIES_UP,
  },
});

/**
 * The group that served before serves alone again: all its instances are in traffic and as healthy as they were, then
 * the new group leaves it, with the instances it has.
 */
export const backToSource = (view: View, source: StrategySource): readonly SyntheticSpec[] => [
  {
    type: 'enableServerGroup',
    name: `Enable ${source.name}`,
    context: {
      ...view.target,
      serverGroupName: source.name,
      targetHealthyDeployPercentage: source.healthyPercentage,
      stableSeconds: view.health['stableSeconds'],
      stageTimeoutMs: 1_800_000,
    },
  },
  {
    type: 'disableServerGroup',
    name: `Disable ${view.serverGroup}`,
    context: {
      ...view.target,
      serverGroupName: view.serverGroup,
      keepServing: { serverGroup: source.name, percentage: source.healthyPercentage },
      stageTimeoutMs: 4_200_000,
    },
  },
];
