import type {
  HealthReason,
  Image,
  Instance,
  InstanceHealth,
  LoadBalancer,
  SecurityGroup,
  ServerGroup,
  Target,
} from '@gennaker/catalog/kit';
import { countsOf } from './instance-counts.ts';

const PROVIDER = 'aws';
const SOURCES: Readonly<Record<HealthReason['source'], string>> = {
  machine: 'Amazon',
  group: 'AutoScaling',
  target: 'TargetGroup',
};

/** An instance as other clients know it. */
export function instanceShape(instance: Instance) {
  return {
    id: instance.id,
    name: instance.id,
    availabilityZone: instance.zone,
    zone: instance.zone,
    launchTime: instance.launchTime,
    healthState: instance.health,
    health: instance.reasons.map((reason) => ({
      type: SOURCES[reason.source],
      healthClass: reason.source === 'machine' ? 'platform' : undefined,
      state: reason.health,
      ...(reason.where
        ? {
            targetGroups: [
              {
                targetGroupName: reason.where,
                state: reason.state,
                reasonCode: reason.code,
                description: reason.description,
              },
            ],
          }
        : { description: reason.description ?? reason.state }),
    })),
  };
}

/** A server group as other clients know it. */
export function serverGroupShape(group: ServerGroup) {
  const { name, account, region, moniker, image } = group;
  return {
    ...{ name, account, region, type: PROVIDER, provider: PROVIDER, cloudProvider: PROVIDER },
    application: moniker.app,
    cluster: moniker.cluster,
    moniker,
    createdTime: group.createdTime,
    capacity: group.capacity,
    isDisabled: group.traffic === 'disabled',
    disabled: group.traffic === 'disabled',
    beingDeleted: group.beingDeleted,
    instanceCounts: countsOf(group.instances),
    instances: group.instances.map(instanceShape),
    zones: [...new Set(group.instances.map(({ zone }) => zone))].sort(),
    loadBalancers: group.loadBalancers,
    targetGroups: group.targetGroups,
    suspendedProcesses: group.suspendedProcesses,
    asg: {
      autoScalingGroupName: name,
      minSize: group.capacity.min,
      desiredCapacity: group.capacity.desired,
      maxSize: group.capacity.max,
      suspendedProcesses: group.suspendedProcesses.map((processName) => ({ processName })),
    },
    image: { imageId: image.id, name: image.name },
    imageId: image.id,
    imageName: image.name,
    launchConfig: { imageId: image.id },
    buildInfo: image.version ? { version: image.version } : undefined,
  };
}

/** Clusters of one account, by name. */
export function clusterShapes(groups: readonly ServerGroup[]) {
  const names = [...new Set(groups.map(({ moniker }) => moniker.cluster))].sort();
  return names.map((name) => {
    const own = groups.filter(({ moniker }) => moniker.cluster === name);
    return {
      name,
      accountName: own[0]?.account ?? '',
      type: PROVIDER,
      application: own[0]?.moniker.app ?? null,
      moniker: own[0] ? { ...own[0].moniker, sequence: null } : null,
      loadBalancers: [...new Set(own.flatMap(({ loadBalancers }) => loadBalancers))].sort(),
      targetGroups: [...new Set(own.flatMap(({ targetGroups }) => targetGroups))].sort(),
      serverGroups: own.map(serverGroupShape),
    };
  });
}

const WORDS: Readonly<Record<InstanceHealth, string>> = {
  Up: 'InService',
  Starting: 'Starting',
  Down: 'OutOfService',
  OutOfService: 'OutOfService',
  Draining: 'OutOfService',
  Unknown: 'Unknown',
};

