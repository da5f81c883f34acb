import type { TargetGroup, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { batched } from '../batch.ts';
import type { PlaceClients } from '../clients.ts';
import type { CloudClock } from '../clock.ts';
import { isFailure } from '../errors.ts';
import { Expiring } from '../expiring.ts';
import { toldBy } from '../request-ids.ts';

const WIRING_KEPT_MS = 10 * 60_000;
const MOST_ARNS = 20;

/** `…:targetgroup/web-tg/0123` → `web-tg`. */
export const targetGroupName = (arn: string): string => arn.split('/')[1] ?? arn;

/** `…:loadbalancer/app/web/0123` → `web`. */
export const loadBalancerName = (arn: string): string => arn.split('/').at(-2) ?? arn;

/** Target groups of one account and region. */
export interface TargetGroups {
  /** Live health of every target, including those still draining; empty when the target group is gone. */
  health(arn: string): Promise<readonly TargetHealthDescription[]>;
  /** By ARN, not older than ten minutes (wiring, for people to read); undefined when there is none. */
  byArn(arn: string): Promise<TargetGroup | undefined>;
  /** By name or ARN, live. */
  find(nameOrArn: string): Promise<TargetGroup | undefined>;
}

export function targetGroupsOf(place: PlaceClients, clock: CloudClock): TargetGroups {
  const { loadBalancing } = place;
  const wiring = new Expiring<TargetGroup>(clock, WIRING_KEPT_MS);
  const pressure = place.pressure.loadBalancing;

  async function describe(input: { TargetGroupArns?: string[]; Names?: string[] }): Promise<readonly TargetGroup[]> {
    try {
      return (await loadBalancing.describeTargetGroups(input)).TargetGroups ?? [];
    } catch (error) {
      if (isFailure(error, 'aws.gone')) return [];
      throw error;
    }
  }

  /** One missing ARN fails the whole call: then each is asked for alone. */
  async function describeAll(arns: readonly string[]): Promise<ReadonlyMap<string, TargetGroup>> {
    let found = await describe({ TargetGroupArns: [...arns] });
    if (found.length < arns.length && arns.length > 1)
      found = (await Promise.all(arns.map((arn) => describe({ TargetGroupArns: [arn] })))).flat();
    return new Map(found.map((group) => [group.TargetGroupArn ?? '', group]));
  }

  async function healthOfOne(arn: string): Promise<readonly TargetHealthDescription[]> {
    try {
      const answer = await loadBalancing.describeTargetHealth({ TargetGroupArn: arn });
      return toldBy(answer.TargetHealthDescriptions ?? [], answer);
    } catch (error) {
      if (isFailure(error, 'aws.gone')) return [];
      throw error;
    }
  }

  /** One that is on no load balancer yet may be put on one at any moment. */
  function remember(group: TargetGroup): TargetGroup {
    const wired = (group.LoadBalancerArns ?? []).length > 0;
    return wired && group.TargetGroupArn ? wiring.set(group.TargetGroupArn, group) : group;
  }

  const loadWiring = batched<string, TargetGroup>({ clock, most: MOST_ARNS, pressure, load: describeAll });
  const loadHealth = batched<string, readonly TargetHealthDescription[]>({
    clock,
    most: 1,
    pressure,
    load: async ([arn = '']) => new Map([[arn, await healthOfOne(arn)]]),
  });

  return {
    health: async (arn) => (await loadHealth(arn)) ?? [],
    async byArn(arn) {
      const known = wiring.get(arn);
      if (known) return known;
      const found = await loadWiring(arn);
      return found && remember(found);
    },
    async find(nameOrArn) {
      const isArn = nameOrArn.startsWith('arn:');
      const [found] = await describe(isArn ? { TargetGroupArns: [nameOrArn] } : { Names: [nameOrArn] });
      return found && remember(found);
    },
  };
}
