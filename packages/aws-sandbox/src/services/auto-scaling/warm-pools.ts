import type { DeleteWarmPoolType, DescribeWarmPoolType, PutWarmPoolType } from '@aws-sdk/client-auto-scaling';
import { refuse } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { memberOut, warmPoolOut } from './describe.ts';
import { groupOf, invalid, liveGroupOf } from './find.ts';
import { beginLeaving } from './members.ts';
import type { Group, WarmPool } from './state.ts';

const mostAtOnce = 50;
const poolStates = ['Stopped', 'Running', 'Hibernated'];

const isPoolState = (value: string): value is WarmPool['poolState'] => poolStates.includes(value);

function poolStateIn(value: string | undefined): WarmPool['poolState'] | undefined {
  if (value === undefined || isPoolState(value)) return value;
  return invalid(`PoolState '${value}' is not valid. Valid values are: ${poolStates.join(', ')}`);
}

function checkKind(group: Group): void {
  const distribution = group.mixedInstances?.InstancesDistribution;
  if (group.mixedInstances && (distribution?.OnDemandPercentageAboveBaseCapacity ?? 100) < 100)
    invalid(`You can't add a warm pool to an Auto Scaling group that launches Spot Instances: ${group.name}`);
}

/** What is not said stays as it is; -1 takes the limit of prepared instances away. */
function changed(before: WarmPool | null, input: PutWarmPoolType): WarmPool {
  const { MinSize, MaxGroupPreparedCapacity: prepared, InstanceReusePolicy: reuse } = input;
  if ((MinSize ?? 0) < 0) invalid('MinSize of a warm pool must be 0 or more');
  if ((prepared ?? 0) < -1) invalid('MaxGroupPreparedCapacity must be -1 or more');
  return {
    minSize: MinSize ?? before?.minSize ?? 0,
    maxPrepared: prepared === undefined ? (before?.maxPrepared ?? null) : prepared === -1 ? null : prepared,
    poolState: poolStateIn(input.PoolState) ?? before?.poolState ?? 'Stopped',
    reuseOnScaleIn: reuse === undefined ? (before?.reuseOnScaleIn ?? false) : (reuse.ReuseOnScaleIn ?? false),
    deletingSince: null,
    members: before?.members ?? {},
  };
}

export const warmPoolHandlers = {
  PutWarmPool(call: Call, input: PutWarmPoolType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const before = group.warmPool ?? null;
    if (before !== null && before.deletingSince !== null)
      refuse('ResourceInUse', `The warm pool of Auto Scaling group ${group.name} is being deleted.`);
    checkKind(group);
    group.warmPool = changed(before, input);
    return {};
  },

  DescribeWarmPool(call: Call, input: DescribeWarmPoolType) {
    const { warmPool } = groupOf(call.view, input.AutoScalingGroupName);
    if ((input.MaxRecords ?? 0) > mostAtOnce) invalid(`MaxRecords can be at most ${mostAtOnce}`);
    if (!warmPool) return { Instances: [] };
    const all = Object.values(warmPool.members).map(memberOut);
    const { items, next } = page(all, input.NextToken, input.MaxRecords, mostAtOnce);
    return { WarmPoolConfiguration: warmPoolOut(warmPool), Instances: items, NextToken: next };
  },

  DeleteWarmPool(call: Call, input: DeleteWarmPoolType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const pool = group.warmPool ?? invalid(`No warm pool found for Auto Scaling group ${group.name}`);
    const force = input.ForceDelete ?? false;
    const members = Object.values(pool.members);
    if (!force && members.length > 0)
      refuse(
        'ResourceInUse',
        `You cannot delete the warm pool of ${group.name} while there are instances still in it.`,
      );
    pool.deletingSince ??= call.now;
    for (const member of members) {
      member.skipHooks = true;
      for (const wait of member.waits) wait.result = 'CONTINUE';
      const cause = 'a user request force deleted the warm pool, and an instance was taken out of it.';
      beginLeaving(call.world, call.store, group, member, call.now, cause, { force: true });
    }
    return {};
  },
};
