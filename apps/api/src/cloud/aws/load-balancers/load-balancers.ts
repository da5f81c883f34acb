import type { Action, LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { InstanceHealth, ListenerRef, LoadBalancers, TargetCounts, TargetGroupRef } from '@gennaker/catalog/kit';
import type { AwsAccount } from '../accounts.ts';
import { isFailure } from '../errors.ts';
import type { Place, PlaceAt } from '../place.ts';
import { targetHealthWord } from '../server-groups/health.ts';
import { forwardedBy } from './actions.ts';
import { listenersAt, rulesAt } from './listeners.ts';
import { loadBalancersOfApplication, readLoadBalancer } from './read.ts';
import { removeLoadBalancer } from './remove.ts';
import { readShares, restoreActions, setShares } from './shares.ts';
import { upsertLoadBalancer } from './upsert.ts';

async function targetHealth(place: Place, targetGroup: string): Promise<TargetCounts> {
  const counts: Record<InstanceHealth, number> = {
    Up: 0,
    Starting: 0,
    Down: 0,
    OutOfService: 0,
    Draining: 0,
    Unknown: 0,
  };
  const arn = (await place.targetGroups.find(targetGroup))?.TargetGroupArn;
  const targets = arn ? await place.targetGroups.health(arn) : [];
  for (const { TargetHealth } of targets) counts[targetHealthWord(TargetHealth?.State ?? '', TargetHealth?.Reason)]++;
  return counts;
}

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

async function listenersOf(place: Place, ref: TargetGroupRef): Promise<readonly ListenerRef[]> {
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

/** Load balancers on Elastic Load Balancing v2: application and network ones. */
export function createLoadBalancers(placeAt: PlaceAt, accounts: readonly AwsAccount[]): LoadBalancers {
  const at = (ref: { readonly account: string; readonly region: string }) => placeAt(ref.account, ref.region);
  return {
    readShares: async (ref) => readShares(at(ref), ref),
    setShares: async (ref, shares, operation) => setShares(at(ref), ref, shares, operation),
    restoreActions: async (ref, picture, operation) => restoreActions(at(ref), ref, picture, operation),
    targetHealth: async (ref) => targetHealth(at(ref), ref.targetGroup),
    listenersOf: async (ref) => listenersOf(at(ref), ref),
    read: async (ref) => readLoadBalancer(at(ref), ref.name),
    async listApplication(application) {
      const places = accounts.flatMap(({ name, regions }) => regions.map((region) => placeAt(name, region)));
      return (await Promise.all(places.map((place) => loadBalancersOfApplication(place, application)))).flat();
    },
    upsert: async (spec, operation) => upsertLoadBalancer(at(spec), spec, operation),
    remove: async (ref, targetGroups, operation) => removeLoadBalancer(at(ref), ref, targetGroups, operation),
  };
}
