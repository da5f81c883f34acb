import type { DeletePolicyType, DescribePoliciesType, PutScalingPolicyType } from '@aws-sdk/client-auto-scaling';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { groupsNamed, invalid, liveGroupOf } from './find.ts';

/** Scaling policies are kept and shown; they do not act yet. */
export const policyHandlers = {
  PutScalingPolicy(call: Call, input: PutScalingPolicyType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const name = input.PolicyName ?? '';
    const PolicyARN =
      group.policies[name]?.PolicyARN ??
      `arn:aws:autoscaling:${call.store.region}:${call.store.account}:scalingPolicy:${call.world.random.uuid()}:autoScalingGroupName/${group.name}:policyName/${name}`;
    group.policies[name] = {
      ...input,
      PolicyARN,
      PolicyType: input.PolicyType ?? 'SimpleScaling',
      Enabled: input.Enabled ?? true,
      Alarms: [],
    };
    return { PolicyARN, Alarms: [] };
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
    return { ScalingPolicies: items, NextToken: next };
  },

  DeletePolicy(call: Call, input: DeletePolicyType): void {
    for (const group of groupsNamed(call.store, input.AutoScalingGroupName)) {
      const [name] =
        Object.entries(group.policies).find(
          ([key, policy]) => key === input.PolicyName || policy.PolicyARN === input.PolicyName,
        ) ?? [];
      if (name === undefined) continue;
      delete group.policies[name];
      return;
    }
    invalid(`No policy found with name ${input.PolicyName}`);
  },
};
