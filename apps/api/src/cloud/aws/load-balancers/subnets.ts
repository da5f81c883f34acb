import type { Subnet } from '@aws-sdk/client-ec2';
import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LoadBalancerSpec } from '@gennaker/catalog/kit';
import type { Place } from '../place.ts';
import { purposeOf } from '../server-groups/network.ts';

/** Where a load balancer is, or will be. */
export interface Seats {
  /** Null = nothing is said about subnets: those it has stay. */
  readonly subnetIds: readonly string[] | null;
  readonly vpcId: string | null;
  readonly problems: readonly string[];
}

/** One subnet a zone, as AWS wants it: the one that is in use, else the first by id. */
function onePerZone(subnets: readonly Subnet[], inUse: readonly string[]): readonly Subnet[] {
  const byZone = new Map<string, Subnet>();
  for (const subnet of [...subnets].sort((a, b) => ((a.SubnetId ?? '') < (b.SubnetId ?? '') ? -1 : 1))) {
    const zone = subnet.AvailabilityZone ?? '';
    if (!byZone.has(zone) || inUse.includes(subnet.SubnetId ?? '')) byZone.set(zone, subnet);
  }
  return [...byZone.values()];
}

async function candidates(place: Place, spec: LoadBalancerSpec, vpcId: string | null): Promise<readonly Subnet[]> {
  const filters = [
    ...(spec.subnetIds?.length ? [{ Name: 'subnet-id', Values: [...spec.subnetIds] }] : []),
    ...(spec.availabilityZones?.length ? [{ Name: 'availability-zone', Values: [...spec.availabilityZones] }] : []),
    ...(vpcId ? [{ Name: 'vpc-id', Values: [vpcId] }] : []),
  ];
  const found = await place.ec2.describeSubnets(filters.length > 0 ? { Filters: filters } : {}, {
    resource: 'subnets',
  });
  const all = found.Subnets ?? [];
  if (spec.subnetIds?.length) return all;
  return all.filter((one) => (spec.subnetType ? purposeOf(one) === spec.subnetType : one.DefaultForAz === true));
}

/** Chooses subnets by id, or by purpose and zone, by reads alone. */
export async function chooseSeats(
  place: Place,
  spec: LoadBalancerSpec,
  present: LoadBalancer | undefined,
): Promise<Seats> {
  const vpcId = spec.vpcId ?? present?.VpcId ?? null;
  const isSaid = Boolean(spec.subnetIds?.length || spec.subnetType || spec.availabilityZones?.length);
  if (present && !isSaid) return { subnetIds: null, vpcId, problems: [] };
  const inUse = (present?.AvailabilityZones ?? []).flatMap((zone) => zone.SubnetId ?? []);
  const chosen = onePerZone(await candidates(place, spec, vpcId), inUse);
  const ids = chosen.flatMap((subnet) => subnet.SubnetId ?? []);
  const zones = new Set(chosen.map((subnet) => subnet.AvailabilityZone));
  const where = vpcId ? `${vpcId} of ${place.region}` : place.region;
  const what = spec.subnetType ? `subnet with purpose "${spec.subnetType}"` : 'default subnet';
  const missing = (spec.availabilityZones ?? []).filter((zone) => !zones.has(zone));
  const unknown = (spec.subnetIds ?? []).filter((id) => !ids.includes(id));
  return {
    subnetIds: ids,
    vpcId: vpcId ?? chosen[0]?.VpcId ?? null,
    problems: spec.subnetIds?.length
      ? unknown.map((id) => `Subnet ${id} does not exist in ${where}, or another one is in the same zone.`)
      : [
          ...missing.map((zone) => `There is no ${what} in zone ${zone} of ${where}.`),
          ...(ids.length === 0 && missing.length === 0 ? [`There is no ${what} in ${where}.`] : []),
        ],
  };
}
