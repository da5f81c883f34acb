import * as z from 'zod';
import { isServing, upCount } from '../../clusters/health.ts';
import { defaultPercentage, servingSize, sizeMeant } from '../../clusters/rollback-candidate.ts';
import { stableSecondsOf } from '../../clusters/soak.ts';
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
  /** Time that the restored group must stay healthy before the other one leaves. */
  stableSeconds: z.number().default(stableSecondsOf({})),
  /** Healthy instances of the group to undo and their share, when it served before; null when it did not. */
  served: z.object({ up: z.number(), percentage: z.number() }).nullable().default(null),
  disableOnly: z.boolean(),
  /** How requests reach the restored group when it is in another target group. */
  shift: z.object({ trafficShift: trafficShiftSchema, joins: z.boolean() }).nullable(),
});
export type RollbackPlan = z.infer<typeof planSchema>;

export interface Wishes {
  readonly percentage?: number | null;
  readonly delaySeconds?: number | null;
  readonly stableSeconds?: number | null;
  readonly disableOnly?: boolean | null;
  readonly enableAndDisableOnly?: boolean | null;
}

const same = (a: Capacity, b: Capacity): boolean => a.min === b.min && a.desired === b.desired && a.max === b.max;

function servedBy(group: ServerGroup): RollbackPlan['served'] {
  if (!isServing(group)) return null;
  const up = upCount(group);
  return { up, percentage: Math.max(1, Math.min(100, Math.floor((100 * up) / Math.max(1, group.capacity.desired)))) };
}

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
    stableSeconds: stableSecondsOf(wishes),
    served: servedBy(from),
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
  const { from, to, percentage, size, before, stableSeconds } = plan;
  const target = targetOf(plan);
  const disable: SyntheticSpec = {
    type: 'disableServerGroup',
    name: `Disable ${from}`,
    context: { ...target, serverGroupName: from, keepServing: { serverGroup: to, percentage } },
  };
  if (plan.disableOnly)
    return [
      { ...disable, context: { ...disable.context, keepServing: { serverGroup: to, percentage, stableSeconds } } },
    ];
  const restored = { ...target, serverGroupName: to, targetHealthyDeployPercentage: percentage };
  // Without instances there is nothing to bring into traffic: it grows first. The later of the two proves its health.
  const growsFirst = before.capacity.desired === 0;
  const enable: SyntheticSpec = {
    type: 'enableServerGroup',
    name: `Enable ${to}`,
    context: { ...restored, stableSeconds: size && !growsFirst ? 0 : stableSeconds },
  };
  const resize: readonly SyntheticSpec[] = size
    ? [
        {
          type: 'resizeServerGroup',
          name: `Resize ${to}`,
          context: {
            ...restored,
            mustExist: true,
            action: 'scale_exact',
            capacity: size,
            stableSeconds: growsFirst ? 0 : stableSeconds,
          },
        },
      ]
    : [];
  return [
    // A target group on no listener is never checked for health.
    ...(plan.shift?.joins ? [sendBack(plan, 0, {})] : []),
    ...(growsFirst ? [...resize, enable] : [enable, ...resize]),
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
  const { from, to, before, size, served, stableSeconds } = plan;
  if (plan.disableOnly) return [];
  const target = targetOf(plan);
  const min: readonly SyntheticSpec[] = size ? [giveMinimumBack(target, to, before.meant.min)] : [];
  if (!before.disabled) return min;
  const restored = { ...target, serverGroupName: to };
  // What served before may just have come back into traffic: it has to be as healthy as it was.
  const proof = served ? { percentage: served.percentage, stableSeconds, comesBack: true } : { percentage: 1 };
  const disable = {
    type: 'disableServerGroup',
    name: `Disable ${to} again`,
    context: { ...restored, keepServing: { serverGroup: from, ...proof }, stageTimeoutMs: OWN_LIMIT_MS },
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
          ...sendBack(plan, 0, {
            restore: true,
            serverGroup: from,
            needed: served?.up ?? 1,
            stableSeconds: served ? stableSeconds : 0,
          }),
          name: `Send all requests to ${from} again`,
        },
      ]
    : [];
  return [...min, ...restore, disable, ...(size ? [resize] : [])];
}
