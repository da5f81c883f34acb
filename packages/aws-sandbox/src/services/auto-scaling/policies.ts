import type {
  DeletePolicyType,
  DescribePoliciesType,
  ExecutePolicyType,
  PutScalingPolicyType,
  ScalingPolicy,
} from '@aws-sdk/client-auto-scaling';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { groupsNamed, invalid, liveGroupOf } from './find.ts';
import { coolsDown, runPolicy } from './scaling.ts';
import type { Group } from './state.ts';
import { putTrackingAlarms } from './tracking-alarms.ts';

const adjustmentTypes = ['ChangeInCapacity', 'ExactCapacity', 'PercentChangeInCapacity'];

/** Which fields each type of policy must have. */
const needs: Record<string, Array<keyof PutScalingPolicyType>> = {
  SimpleScaling: ['AdjustmentType', 'ScalingAdjustment'],
  StepScaling: ['AdjustmentType', 'StepAdjustments'],
  TargetTrackingScaling: ['TargetTrackingConfiguration'],
  PredictiveScaling: ['PredictiveScalingConfiguration'],
};

const belongs: Partial<Record<keyof PutScalingPolicyType, string[]>> = {
  AdjustmentType: ['SimpleScaling', 'StepScaling'],
  ScalingAdjustment: ['SimpleScaling'],
  Cooldown: ['SimpleScaling'],
  StepAdjustments: ['StepScaling'],
  EstimatedInstanceWarmup: ['StepScaling', 'TargetTrackingScaling'],
  TargetTrackingConfiguration: ['TargetTrackingScaling'],
  PredictiveScalingConfiguration: ['PredictiveScaling'],
};

function checkPolicy(input: PutScalingPolicyType, type: string): void {
  const needed = needs[type] ?? invalid(`Unknown policy type '${type}'`);
  if (!/^[^:]{1,255}$/.test(input.PolicyName ?? '')) {
    invalid(`Policy name '${input.PolicyName ?? ''}' must be 1 to 255 characters without ':'`);
  }
  for (const field of needed)
    if (input[field] === undefined) invalid(`${field} must be specified for ${type} policies`);
  for (const [field, types] of Object.entries(belongs)) {
    const given = input[field as keyof PutScalingPolicyType];
    const empty = given === undefined || (Array.isArray(given) && given.length === 0);
    if (!empty && !types.includes(type)) invalid(`${field} cannot be specified for ${type} policies`);
  }
  if (input.AdjustmentType !== undefined && !adjustmentTypes.includes(input.AdjustmentType)) {
    invalid(`Unknown adjustment type '${input.AdjustmentType}'`);
  }
}

function alarmsOf(store: RegionStore, policy: ScalingPolicy) {
  return Object.values(store.alarms)
    .filter(({ settings }) =>
      [settings.AlarmActions, settings.OKActions, settings.InsufficientDataActions].some((actions) =>
        actions?.includes(policy.PolicyARN ?? ''),
      ),
    )
    .map(({ name, arn }) => ({ AlarmName: name, AlarmARN: arn }));
}

const newArn = ({ store, world }: Call, group: Group, name: string): string =>
  `arn:aws:autoscaling:${store.region}:${store.account}:scalingPolicy:${world.random.uuid()}:autoScalingGroupName/${group.name}:policyName/${name}`;

function findPolicy(store: RegionStore, groupName: string | undefined, wanted: string | undefined) {
  for (const group of groupsNamed(store, groupName)) {
    for (const [name, policy] of Object.entries(group.policies)) {
      if (name === wanted || policy.PolicyARN === wanted) return { group, name, policy };
    }
  }
  return invalid(`No policy found with name ${wanted}`);
}

/** Scaling policies: simple, step and target tracking ones act when their alarms do; predictive ones are only kept. */
export const policyHandlers = {
  PutScalingPolicy(call: Call, input: PutScalingPolicyType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const name = input.PolicyName ?? '';
    const PolicyType = input.PolicyType ?? 'SimpleScaling';
    checkPolicy(input, PolicyType);
    const PolicyARN = group.policies[name]?.PolicyARN ?? newArn(call, group, name);
    const policy: ScalingPolicy = { ...input, PolicyARN, PolicyType, Enabled: input.Enabled ?? true };
    if (PolicyType === 'TargetTrackingScaling') putTrackingAlarms(call, group, policy);
    group.policies[name] = policy;
    return { PolicyARN, Alarms: alarmsOf(call.store, policy) };
  },

  DescribePolicies(call: Call, input: DescribePoliciesType) {
    const all = groupsNamed(call.view, input.AutoScalingGroupName).flatMap((group) => Object.values(group.policies));
    const kept = all.filter(
      (policy) =>
        (!input.PolicyNames?.length ||
          input.PolicyNames.some((name) => name === policy.PolicyName || name === policy.PolicyARN)) &&
        (!input.PolicyTypes?.length || input.PolicyTypes.includes(policy.PolicyType ?? '')),
    );
    const { items, next } = page(kept, input.NextToken, input.MaxRecords, 50);
    return {
      ScalingPolicies: items.map((policy) => ({ ...policy, Alarms: alarmsOf(call.view, policy) })),
      NextToken: next,
    };
  },

  DeletePolicy(call: Call, input: DeletePolicyType): void {
    const { group, name } = findPolicy(call.store, input.AutoScalingGroupName, input.PolicyName);
    delete group.policies[name];
  },

  ExecutePolicy(call: Call, input: ExecutePolicyType): void {
    const { group, policy } = findPolicy(call.store, input.AutoScalingGroupName, input.PolicyName);
    const simple = policy.PolicyType === 'SimpleScaling';
    if (!simple && policy.PolicyType !== 'StepScaling') {
      invalid(`Policies of type ${policy.PolicyType} cannot be executed`);
    }
    if (!simple && (input.MetricValue === undefined || input.BreachThreshold === undefined)) {
      invalid('MetricValue and BreachThreshold must be specified for StepScaling policies');
    }
    if (!simple && input.HonorCooldown) invalid('HonorCooldown is not supported for StepScaling policies');
    if (input.HonorCooldown && coolsDown(group, call.now)) {
      refuse('ScalingActivityInProgress', 'The group is in cooldown, or a scaling activity is in progress.');
    }
    runPolicy(call, group, policy, {
      alarm: null,
      metric: input.MetricValue ?? null,
      threshold: input.BreachThreshold ?? 0,
    });
  },
};
