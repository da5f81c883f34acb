import * as z from 'zod';
import { defaultPercentage, servingSize, sizeMeant } from '../../clusters/rollback-candidate.ts';
import { giveMinimumBack, pause } from '../../clusters/strategy-stages.ts';
import { trafficShiftSchema } from '../../clusters/traffic-shift.ts';
import type { SyntheticSpec } from '../../kit/index.ts';
import type { Capacity, ServerGroup } from '../../kit/ports/index.ts';
import type { ShiftBack } from './shift-back.ts';

const capacity = z.object({ min: z.number(), desired: z.number(), max: z.number() });

/** A rollback whose time is up must still have time to tidy up. */
const OWN_LIMIT_MS = 30 * 60_000;

/** What is done, and how the group to restore was, written down before anything is changed. */
export const planSchema = z.object({
  account: z.string(),
  region: z.string(),
  cluster: z.string(),
  from: z.string(),
  to: z.string(),
  /** Size the restored group serves with while both serve; null leaves its size alone. */
  size: capacity.nullable(),
  /** Its size and traffic from before. */
  before: z.object({ capacity, meant: capacity, disabled: z.boolean() }),
  percentage: z.number(),
  delaySeconds: z.number(),
  disableOnly: z.boolean(),
  /** How requests reach the restored group when it is in another target group. */
  shift: z.object({ trafficShift: trafficShiftSchema, joins: z.boolean() }).nullable(),
});
export type RollbackPlan = z.infer<typeof planSchema>;

export interface Wishes {
  readonly percentage?: number | null;
  readonly delaySeconds?: number | null;
  readonly disableOnly?: boolean | null;
  readonly enableAndDisableOnly?: boolean | null;
}

const same = (a: Capacity, b: Capacity): boolean => a.min === b.min && a.desired === b.desired && a.max === b.max;

/** What restoring `to` in the place of `from` takes, as both are now. */
export function planOf(
  from: ServerGroup,
  to: ServerGroup,
  { shift, ...wishes }: Wishes & { readonly shift: ShiftBack | null },
): RollbackPlan {
  const meant = sizeMeant(to);
  const size = servingSize(from.capacity, meant);
  const leaveSize = wishes.disableOnly || wishes.enableAndDisableOnly || same(size, to.capacity);
  return {
    account: from.account,
    region: from.region,
    cluster: from.moniker.cluster,
    from: from.name,
    to: to.name,
    size: leaveSize ? null : size,
    before: { capacity: to.capacity, meant, disabled: to.traffic === 'disabled' },
    percentage: wishes.percentage ?? defaultPercentage(size.desired),
    delaySeconds: wishes.delaySeconds ?? 0,
    disableOnly: wishes.disableOnly === true,
    shift,
  };
}

const targetOf = ({ account, region, cluster }: RollbackPlan) => ({
  account,
  credentials: account,
  region,
  regions: [region],
  cluster,
  cloudProvider: 'aws',
});

const neededOf = ({ size, before, percentage }: RollbackPlan): number =>
  Math.max(1, Math.ceil(((size ?? before.capacity).desired * percentage) / 100));

function sendBack({ account, region, to, shift }: RollbackPlan, weight: number, more: object): SyntheticSpec {
  const name = weight === 0 ? `Let the target group of ${to} join the listener` : `Send ${weight} % to ${to}`;
  return {
    type: 'shiftTraffic',
    name,
    context: { account, region, trafficShift: shift?.trafficShift, weight, ...more },
  };
}

/** The restored group serves and is healthy before the current one leaves traffic. */
export function stagesOf(plan: RollbackPlan): readonly SyntheticSpec[] {
  const { from, to, percentage, size, before } = plan;
  const target = targetOf(plan);
  const disable: SyntheticSpec = {
    type: 'disableServerGroup',
    name: `Disable ${from}`,
    context: { ...target, serverGroupName: from, keepServing: { serverGroup: to, percentage } },
  };
  if (plan.disableOnly) return [disable];
  const restored = { ...target, serverGroupName: to, targetHealthyDeployPercentage: percentage };
  const enable: SyntheticSpec = { type: 'enableServerGroup', name: `Enable ${to}`, context: restored };
  const resize: readonly SyntheticSpec[] = size
    ? [
        {
          type: 'resizeServerGroup',
          name: `Resize ${to}`,
          context: { ...restored, mustExist: true, action: 'scale_exact', capacity: size },
        },
      ]
    : [];
  return [
    // A target group on no listener is never checked for health.
    ...(plan.shift?.joins ? [sendBack(plan, 0, {})] : []),
    // Without instances there is nothing to bring into traffic: it grows first.
    ...(before.capacity.desired === 0 ? [...resize, enable] : [enable, ...resize]),
    ...(plan.shift ? [sendBack(plan, 100, { serverGroup: to, needed: neededOf(plan) })] : []),
    ...pause(`Wait before disabling ${from}`, plan.delaySeconds),
    disable,
    ...(size ? [giveMinimumBack(target, to, before.meant.min)] : []),
  ];
}

/**
 * What a rollback that failed leaves behind: the group that was to be restored is as it was, unless the other one does
 * not serve, and it has to.
 */
export function cleanUpOf(plan: RollbackPlan): readonly SyntheticSpec[] {
  const { from, to, before, size } = plan;
  if (plan.disableOnly) return [];
  const target = targetOf(plan);
  const min: readonly SyntheticSpec[] = size ? [giveMinimumBack(target, to, before.meant.min)] : [];
  if (!before.disabled) return min;
  const restored = { ...target, serverGroupName: to };
  const disable = {
    type: 'disableServerGroup',
    name: `Disable ${to} again`,
    context: { ...restored, keepServing: { serverGroup: from, percentage: 1 }, stageTimeoutMs: OWN_LIMIT_MS },
  };
  const resize = {
    type: 'resizeServerGroup',
    name: `Give ${to} its size back`,
    context: {
      ...restored,
      action: 'scale_exact',
      capacity: before.capacity,
      meantCapacity: before.meant,
      stageTimeoutMs: OWN_LIMIT_MS,
    },
  };
  const restore = plan.shift
    ? [
        {
          ...sendBack(plan, 0, { restore: true, serverGroup: from, needed: 1 }),
          name: `Send all requests to ${from} again`,
        },
      ]
    : [];
  return [...min, ...restore, disable, ...(size ? [resize] : [])];
}
