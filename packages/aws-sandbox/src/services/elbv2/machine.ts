import { type Machine, nextAfter, type Step } from '../../world/world.ts';
import { appAnswers, appFailure, instanceState } from '../ec2/instance-states.ts';
import { usersOfTargetGroups } from './forwarding.ts';
import type { Target, TargetGroup, TargetState } from './state.ts';

/** Health checks, draining, and targets that fall out of use. */
export const elbv2Machine: Machine = (step) => {
  const { store, now } = step;
  let due = Number.POSITIVE_INFINITY;
  for (const balancer of Object.values(store.loadBalancers)) due = Math.min(due, nextAfter(now, balancer.activeAt));
  const users = usersOfTargetGroups(store);
  for (const group of Object.values(store.targetGroups)) {
    const inUse = users.has(group.arn);
    for (const [key, target] of Object.entries(group.targets)) {
      due = Math.min(due, stepTarget(step, group, key, target, inUse));
    }
  }
  return due;
};

function stepTarget(step: Step, group: TargetGroup, key: string, target: Target, inUse: boolean): number {
  const { store, now } = step;
  if (target.drainingUntil !== null) {
    if (now < target.drainingUntil) return target.drainingUntil;
    delete group.targets[key];
    step.changed();
    return Number.POSITIVE_INFINITY;
  }
  const instance = store.instances[target.id];
  const state = instance === undefined ? 'terminated' : instanceState(instance, now);
  if (group.targetType === 'instance' && state === 'terminated') {
    delete group.targets[key];
    step.changed();
    return Number.POSITIVE_INFINITY;
  }
  if (!group.healthCheck.enabled) return rest(step, target, 'unavailable', 'Target.HealthCheckDisabled');
  if (!inUse) return rest(step, target, 'unused', 'Target.NotInUse');
  if (instance !== undefined && state !== 'running') return rest(step, target, 'unused', 'Target.InvalidState');
  return check(step, group, target);
}

/** Puts a target aside: nothing is checked until its circumstances change. */
function rest(step: Step, target: Target, state: TargetState, reason: string): number {
  if (target.state !== state || target.reason !== reason) {
    enter(step, target, state, reason);
    target.checksFrom = null;
  }
  return Number.POSITIVE_INFINITY;
}

function enter(step: Step, target: Target, state: TargetState, reason: string | null): void {
  target.state = state;
  target.reason = reason;
  if (state === 'healthy') target.everHealthy = true;
  step.changed();
}

function check(step: Step, group: TargetGroup, target: Target): number {
  const { world, store, now } = step;
  if (target.checksFrom === null) {
    enter(step, target, 'initial', 'Elb.RegistrationInProgress');
    target.checksFrom = now + Math.round(world.random.between(world.profile.registration) * 1000);
    target.passingSince = now;
  }
  if (now < target.checksFrom) return target.checksFrom;
  if (target.reason === 'Elb.RegistrationInProgress') enter(step, target, 'initial', 'Elb.InitialHealthChecking');
  const instance = store.instances[target.id];
  const passing = instance === undefined || appAnswers(world, instance, now);
  if (passing !== target.passing) {
    target.passing = passing;
    target.passingSince = now;
  }
  const settled = passing ? target.state === 'healthy' : target.state === 'unhealthy';
  if (settled) return Number.POSITIVE_INFINITY;
  const at = decidingCheck(group, target);
  if (now < at) return at;
  if (passing) enter(step, target, 'healthy', null);
  else {
    const words = instance !== undefined && group.healthCheck.protocol.startsWith('HTTP');
    enter(step, target, 'unhealthy', words ? appFailure(instance, now) : 'Target.FailedHealthChecks');
  }
  return Number.POSITIVE_INFINITY;
}

/** The time of the check that turns the state, counted from when the answers changed. */
function decidingCheck(group: TargetGroup, target: Target): number {
  const { intervalSeconds, healthyThreshold, unhealthyThreshold } = group.healthCheck;
  const needed = target.passing ? (target.state === 'initial' ? 1 : healthyThreshold) : unhealthyThreshold;
  const from = target.checksFrom ?? target.passingSince;
  const interval = intervalSeconds * 1000;
  const first = from + Math.max(0, Math.ceil((target.passingSince - from) / interval)) * interval;
  return first + (needed - 1) * interval;
}
