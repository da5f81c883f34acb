import type { HealthReason, InstanceHealth } from '@gennaker/catalog/kit';

/** A target group's word on one instance, as DescribeTargetHealth gives it. */
export interface TargetFacts {
  readonly targetGroup: string;
  readonly state: string;
  readonly code?: string;
  readonly description?: string;
}

/** Everything known about one instance of a server group. */
export interface MemberFacts {
  readonly lifecycleState: string;
  /** `Healthy` or `Unhealthy`, as Auto Scaling marks it. */
  readonly healthStatus: string;
  /** EC2's `State.Name`; null when EC2 does not know the instance. */
  readonly machineState: string | null;
  /** EC2's two checks together; null when not asked for. */
  readonly statusChecks: string | null;
  /** One entry for every target group of the server group; empty when it has none. */
  readonly targets: readonly TargetFacts[];
  /** Epoch ms. */
  readonly launchTime: number | null;
}

/** A machine that young is starting, whatever else is (not) known. */
const YOUNG_MS = 180_000;

/** Does the instance still belong to its group? Leaving ones and warm pool ones do not. */
export const isMember = (lifecycleState: string): boolean =>
  !/^(Terminating|Terminated|Detaching|Detached|Quarantined|Warmed:)/.test(lifecycleState);

function machineHealth(state: string | null, checks: string | null): InstanceHealth {
  if (state === 'pending') return 'Starting';
  if (state !== 'running') return state === null ? 'Unknown' : 'Down';
  return checks === 'impaired' ? 'Down' : 'Unknown';
}

function lifecycleHealth(state: string): InstanceHealth {
  if (/^(Pending|ReplacingRootVolume|RootVolumeReplaced)/.test(state)) return 'Starting';
  if (state === 'InService') return 'Unknown';
  if (state === 'EnteringStandby' || state === 'Standby') return 'OutOfService';
  return /^Warmed:/.test(state) ? 'Unknown' : 'Down';
}

/** State and reason code of a target as one health word. */
export function targetHealthWord(state: string, code?: string): InstanceHealth {
  switch (state) {
    case 'healthy':
      return 'Up';
    case 'initial':
      return 'Starting';
    case 'draining':
    case 'unhealthy.draining':
      return 'Draining';
    case 'unavailable':
      return 'Unknown';
    case 'unused':
      return code === 'Target.InvalidState' || code === 'Target.IpUnusable' ? 'Down' : 'OutOfService';
    default:
      return 'Down';
  }
}

/** Is the target in the target group, as opposed to leaving it or never having been in? */
export const isRegistered = (target: Pick<TargetFacts, 'state' | 'code'>): boolean =>
  target.state !== 'draining' && !(target.state === 'unused' && (target.code ?? '') === 'Target.NotRegistered');

/** What each source says, in that source's own terms. */
export function reasonsFor(member: MemberFacts): readonly HealthReason[] {
  const machine: HealthReason = {
    source: 'machine',
    health: machineHealth(member.machineState, member.statusChecks),
    state: member.machineState ?? 'unknown',
    ...(member.statusChecks === null ? {} : { description: `status checks ${member.statusChecks}` }),
  };
  return [machine, groupReason(member), ...member.targets.map(targetReason)];
}

function groupReason(member: MemberFacts): HealthReason {
  const { lifecycleState, healthStatus } = member;
  const base = { source: 'group' as const, state: lifecycleState };
  if (healthStatus.toLowerCase() === 'unhealthy')
    return { ...base, health: 'Down', code: 'Unhealthy', description: 'marked unhealthy by its health check' };
  const vouches =
    member.targets.length === 0 &&
    lifecycleState === 'InService' &&
    member.machineState === 'running' &&
    member.statusChecks === 'ok';
  return { ...base, health: vouches ? 'Up' : lifecycleHealth(lifecycleState) };
}

const targetReason = (target: TargetFacts): HealthReason => ({
  source: 'target',
  where: target.targetGroup,
  health: targetHealthWord(target.state, target.code),
  state: target.state,
  ...(target.code === undefined ? {} : { code: target.code }),
  ...(target.description === undefined ? {} : { description: target.description }),
});

/** The sum of all sources. Up needs somebody to say so and nobody to object. */
export function healthOf(reasons: readonly HealthReason[], launchTime: number | null, now: number): InstanceHealth {
  const words = reasons.map((reason) => reason.health).filter((health) => health !== 'Unknown');
  if (words.length > 0 && words.every((health) => health === 'Up')) return 'Up';
  for (const word of ['Starting', 'Down', 'OutOfService', 'Draining'] as const) if (words.includes(word)) return word;
  return launchTime !== null && now - launchTime < YOUNG_MS ? 'Starting' : 'Unknown';
}

export interface TrafficFacts {
  readonly hasTargetGroups: boolean;
  readonly addToLoadBalancerSuspended: boolean;
  /** Targets of the members, over all target groups. */
  readonly targets: ReadonlyArray<Pick<TargetFacts, 'state' | 'code'>>;
}

/** Does the group take traffic? `partial` = it takes none now, or could at any moment. */
export function trafficOf(facts: TrafficFacts): 'enabled' | 'disabled' | 'partial' {
  if (!facts.hasTargetGroups) return facts.addToLoadBalancerSuspended ? 'disabled' : 'enabled';
  if (facts.targets.some((target) => target.state === 'healthy')) return 'enabled';
  return facts.addToLoadBalancerSuspended && !facts.targets.some(isRegistered) ? 'disabled' : 'partial';
}
