import type {
  Listener as AwsListener,
  LoadBalancer as AwsLoadBalancer,
  TargetGroup as AwsTargetGroup,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Listener, LoadBalancer, OwnedTargetGroup, Target, TargetGroup } from '@gennaker/catalog/kit';
import { parseMoniker } from '@gennaker/pipeline-dsl';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { targetHealthWord } from '../server-groups/health.ts';
import { TAG } from '../server-groups/tags.ts';
import { actionsOut } from './actions.ts';
import { conditionOut } from './conditions.ts';
import { findLoadBalancer, listenersAt, rulesAt } from './listeners.ts';
import { pairsOut } from './tags.ts';
import { loadBalancerName } from './target-groups.ts';

/** ARNs per DescribeTags. */
const MOST_TAGGED = 20;

const STATES: Readonly<Record<string, LoadBalancer['state']>> = { provisioning: 'provisioning', failed: 'failed' };

function targetOut(target: TargetHealthDescription): Target {
  const { State = '', Reason, Description } = target.TargetHealth ?? {};
  return {
    id: target.Target?.Id ?? '',
    port: target.Target?.Port ?? null,
    zone: target.Target?.AvailabilityZone ?? null,
    health: targetHealthWord(State, Reason),
    state: State,
    ...(Reason ? { code: Reason } : {}),
    ...(Description ? { description: Description } : {}),
  };
}

async function targetGroupOut(place: Place, group: AwsTargetGroup): Promise<TargetGroup> {
  const arn = group.TargetGroupArn ?? '';
  const name = group.TargetGroupName ?? '';
  const [attributes, targets] = await Promise.all([
    place.loadBalancing.describeTargetGroupAttributes({ TargetGroupArn: arn }, { resource: `target group ${name}` }),
    place.targetGroups.health(arn),
  ]);
  return {
    arn,
    name,
    protocol: group.Protocol ?? '',
    port: group.Port ?? 0,
    targetType: group.TargetType ?? 'instance',
    vpcId: group.VpcId ?? null,
    healthCheck: {
      protocol: group.HealthCheckProtocol ?? null,
      port: group.HealthCheckPort ?? null,
      path: group.HealthCheckPath ?? null,
      intervalSeconds: group.HealthCheckIntervalSeconds ?? null,
      timeoutSeconds: group.HealthCheckTimeoutSeconds ?? null,
      healthyThreshold: group.HealthyThresholdCount ?? null,
      unhealthyThreshold: group.UnhealthyThresholdCount ?? null,
      matcher: group.Matcher?.HttpCode ?? group.Matcher?.GrpcCode ?? null,
    },
    attributes: pairsOut(attributes.Attributes),
    targets: targets.map(targetOut),
  };
}

async function listenerOut(place: Place, listener: AwsListener, hasRules: boolean): Promise<Listener> {
  const rules = hasRules ? await rulesAt(place, listener.ListenerArn ?? '') : [];
  return {
    port: listener.Port ?? 0,
    protocol: listener.Protocol ?? '',
    sslPolicy: listener.SslPolicy ?? null,
    certificates: (listener.Certificates ?? []).flatMap(({ CertificateArn }) => CertificateArn ?? []),
    actions: actionsOut(listener.DefaultActions ?? []),
    rules: rules.map((rule) => ({
      priority: rule.Priority ?? '',
      conditions: (rule.Conditions ?? []).map(conditionOut),
      actions: actionsOut(rule.Actions ?? []),
    })),
  };
}

/** Target groups that listeners and rules of the load balancer send to; none when it is gone. */
export async function targetGroupsAt(place: Place, balancer: AwsLoadBalancer): Promise<readonly AwsTargetGroup[]> {
  const LoadBalancerArn = balancer.LoadBalancerArn ?? '';
  const resource = `load balancer ${balancer.LoadBalancerName ?? ''}`;
  try {
    return (await place.loadBalancing.describeTargetGroups({ LoadBalancerArn }, { resource })).TargetGroups ?? [];
  } catch (error) {
    if (isFailure(error, 'aws.gone')) return [];
    throw error;
  }
}

async function tagsOf(place: Place, arns: readonly string[]): Promise<ReadonlyMap<string, Record<string, string>>> {
  const tags = new Map<string, Record<string, string>>();
  for (let from = 0; from < arns.length; from += MOST_TAGGED) {
    const ResourceArns = arns.slice(from, from + MOST_TAGGED);
    try {
      const found = await place.loadBalancing.describeTags({ ResourceArns }, { resource: 'load balancers' });
      for (const { ResourceArn = '', Tags } of found.TagDescriptions ?? []) tags.set(ResourceArn, pairsOut(Tags));
    } catch (error) {
      // One that has gone since it was listed fails the whole call; names still tell whose the others are.
      if (!isFailure(error, 'aws.gone')) throw error;
    }
  }
  return tags;
}

