import type { RegionStore } from '../../world/state.ts';
import type { Step, World } from '../../world/world.ts';
import { beginTermination, instanceState } from '../ec2/instance-states.ts';
import type { TargetGroup } from '../elbv2/state.ts';
import { deregisterTarget, isRegistered, registerTarget } from '../elbv2/targets.ts';
import { addActivity, endActivity, iso, markActivity } from './activities.ts';
import type { Group, HookWait, Member } from './state.ts';

const never = Number.POSITIVE_INFINITY;

export const isLeaving = (member: Member): boolean =>
  /^(Warmed:)?Terminating/.test(member.state) || member.state === 'Detaching';

/** Members that count towards the desired capacity. */
export const currentMembers = (group: Group): Member[] =>
  Object.values(group.members).filter((member) => !isLeaving(member) && member.state !== 'Standby' && !member.extra);

/** Kept ready beside the group: it counts for nothing in the group itself. */
export const isWarm = (member: Member): boolean => member.state.startsWith('Warmed:');

/** The members of a group and of its warm pool. */
export const everyMember = (group: Group): Member[] => [
  ...Object.values(group.members),
  ...Object.values(group.warmPool?.members ?? {}),
];

function forget(group: Group, member: Member): void {
  delete group.members[member.id];
  delete group.warmPool?.members[member.id];
}

const targetGroupsOf = (store: RegionStore, group: Group): TargetGroup[] =>
  group.attachments.flatMap(({ arn }) => store.targetGroups[arn] ?? []);

/** Registers a member with every attached target group, unless AddToLoadBalancer is suspended. */
export function registerMember(
  world: World,
  store: RegionStore,
  group: Group,
  member: Member,
  now: number,
  only?: string,
): void {
  if (group.suspended['AddToLoadBalancer'] !== undefined) return;
  for (const attachment of group.attachments) {
    if (attachment.removingSince !== null || (only !== undefined && attachment.arn !== only)) continue;
    const targets = store.targetGroups[attachment.arn];
    if (targets !== undefined) registerTarget(world, targets, member.id, targets.port, now);
  }
}

export function deregisterMember(store: RegionStore, group: Group, member: Member, now: number): void {
  for (const targets of targetGroupsOf(store, group)) deregisterTarget(store, targets, member.id, null, now);
}

/** Begins the way out of a group: deregister, drain, hooks, terminate. */
export function beginLeaving(
  world: World,
  store: RegionStore,
  group: Group,
  member: Member,
  now: number,
  cause: string,
  options: { force?: boolean } = {},
): void {
  if (isLeaving(member)) return;
  endActivity(group, member, 'Cancelled', now);
  const activity = addActivity(world, group, now, {
    description: `Terminating EC2 instance: ${member.id}`,
    cause: `At ${iso(now)} ${cause}`,
    status: 'InProgress',
    zone: member.zone,
  });
  member.activityId = activity.id;
  member.state = isWarm(member) ? 'Warmed:Terminating' : 'Terminating';
  member.skipHooks = options.force ?? false;
  member.drainUntilGone = !options.force;
  deregisterMember(store, group, member, now);
  if (member.drainUntilGone && stillRegistered(store, group, member)) {
    markActivity(group, member, 'WaitingForELBConnectionDraining');
  }
}

export function stillRegistered(store: RegionStore, group: Group, member: Member): boolean {
  return targetGroupsOf(store, group).some((targets) => isRegistered(targets, member.id));
}

/** Makes the transition a member is due for; answers when it wants to be looked at again. */
export function stepMember(step: Step, group: Group, member: Member): number {
  switch (member.state) {
    case 'Pending':
      return stepPending(step, group, member);
    case 'Pending:Wait':
    case 'Terminating:Wait':
    case 'Warmed:Pending:Wait':
    case 'Warmed:Terminating:Wait':
      return stepWait(step, group, member);
    case 'Pending:Proceed':
      return enterService(step, group, member);
    case 'Terminating':
    case 'Warmed:Terminating':
      return stepTerminating(step, group, member);
    case 'Terminating:Proceed':
    case 'Warmed:Terminating:Proceed':
      return stepEnding(step, group, member);
    case 'Detaching':
      return stepDetaching(step, group, member);
    default:
      return never;
  }
}

