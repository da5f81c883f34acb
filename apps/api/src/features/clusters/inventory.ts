import type { LoadBalancer, Ports, ServerGroup } from '@gennaker/catalog/kit';
import { countsOf } from './instance-counts.ts';
import { requestShares } from './request-shares.ts';

const keyOf = ({ account, region, name }: { account: string; region: string; name: string }): string =>
  [account, region, name].join(' ');

/** Load balancers of an application: its own, and all others that its server groups get requests from. */
export async function loadBalancersFor(
  ports: Pick<Ports, 'loadBalancers'>,
  application: string,
  groups: readonly ServerGroup[],
): Promise<readonly LoadBalancer[]> {
  const own = await ports.loadBalancers.listApplication(application);
  const known = new Set(own.map(keyOf));
  const others = new Map(
    groups.flatMap(({ account, region, loadBalancers }) =>
      loadBalancers
        .map((name) => ({ account, region, name }))
        .filter((ref) => !known.has(keyOf(ref)))
        .map((ref) => [keyOf(ref), ref] as const),
    ),
  );
  const found = await Promise.all([...others.values()].map((ref) => ports.loadBalancers.read(ref)));
  return [...own, ...found.filter((one) => one !== null)];
}

/**
 * Everything that an application runs, as the web UI shows it. Load balancers that cannot be read are told as a
 * problem: what is known of the server groups is still worth seeing.
 */
export async function readInventory(
  ports: Pick<Ports, 'serverGroups' | 'loadBalancers'>,
  application: string,
  withLoadBalancers: boolean,
) {
  const groups = await ports.serverGroups.listApplication(application);
  const problems: string[] = [];
  const balancers = withLoadBalancers
    ? await loadBalancersFor(ports, application, groups).catch((error: unknown) => {
        problems.push(`Load balancers were not read: ${error instanceof Error ? error.message : String(error)}`);
        return null;
      })
    : null;
  const memberOf = new Map(
    groups.flatMap(({ name, instances }) => instances.map(({ id, zone }) => [id, { name, zone }] as const)),
  );
  return {
    serverGroups: groups.map((group) => ({
      ...group,
      instanceCounts: countsOf(group.instances),
      shares: balancers ? requestShares(group, balancers) : null,
    })),
    loadBalancers:
      balancers?.map((balancer) => ({
        ...balancer,
        targetGroups: balancer.targetGroups.map((group) => ({
          ...group,
          targets: group.targets.map((target) => ({
            ...target,
            zone: target.zone ?? memberOf.get(target.id)?.zone ?? null,
            serverGroup: memberOf.get(target.id)?.name ?? null,
          })),
        })),
      })) ?? null,
    problems,
  };
}
