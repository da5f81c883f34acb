import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { SyntheticSpec } from '../kit/index.ts';

/** Stages that ask a traffic guard, of those that others plan. */
const ASKING: ReadonlySet<string> = new Set([
  'cloneServerGroup',
  'destroyServerGroup',
  'disableCluster',
  'disableServerGroup',
  'resizeServerGroup',
  'rollbackServerGroup',
  'scaleDownCluster',
  'shiftTraffic',
  'shrinkCluster',
]);

const withReason = (context: JsonObject, overrideTrafficGuards: string): JsonObject => ({
  ...context,
  overrideTrafficGuards,
});

/** Hands the reason to override traffic guards to the planned stages that ask one; without a reason they stay as they are. */
export function overriding<Spec extends SyntheticSpec>(
  reason: string | null | undefined,
  specs: readonly Spec[],
): readonly Spec[] {
  if (!reason) return specs;
  return specs.map((spec) => {
    if (ASKING.has(spec.type)) return { ...spec, context: withReason(spec.context, reason) };
    const { steps } = spec.context;
    if (spec.type !== 'deployStep' || !Array.isArray(steps)) return spec;
    return { ...spec, context: { ...spec.context, steps: overriding(reason, steps as SyntheticSpec[]) } };
  });
}
