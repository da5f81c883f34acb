import { settling } from '../../clusters/intents.ts';
import { backToSource, giveMinimumBack, pause, scaleDownOld, shrinkTo } from '../../clusters/strategy-stages.ts';
import { listenerInWords, listenerRefOf, sharesAt, trafficShiftOf } from '../../clusters/traffic-shift.ts';
import type { TrafficShift } from '../../clusters/traffic-shift-schema.ts';
import { inSequence, planStrategy, type StrategyView, type SyntheticSpec, succeeded } from '../../kit/index.ts';
import { canaryContext } from './canary-step.ts';
import { weightedStrategy } from './definition.ts';
import { prepareShift, type WeightedOptions } from './prepare.ts';

type View = StrategyView<WeightedOptions>;
type Step = NonNullable<WeightedOptions['steps']>[number];

const DEFAULT_DRAIN_SECONDS = 60;

const shiftTo = (view: View, trafficShift: TrafficShift, weight: number, more: object = {}): SyntheticSpec => ({
  type: 'shiftTraffic',
  name: `Send ${weight} % to ${view.serverGroup}`,
  context: {
    account: view.account,
    region: view.region,
    trafficShift,
    weight,
    serverGroup: view.serverGroup,
    needed: view.needed,
    ...more,
  },
});

/** What has to happen before the requests move: each a stage of its own, so that its verdict can be seen. */
function gatesOf(view: View, step: Step, shift: TrafficShift): readonly SyntheticSpec[] {
  const { account, region, serverGroup, source } = view;
  const { weight, afterSeconds, judgment, check, canaryScore } = step;
  const facts = {
    deployedServerGroup: serverGroup,
    sourceServerGroup: source?.name ?? null,
    percentageComplete: weight,
  };
  const asked = typeof judgment === 'object' && judgment !== null ? judgment : {};
  const instructions = `Send ${weight} % of the requests to ${serverGroup}?`;
  return [
    ...pause(`Wait before ${weight} %`, afterSeconds),
    ...(judgment
      ? [{ type: 'manualJudgment', name: `Go on to ${weight} %?`, context: { instructions, ...asked } }]
      : []),
    ...(canaryScore && source
      ? [
          {
            type: 'kayentaCanary',
            name: `Canary before ${weight} %`,
            context: {
              ...facts,
              ...canaryContext(canaryScore, { account, region, baseline: source.name, canary: serverGroup, shift }),
            },
          },
        ]
      : []),
    ...(check
      ? [{ type: check.type, name: check.name || `Check before ${weight} %`, context: { ...facts, ...check.context } }]
      : []),
  ];
}

function stepsOf({ steps }: WeightedOptions, hasSource: boolean): readonly Step[] {
  if (!hasSource) return [{ weight: 100 }];
  const given = steps ?? [];
  return given.at(-1)?.weight === 100 ? given : [...given, { weight: 100 }];
}

/**
 * Requests move only after the target group that gets them has enough healthy targets; the earlier server group leaves
 * its target group only after the listener was read back once more, and the requests had time to end.
 */
export const weighted = planStrategy(weightedStrategy, {
  prepare: prepareShift,
  /** A target group on no listener is never checked for health: the receiving one joins with nothing to do. */
  async begin({ account, region, run }) {
    const shift = trafficShiftOf(run.context);
    for (const listener of shift?.listeners ?? []) {
      const ref = listenerRefOf(listener, { account, region });
      const current = await run.ports.loadBalancers.readShares(ref);
      const own = current?.shares.find(({ targetGroup }) => targetGroup === shift?.receiving);
      if (!shift || !current || own?.weight === 0 || (own && !shift.giving)) continue;
      const name = listenerInWords(listener);
      const settle = await run.intend({
        kind: 'listener',
        account,
        region,
        name,
        action: 'change',
        before: { shares: current.shares, actions: current.actions },
      });
      const others = current.shares.filter(({ targetGroup }) => targetGroup !== shift.receiving);
      const shares = shift.giving
        ? sharesAt(shift, current, 0)
        : [...others, { targetGroup: shift.receiving, weight: 0 }];
      await settling(
        settle,
        () => run.ports.loadBalancers.setShares(ref, shares, run.operation(name)),
        async () => (await run.ports.loadBalancers.readShares(ref)) !== null,
      );
    }
    return succeeded();
  },
  after(view) {
    const { options, source, target, cluster, serverGroup, needed } = view;
    const shift = trafficShiftOf(view.plan.context);
    if (!shift) return [];
    const keepServing = { serverGroup, needed };
    const steps = stepsOf(options, source !== null);
    // Proven without requests before the first step, and under those that it gets before the last.
    const proof = steps.length > 1 ? { stableSeconds: view.health['stableSeconds'] } : {};
    const moves = steps.flatMap((step) => [
      ...gatesOf(view, step, shift),
      shiftTo(view, shift, step.weight, step.weight === 100 ? proof : {}),
    ]);
    if (!source) return inSequence(moves);
    return inSequence([
      ...moves,
      ...pause('Let requests end', options.drainSeconds ?? DEFAULT_DRAIN_SECONDS),
      { ...shiftTo(view, shift, 100, { verifyOnly: true }), name: 'Read the listener once more' },
      {
        type: 'disableCluster',
        name: `Disable ${cluster}`,
        context: {
          ...target,
          remainingEnabledServerGroups: 1,
          preferLargerOverNewer: false,
          continueIfClusterNotFound: true,
          keepServing,
        },
      },
      giveMinimumBack(target, source.name, source.capacity.min),
      ...(options.scaleDown ? scaleDownOld(view, keepServing, options.delayBeforeScaleDownSec) : []),
      ...(options.maxRemainingAsgs ? [shrinkTo(view, keepServing, options.maxRemainingAsgs, false)] : []),
    ]);
  },
  goBack(view) {
    const { source, serverGroup, account, region, options } = view;
    const trafficShift = trafficShiftOf(view.plan.context);
    if (!source || !trafficShift) return [];
    const restore: SyntheticSpec = {
      type: 'shiftTraffic',
      name: `Send all requests to ${source.name} again`,
      context: { account, region, trafficShift, weight: 0, restore: true, serverGroup: source.name, needed: 1 },
    };
    if (!serverGroup) return [restore];
    const [enable, ...disable] = backToSource(view, source);
    return [enable!, restore, ...pause('Let requests end', options.drainSeconds ?? DEFAULT_DRAIN_SECONDS), ...disable];
  },
});
