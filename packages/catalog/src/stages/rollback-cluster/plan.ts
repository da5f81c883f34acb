import * as z from 'zod';
import type { SyntheticSpec } from '../../kit/index.ts';

/** What is done in one region, written down before anything is changed. */
export const regionPlanSchema = z.object({
  account: z.string(),
  region: z.string(),
  cluster: z.string(),
  from: z.string(),
  to: z.string(),
  /** The restored group has no instances: it grows before it is enabled, or there would be nothing to put into traffic. */
  empty: z.boolean(),
  resize: z.boolean(),
  size: z.object({ min: z.number(), desired: z.number(), max: z.number() }),
  /** Min given back at the end. */
  restoreMin: z.number(),
  percentage: z.number(),
});
export type RegionPlan = z.infer<typeof regionPlanSchema>;

interface Timing {
  readonly delayBeforeDisableSeconds: number;
  readonly waitTimeBetweenRegions: number;
}

const pause = (name: string, seconds: number): readonly SyntheticSpec[] =>
  seconds > 0 ? [{ type: 'wait', name, context: { waitTime: seconds } }] : [];

const targetOf = ({ account, region, cluster }: RegionPlan) => ({
  account,
  credentials: account,
  region,
  regions: [region],
  cluster,
  cloudProvider: 'aws',
});

/** The last step, and the clean-up of a rollback that failed: min was raised only for the time of the change. */
export const giveMinimumBack = (plan: RegionPlan): SyntheticSpec => ({
  type: 'resizeServerGroup',
  name: `Give ${plan.to} its minimum size back`,
  context: {
    ...targetOf(plan),
    serverGroupName: plan.to,
    action: 'scale_exact',
    capacity: { min: plan.restoreMin },
    unpinMinimumCapacity: true,
  },
});

function stagesOfRegion(plan: RegionPlan, timing: Timing): readonly SyntheticSpec[] {
  const { from, to, percentage } = plan;
  const target = targetOf(plan);
  const health = { targetHealthyDeployPercentage: percentage };
  const restored = { ...target, serverGroupName: to, ...health };
  const resize: readonly SyntheticSpec[] = plan.resize
    ? [
        {
          type: 'resizeServerGroup',
          name: `Resize ${to}`,
          context: { ...restored, action: 'scale_exact', capacity: plan.size },
        },
      ]
    : [];
  const enable: SyntheticSpec = { type: 'enableServerGroup', name: `Enable ${to}`, context: restored };
  return [
    ...(plan.empty ? [...resize, enable] : [enable, ...resize]),
    ...pause(`Wait before disabling ${from}`, timing.delayBeforeDisableSeconds),
    {
      type: 'disableServerGroup',
      name: `Disable ${from}`,
      context: { ...target, serverGroupName: from, keepServing: { serverGroup: to, percentage } },
    },
    giveMinimumBack(plan),
  ];
}

/** Region after region: the old group serves and is healthy before the current one leaves traffic. */
export const stagesOfPlan = (plans: readonly RegionPlan[], timing: Timing): readonly SyntheticSpec[] =>
  plans.flatMap((plan, i) => [
    ...(i === 0 ? [] : pause(`Wait before ${plan.region}`, timing.waitTimeBetweenRegions)),
    ...stagesOfRegion(plan, timing),
  ]);
