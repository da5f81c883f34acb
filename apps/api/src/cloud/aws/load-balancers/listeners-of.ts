import type { Action, LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ListenerRef, TargetGroupRef } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { forwardedBy } from './actions.ts';
import { listenersAt, rulesAt } from './listeners.ts';

/** Load balancers by ARN; those gone meanwhile are left out. */
async function balancersByArn(place: Place, arns: readonly string[]): Promise<readonly LoadBalancer[]> {
  const found = await Promise.all(
    arns.map(async (arn) => {
      try {
        const resource = `load balancer ${arn}`;
        const answer = await place.loadBalancing.describeLoadBalancers({ LoadBalancerArns: [arn] }, { resource });
        return answer.LoadBalancers ?? [];
      } catch (error) {
        if (isFailure(error, 'aws.gone')) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}

/** Listeners and rules that name the target group, whatever its weight. */
export async function listenersOf(place: Place, ref: TargetGroupRef): Promise<readonly ListenerRef[]> {
  const group = await place.targetGroups.find(ref.targetGroup);
  const sends = (actions: readonly Action[] | undefined): boolean =>
    forwardedBy(actions ?? []).some(({ arn }) => arn === group?.TargetGroupArn);
  const balancers = await balancersByArn(place, group?.LoadBalancerArns ?? []);
  const refs = await Promise.all(
    balancers.map(async (balancer) => {
      const listeners = await listenersAt(place, balancer);
      const each = listeners.map(async ({ ListenerArn = '', Port = 0, DefaultActions }) => {
        const { account, region } = ref;
        const at: ListenerRef = { account, region, loadBalancer: balancer.LoadBalancerName ?? '', port: Port };
        const rules = balancer.Type === 'application' ? await rulesAt(place, ListenerArn) : [];
        const byRule = rules.filter((rule) => sends(rule.Actions)).map((rule) => ({ ...at, rule: rule.RuleArn }));
        return sends(DefaultActions) ? [at, ...byRule] : byRule;
      });
      return (await Promise.all(each)).flat();
    }),
  );
  return refs.flat();
}
