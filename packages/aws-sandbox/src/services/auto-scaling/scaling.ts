import type { ScalingPolicy, StepAdjustment } from '@aws-sdk/client-auto-scaling';
import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { currentMembers } from './members.ts';
import type { Group } from './state.ts';

/** Why a policy runs. */
export interface Trigger {
  /** Null: somebody asked for it. */
  alarm: { name: string; state: string } | null;
  /** The newest value of the metric, when there is one. */
  metric: number | null;
  /** The value that the metric crossed. */
  threshold: number;
}

interface Stage {
  world: World;
  store: RegionStore;
  now: number;
}

export function policyByArn(store: RegionStore, arn: string): { group: Group; policy: ScalingPolicy } | null {
  for (const group of Object.values(store.groups)) {
    for (const policy of Object.values(group.policies)) if (policy.PolicyARN === arn) return { group, policy };
  }
  return null;
}

/**
 * Runs a scaling policy now. True when the desired capacity changed. An alarm moves nothing while the process
 * AlarmNotification is suspended or the policy is switched off.
 */
export function runPolicy(stage: Stage, group: Group, policy: ScalingPolicy, trigger: Trigger): boolean {
  const deaf = group.suspended['AlarmNotification'] !== undefined || policy.Enabled === false;
  if (group.deletingSince !== null || (trigger.alarm !== null && deaf)) return false;
  const wanted = wantedBy(stage, group, policy, trigger);
  if (wanted === null) return false;
  const desired = Math.min(group.maxSize, Math.max(group.minSize, wanted));
  const before = group.desired;
  if (desired === before) return false;
  const who =
    trigger.alarm === null
      ? `a user request executed policy ${policy.PolicyName}`
      : `a monitor alarm ${trigger.alarm.name} in state ${trigger.alarm.state} triggered policy ${policy.PolicyName}`;
  group.desired = desired;
  group.capacityCause = `${who} changing the desired capacity from ${before} to ${desired}`;
  if (policy.PolicyType === 'SimpleScaling') {
    group.simpleScaling = { at: stage.now, cooldownSeconds: policy.Cooldown ?? group.cooldownSeconds };
  }
  if (desired < before) group.scaledInAt = stage.now;
  return true;
}

/** The capacity a policy asks for, before the limits of the group; null when it asks for nothing now. */
function wantedBy(stage: Stage, group: Group, policy: ScalingPolicy, trigger: Trigger): number | null {
  switch (policy.PolicyType) {
    case 'SimpleScaling':
      if (trigger.alarm !== null && coolsDown(group, stage.now)) return null;
      return adjusted(policy, policy.ScalingAdjustment ?? 0, group.desired);
    case 'StepScaling':
      return stepWanted(stage, group, policy, trigger);
    case 'TargetTrackingScaling':
      return trackedWanted(stage, group, policy, trigger);
    default:
      return null;
  }
}

/** True while an activity is under way, or the cooldown of the last simple scaling has not passed since its end. */
export function coolsDown(group: Group, now: number): boolean {
  if (group.activities.some((activity) => activity.endedAt === null)) return true;
  const last = group.simpleScaling;
  if (last === undefined) return false;
  const since = group.activities.filter((activity) => activity.startedAt >= last.at);
  const ended = Math.max(last.at, ...since.map((activity) => activity.endedAt ?? 0));
  return now < ended + last.cooldownSeconds * 1000;
}

function adjusted(policy: ScalingPolicy, amount: number, capacity: number): number {
  if (policy.AdjustmentType === 'ExactCapacity') return amount;
  if (policy.AdjustmentType !== 'PercentChangeInCapacity') return capacity + amount;
  const exact = (capacity * amount) / 100;
  const whole = Math.abs(exact) >= 1 ? Math.trunc(exact) : Math.sign(exact);
  const least = policy.MinAdjustmentMagnitude ?? 0;
  return capacity + (Math.abs(whole) < least ? Math.sign(amount) * least : whole);
}

function warmupMs(group: Group, policy: ScalingPolicy): number {
  return 1000 * (policy.EstimatedInstanceWarmup ?? group.warmupSeconds ?? group.cooldownSeconds);
}

/** How many members are past their warm-up, and how many are not. */
function warmth({ now }: Stage, group: Group, policy: ScalingPolicy): { warm: number; warming: number } {
  const members = currentMembers(group);
  const warmup = warmupMs(group, policy);
  const warm = members.filter((each) => each.inServiceAt !== null && each.inServiceAt + warmup <= now).length;
  return { warm, warming: members.length - warm };
}

function stepWanted(stage: Stage, group: Group, policy: ScalingPolicy, { metric, threshold }: Trigger): number | null {
  const step = stepFor(policy.StepAdjustments ?? [], metric === null ? 0 : metric - threshold);
  if (step === undefined) return null;
  const { warm, warming } = warmth(stage, group, policy);
  const grown = adjusted(policy, step.ScalingAdjustment ?? 0, warm);
  const amount = step.ScalingAdjustment ?? 0;
  const shrinks = policy.AdjustmentType === 'ExactCapacity' ? amount < group.desired : amount < 0;
  if (!shrinks) return Math.max(grown, group.desired);
  return warming > 0 ? null : adjusted(policy, amount, group.desired);
}

/** The step whose interval, counted from the threshold, holds the difference. */
function stepFor(steps: StepAdjustment[], difference: number): StepAdjustment | undefined {
  return steps.find((step) => {
    const low = step.MetricIntervalLowerBound ?? Number.NEGATIVE_INFINITY;
    const high = step.MetricIntervalUpperBound ?? Number.POSITIVE_INFINITY;
    return difference >= 0 ? difference >= low && difference < high : difference > low && difference <= high;
  });
}

/** Capacity in proportion to metric and target. It grows at once, and shrinks only when nothing is warming up. */
function trackedWanted(stage: Stage, group: Group, policy: ScalingPolicy, { metric }: Trigger): number | null {
  const { TargetValue: target = 0, DisableScaleIn } = policy.TargetTrackingConfiguration ?? {};
  if (metric === null || target <= 0) return null;
  const { warm, warming } = warmth(stage, group, policy);
  if (metric > target) return Math.max(group.desired, Math.ceil((warm * metric) / target));
  const lately = group.scaledInAt !== undefined && stage.now < group.scaledInAt + warmupMs(group, policy);
  if (DisableScaleIn || warming > 0 || lately) return null;
  return Math.ceil((group.desired * metric) / target);
}
