import type { InstanceHealth, LoadBalancers, TargetCounts } from '@gennaker/catalog/kit';
import type { AwsAccount } from '../accounts.ts';
import type { Place, PlaceAt } from '../place.ts';
import { targetHealthWord } from '../server-groups/health.ts';
import { listenersOf } from './listeners-of.ts';
import { loadBalancerAttributes, loadBalancersOfApplication, readLoadBalancer, readTargetGroup } from './read.ts';
import { removeLoadBalancer, removeTargetGroups } from './remove.ts';
import { changeTargetGroup } from './save-target-groups.ts';
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
    readAttributes: async (ref) => loadBalancerAttributes(at(ref), ref.name),
    readTargetGroup: async (ref) => readTargetGroup(at(ref), ref.targetGroup),
    async listApplication(application) {
      const places = accounts.flatMap(({ name, regions }) => regions.map((region) => placeAt(name, region)));
      return (await Promise.all(places.map((place) => loadBalancersOfApplication(place, application)))).flat();
    },
    upsert: async (spec, operation) => upsertLoadBalancer(at(spec), spec, operation),
    remove: async (ref, targetGroups, operation) => removeLoadBalancer(at(ref), ref, targetGroups, operation),
    saveTargetGroup: async (ref, settings, operation) =>
      changeTargetGroup(at(ref), ref.targetGroup, settings, operation),
    removeTargetGroups: async (place, names, operation) => removeTargetGroups(at(place), names, undefined, operation),
  };
}