async function balancerOut(
  place: Place,
  balancer: AwsLoadBalancer,
  tags: Readonly<Record<string, string>>,
): Promise<LoadBalancer> {
  const [listeners, targetGroups] = await Promise.all([
    listenersAt(place, balancer).then((all) =>
      Promise.all(all.map((one) => listenerOut(place, one, balancer.Type === 'application'))),
    ),
    targetGroupsAt(place, balancer).then((all) => Promise.all(all.map((group) => targetGroupOut(place, group)))),
  ]);
  const zones = balancer.AvailabilityZones ?? [];
  return {
    account: place.account.name,
    region: place.region,
    name: balancer.LoadBalancerName ?? '',
    arn: balancer.LoadBalancerArn ?? '',
    type: balancer.Type ?? '',
    state: STATES[balancer.State?.Code ?? ''] ?? 'active',
    dnsName: balancer.DNSName ?? '',
    internal: balancer.Scheme === 'internal',
    vpcId: balancer.VpcId ?? null,
    subnetIds: zones.flatMap((zone) => zone.SubnetId ?? []),
    availabilityZones: zones.flatMap((zone) => zone.ZoneName ?? []),
    securityGroups: balancer.SecurityGroups ?? [],
    ipAddressType: balancer.IpAddressType ?? null,
    createdTime: balancer.CreatedTime?.getTime() ?? null,
    tags,
    listeners: [...listeners].sort((a, b) => a.port - b.port),
    targetGroups,
  };
}

export async function readLoadBalancer(place: Place, name: string): Promise<LoadBalancer | null> {
  const balancer = await findLoadBalancer(place, name);
  if (!balancer) return null;
  const arn = balancer.LoadBalancerArn ?? '';
  return balancerOut(place, balancer, (await tagsOf(place, [arn])).get(arn) ?? {});
}

/** A target group by name, whether or not anything sends to it. */
export async function readTargetGroup(place: Place, name: string): Promise<OwnedTargetGroup | null> {
  const group = await place.targetGroups.find(name);
  if (!group) return null;
  const arn = group.TargetGroupArn ?? '';
  const [shown, tags] = await Promise.all([targetGroupOut(place, group), tagsOf(place, [arn])]);
  return {
    ...shown,
    tags: tags.get(arn) ?? {},
    loadBalancers: (group.LoadBalancerArns ?? []).map(loadBalancerName),
  };
}

/** Settings of a load balancer; empty when it is gone. */
export async function loadBalancerAttributes(place: Place, name: string): Promise<Readonly<Record<string, string>>> {
  const balancer = await findLoadBalancer(place, name);
  if (!balancer) return {};
  const LoadBalancerArn = balancer.LoadBalancerArn ?? '';
  const resource = `load balancer ${name}`;
  return pairsOut(
    (await place.loadBalancing.describeLoadBalancerAttributes({ LoadBalancerArn }, { resource })).Attributes,
  );
}

async function allLoadBalancers(place: Place): Promise<readonly AwsLoadBalancer[]> {
  const all: AwsLoadBalancer[] = [];
  for (let Marker: string | undefined, first = true; first || Marker; first = false) {
    const page = await place.loadBalancing.describeLoadBalancers({ Marker }, { resource: 'load balancers' });
    all.push(...(page.LoadBalancers ?? []));
    Marker = page.NextMarker;
  }
  return all;
}

/** Load balancers whose tags name the application or, without such a tag, whose name does. */
export async function loadBalancersOfApplication(place: Place, application: string): Promise<readonly LoadBalancer[]> {
  const wanted = application.toLowerCase();
  const all = await allLoadBalancers(place);
  const tags = await tagsOf(
    place,
    all.map((one) => one.LoadBalancerArn ?? ''),
  );
  const own = all.flatMap((balancer) => {
    const its = tags.get(balancer.LoadBalancerArn ?? '') ?? {};
    const stated = its[TAG.application] ?? its['spinnaker:application'];
    const app = stated ?? parseMoniker(balancer.LoadBalancerName ?? '')?.app;
    return app?.toLowerCase() === wanted ? [balancerOut(place, balancer, its)] : [];
  });
  return Promise.all(own);
}