/** A launch on its way: it fails with its instance; once that runs, the hooks have their turn. */
export function stepPending(step: Step, group: Group, member: Member): number {
  const { store, now } = step;
  const instance = store.instances[member.id];
  const state = instance === undefined ? 'terminated' : instanceState(instance, now);
  if (state === 'pending') return instance?.shuttingDownAt ?? instance?.runningAt ?? never;
  if (state !== 'running') {
    const reason = instance?.stateReason?.message ?? 'The instance is gone';
    endActivity(
      group,
      member,
      'Failed',
      now,
      `Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: ${reason}`,
    );
    forget(group, member);
    backOff(step, group);
    step.changed();
    return never;
  }
  const prefix = isWarm(member) ? 'Warmed:Pending' : 'Pending';
  const transition = member.returning ? 'autoscaling:EC2_INSTANCE_TERMINATING' : 'autoscaling:EC2_INSTANCE_LAUNCHING';
  return beginWaits(step, group, member, transition, `${prefix}:Wait`, `${prefix}:Proceed`);
}

/** Launch failures are retried after 20 s, doubling up to 10 min. */
export function backOff({ world, now }: Step, group: Group): void {
  const [first, longest] = world.profile.launchBackoff;
  group.launchBackoffSeconds =
    group.launchBackoffSeconds === 0 ? first : Math.min(longest, group.launchBackoffSeconds * 2);
  group.launchBackoffUntil = now + group.launchBackoffSeconds * 1000;
}

function beginWaits(
  step: Step,
  group: Group,
  member: Member,
  transition: string,
  waiting: Member['state'],
  proceed: Member['state'],
): number {
  const hooks = member.skipHooks ? [] : Object.values(group.hooks).filter((hook) => hook.transition === transition);
  member.waits = hooks.map(
    (hook): HookWait => ({
      hook: hook.name,
      token: step.world.random.uuid(),
      startedAt: step.now,
      deadline: step.now + hook.heartbeatSeconds * 1000,
      result: null,
    }),
  );
  member.state = hooks.length > 0 ? waiting : proceed;
  if (hooks.length > 0) markActivity(group, member, 'MidLifecycleAction');
  step.changed();
  return never;
}

function stepWait(step: Step, group: Group, member: Member): number {
  let due = never;
  for (const wait of member.waits) {
    if (wait.result !== null) continue;
    if (step.now >= wait.deadline) wait.result = group.hooks[wait.hook]?.defaultResult ?? 'ABANDON';
    else due = Math.min(due, wait.deadline);
  }
  const abandoned = member.waits.some((wait) => wait.result === 'ABANDON');
  if (due !== never && !abandoned) return due;
  const launching = member.state.endsWith('Pending:Wait');
  member.waits = [];
  step.changed();
  if (launching && abandoned) {
    beginLeaving(
      step.world,
      step.store,
      group,
      member,
      step.now,
      'an instance was taken out of service in response to an abandoned lifecycle action.',
    );
    return never;
  }
  const prefix = isWarm(member) ? 'Warmed:' : '';
  member.state = launching ? `${prefix}Pending:Proceed` : `${prefix}Terminating:Proceed`;
  return never;
}

function enterService(step: Step, group: Group, member: Member): number {
  member.state = 'InService';
  member.extra = false;
  member.inServiceAt = step.now;
  group.launchBackoffSeconds = 0;
  endActivity(group, member, 'Successful', step.now);
  registerMember(step.world, step.store, group, member, step.now);
  step.changed();
  return never;
}

function stepTerminating(step: Step, group: Group, member: Member): number {
  if (member.drainUntilGone && stillRegistered(step.store, group, member)) return never;
  markActivity(group, member, 'InProgress');
  return beginWaits(
    step,
    group,
    member,
    'autoscaling:EC2_INSTANCE_TERMINATING',
    isWarm(member) ? 'Warmed:Terminating:Wait' : 'Terminating:Wait',
    isWarm(member) ? 'Warmed:Terminating:Proceed' : 'Terminating:Proceed',
  );
}

function stepEnding(step: Step, group: Group, member: Member): number {
  const { world, store, now } = step;
  const instance = store.instances[member.id];
  if (instance !== undefined && instance.terminatedAt === null) {
    beginTermination(world, instance, now, {
      code: 'Client.UserInitiatedShutdown',
      message: 'Client.UserInitiatedShutdown: User initiated shutdown',
    });
    step.changed();
  }
  if (instance?.terminatedAt && now < instance.terminatedAt) return instance.terminatedAt;
  endActivity(group, member, 'Successful', now);
  forget(group, member);
  step.changed();
  return never;
}

function stepDetaching(step: Step, group: Group, member: Member): number {
  if (stillRegistered(step.store, group, member)) return never;
  endActivity(group, member, 'Successful', step.now);
  delete group.members[member.id];
  const instance = step.store.instances[member.id];
  if (instance !== undefined) delete instance.tags['aws:autoscaling:groupName'];
  step.changed();
  return never;
}