/** A load balancer as other clients know it; `groups` tell which server group a target is a member of. */
export function loadBalancerShape(balancer: LoadBalancer, groups: readonly ServerGroup[]) {
  const { name, account, region } = balancer;
  const members = (targets: readonly Target[]) =>
    groups
      .filter((group) => group.account === account && group.region === region)
      .flatMap((group) => {
        const own = targets.filter(({ id }) => group.instances.some((instance) => instance.id === id));
        if (own.length === 0) return [];
        return [
          {
            name: group.name,
            account,
            region,
            isDisabled: group.traffic === 'disabled',
            detachedInstances: [],
            instances: own.map(({ id, zone, health, state, code, description }) => ({
              ...{ id, zone },
              health: { type: 'TargetGroup', state: WORDS[health], reasonCode: code ?? state, description },
            })),
          },
        ];
      });
  return {
    ...{ name, account, region, type: PROVIDER, cloudProvider: PROVIDER, loadBalancerType: balancer.type },
    arn: balancer.arn,
    state: { code: balancer.state },
    dnsname: balancer.dnsName,
    scheme: balancer.internal ? 'internal' : 'internet-facing',
    vpcId: balancer.vpcId,
    subnets: balancer.subnetIds,
    availabilityZones: balancer.availabilityZones,
    securityGroups: balancer.securityGroups,
    createdTime: balancer.createdTime,
    listeners: balancer.listeners.map(({ port, protocol, actions, rules }) => ({
      port,
      protocol,
      defaultActions: actions,
      rules,
    })),
    serverGroups: members(balancer.targetGroups.flatMap(({ targets }) => targets)),
    targetGroups: balancer.targetGroups.map((group) => ({
      name: group.name,
      targetGroupName: group.name,
      account,
      region,
      loadBalancerNames: [name],
      protocol: group.protocol,
      port: group.port,
      targetType: group.targetType,
      vpcId: group.vpcId,
      attributes: group.attributes,
      serverGroups: members(group.targets),
    })),
  };
}

/** Load balancers by name, then account, then region. */
export function loadBalancerTree(balancers: readonly LoadBalancer[]) {
  const tree = new Map<string, Map<string, Map<string, LoadBalancer[]>>>();
  for (const one of balancers) {
    const accounts = tree.get(one.name) ?? new Map<string, Map<string, LoadBalancer[]>>();
    const regions = accounts.get(one.account) ?? new Map<string, LoadBalancer[]>();
    tree.set(one.name, accounts.set(one.account, regions.set(one.region, [...(regions.get(one.region) ?? []), one])));
  }
  return [...tree].map(([name, accounts]) => ({
    name,
    accounts: [...accounts].map(([account, regions]) => ({
      name: account,
      regions: [...regions].map(([region, members]) => ({
        name: region,
        loadBalancers: members.map((one) => ({
          ...{ name, account, region, type: PROVIDER, loadBalancerType: one.type, vpcId: one.vpcId },
        })),
      })),
    })),
  }));
}

/** A security group as other clients know it. */
export function securityGroupShape(group: SecurityGroup) {
  const { id, name, account, region, vpcId, description, tags } = group;
  return {
    ...{ id, name, account, accountName: account, region, vpcId, description, tags },
    type: PROVIDER,
    cloudProvider: PROVIDER,
    inboundRules: group.ingress.map((rule) => ({
      protocol: rule.protocol,
      portRanges: rule.fromPort === null ? [] : [{ startPort: rule.fromPort, endPort: rule.toPort }],
      ...(rule.cidr ? { range: cidrParts(rule.cidr) } : {}),
      ...(rule.securityGroup ? { securityGroup: { name: rule.securityGroup } } : {}),
      description: rule.description,
    })),
  };
}

const cidrParts = (cidr: string) => {
  const slash = cidr.lastIndexOf('/');
  return slash < 0 ? { ip: cidr, cidr: '' } : { ip: cidr.slice(0, slash), cidr: cidr.slice(slash) };
};

/** Security groups by account, provider and region. */
export function securityGroupTree(groups: readonly SecurityGroup[]) {
  const tree: Record<string, Record<string, Record<string, unknown[]>>> = {};
  for (const { account, region, name, id, vpcId } of groups) {
    const regions = tree[account]?.[PROVIDER] ?? {};
    tree[account] = { [PROVIDER]: { ...regions, [region]: [...(regions[region] ?? []), { name, id, vpcId }] } };
  }
  return tree;
}

/** Images by name, newest first, each with its ids by region. */
export function imageShapes(images: readonly Image[]) {
  const names = [...new Set(images.map(({ name }) => name))];
  return names.map((imageName) => {
    const own = images.filter(({ name }) => name === imageName);
    const regions = [...new Set(own.map(({ region }) => region))];
    return {
      imageName,
      accounts: [...new Set(own.map(({ account }) => account))],
      amis: Object.fromEntries(
        regions.map((region) => [
          region,
          [...new Set(own.filter((image) => image.region === region).map(({ id }) => id))],
        ]),
      ),
      attributes: {
        creationDate: new Date(own[0]?.createdTime ?? 0).toISOString(),
        virtualizationType: 'hvm',
        architecture: own[0]?.architecture ?? null,
      },
      tagsByImageId: Object.fromEntries(own.map(({ id, tags }) => [id, tags])),
    };
  });
}
