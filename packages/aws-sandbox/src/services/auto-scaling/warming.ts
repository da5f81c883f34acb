import type { Step } from '../../world/world.ts';
import { beginStop, checkStatus, instanceState } from '../ec2/instance-states.ts';
import { endActivity } from './activities.ts';
import { launchIntoPool } from './launching.ts';
import { beginLeaving, stepMember, stepPending, stillRegistered } from './members.ts';
import type { Group, Member, WarmPool } from './state.ts';
import { keptWarm, wantedInPool } from './warm-members.ts';

const never = Number.POSITIVE_INFINITY;

/** Brings the warm pool of a group towards what it should be; answers when it wants to be looked at again. */
export function stepPool(step: Step, group: Group): number {
  const pool = group.warmPool;
  if (!pool) return never;
  let due = never;
  for (const member of Object.values(pool.members)) due = Math.min(due, stepWarm(step, group, pool, member));
  if (pool.deletingSince !== null && Object.keys(pool.members).length === 0) {
    group.warmPool = null;
    step.changed();
    return never;
  }
  return Math.min(due, fit(step, group, pool));
}

/** Ends what is too much and starts what is missing. */
function fit(step: Step, group: Group, pool: WarmPool): number {
  const lacking = wantedInPool(group, pool) - keptWarm(pool).length;
  if (lacking < 0 && group.suspended['Terminate'] === undefined) {
    for (const member of keptWarm(pool).slice(lacking)) {
      const cause =
        'an instance was taken out of the warm pool in response to a difference between its desired and actual capacity.';
      beginLeaving(step.world, step.store, group, member, step.now, cause);
    }
    step.changed();
  }
  if (lacking <= 0 || group.suspended['Launch'] !== undefined) return never;
  if (group.launchBackoffUntil !== null && step.now < group.launchBackoffUntil) return group.launchBackoffUntil;
  group.launchBackoffUntil = null;
  launchIntoPool(step, group, pool, lacking);
  step.changed();
  return group.launchBackoffUntil ?? never;
}

function stepWarm(step: Step, group: Group, pool: WarmPool, member: Member): number {
  switch (member.state) {
    case 'Warmed:Pending':
      return member.returning && stillRegistered(step.store, group, member) ? never : stepPending(step, group, member);
    case 'Warmed:Pending:Proceed':
      return rest(step, group, pool, member);
    case 'Warmed:Stopped':
    case 'Warmed:Running':
    case 'Warmed:Hibernated':
      return watch(step, group, pool, member);
    default:
      return stepMember(step, group, member);
  }
}

/** Stops an instance, unless the pool keeps its instances running. */
function rest(step: Step, group: Group, pool: WarmPool, member: Member): number {
  const instance = step.store.instances[member.id];
  const state = instance === undefined ? 'terminated' : instanceState(instance, step.now);
  if (instance === undefined || state === 'terminated' || state === 'shutting-down') {
    endActivity(group, member, 'Failed', step.now, 'The instance ended on its way into the warm pool.');
    delete pool.members[member.id];
    step.changed();
    return never;
  }
  if (pool.poolState !== 'Running') {
    if (state === 'running') {
      beginStop(step.world, instance, step.now, {
        code: 'Client.UserInitiatedShutdown',
        message: 'Client.UserInitiatedShutdown: User initiated shutdown',
      });
      step.changed();
    }
    if (state !== 'stopped') return instance.stoppedAt ?? never;
  }
  member.state = `Warmed:${pool.poolState}`;
  member.returning = false;
  endActivity(group, member, 'Successful', step.now);
  step.changed();
  return never;
}

/** An instance that ended or broke while it waited is replaced. */
function watch(step: Step, group: Group, pool: WarmPool, member: Member): number {
  const instance = step.store.instances[member.id];
  const state = instance === undefined ? 'terminated' : instanceState(instance, step.now);
  if (instance === undefined || state === 'terminated' || state === 'shutting-down') {
    delete pool.members[member.id];
    step.changed();
  } else if (state === 'running' && checkStatus(step.world, instance, step.now) === 'impaired') {
    member.health = 'Unhealthy';
    const cause = 'an instance was taken out of the warm pool in response to an EC2 instance status checks failure.';
    beginLeaving(step.world, step.store, group, member, step.now, cause);
    step.changed();
  }
  return never;
}
