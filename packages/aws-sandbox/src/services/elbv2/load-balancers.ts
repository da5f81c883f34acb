import type {
  CreateLoadBalancerInput,
  DeleteLoadBalancerInput,
  DescribeAccountLimitsInput,
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancersInput,
  ModifyLoadBalancerAttributesInput,
  SetIpAddressTypeInput,
  SetSecurityGroupsInput,
  SetSubnetsInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { refuse } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { attributesIn, checkName, loadBalancerOf, noLoadBalancer, pairsOut, tagsIn } from './find.ts';
import type { LoadBalancer } from './state.ts';

export const defaultLoadBalancerAttributes: Record<string, string> = {
  'access_logs.s3.enabled': 'false',
  'deletion_protection.enabled': 'false',
  'idle_timeout.timeout_seconds': '60',
  'load_balancing.cross_zone.enabled': 'true',
  'routing.http2.enabled': 'true',
};

const networkAttributes: Record<string, string> = {
  'access_logs.s3.enabled': 'false',
  'deletion_protection.enabled': 'false',
  'load_balancing.cross_zone.enabled': 'false',
};

/** The attributes a new load balancer has. */
const attributesOfNew = (type: LoadBalancer['type']): Record<string, string> =>
  type === 'application' ? { ...defaultLoadBalancerAttributes } : { ...networkAttributes };

const knownAttributes = [
  ...Object.keys(defaultLoadBalancerAttributes),
  'access_logs.s3.bucket',
  'access_logs.s3.prefix',
  'client_keep_alive.seconds',
  'connection_logs.s3.bucket',
  'connection_logs.s3.enabled',
  'connection_logs.s3.prefix',
  'dns_record.client_routing_policy',
  'ipv6.deny_all_igw_traffic',
  'routing.http.desync_mitigation_mode',
  'routing.http.drop_invalid_header_fields.enabled',
  'routing.http.preserve_host_header.enabled',
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled',
  'routing.http.xff_client_port.enabled',
  'routing.http.xff_header_processing.mode',
  'waf.fail_open.enabled',
  'zonal_shift.config.enabled',
];

function loadBalancerOut(call: Call, balancer: LoadBalancer) {
  return {
    LoadBalancerArn: balancer.arn,
    LoadBalancerName: balancer.name,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneId: 'Z35SXDOTRQ7X7K',
    CreatedTime: new Date(balancer.createdAt),
    Scheme: balancer.scheme,
    Type: balancer.type,
    VpcId: balancer.vpcId,
    State: { Code: call.now < balancer.activeAt ? 'provisioning' : 'active' },
    IpAddressType: balancer.ipAddressType,
    SecurityGroups: balancer.securityGroups,
    AvailabilityZones: balancer.subnetIds.map((SubnetId) => ({
      SubnetId,
      ZoneName: call.view.subnets[SubnetId]?.zone,
      LoadBalancerAddresses: [],
    })),
  };
}

function checkSubnets(call: Call, ids: string[]): string {
  const subnets = ids.map(
    (id) => call.view.subnets[id] ?? refuse('SubnetNotFound', `The subnet ID '${id}' does not exist`),
  );
  if (new Set(subnets.map((subnet) => subnet.zone)).size !== subnets.length) {
    refuse(
      'InvalidConfigurationRequest',
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    );
  }
  if (new Set(subnets.map((subnet) => subnet.vpcId)).size > 1)
    refuse('InvalidSubnet', 'All subnets must belong to the same VPC');
  return subnets[0]?.vpcId ?? refuse('ValidationError', 'At least one subnet must be specified');
}

function checkGroups(call: Call, ids: string[]): void {
  for (const id of ids) {
    if (!call.view.securityGroups[id]) refuse('InvalidSecurityGroup', `The security group '${id}' does not exist`);
  }
}

/** An application load balancer without security groups gets the default one of its VPC. */
function defaultGroups(call: Call, type: string, vpcId: string): string[] {
  if (type !== 'application') return [];
  return Object.values(call.store.securityGroups)
    .filter((group) => group.vpcId === vpcId && group.name === 'default')
    .map((group) => group.id);
}

const sameSet = (a: string[], b: string[]): boolean => JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());

const limits = {
  'application-load-balancers': '50',
  'target-groups': '3000',
  'targets-per-application-load-balancer': '1000',
  'listeners-per-application-load-balancer': '50',
  'rules-per-application-load-balancer': '100',
  'network-load-balancers': '50',
  'targets-per-network-load-balancer': '3000',
  'listeners-per-network-load-balancer': '50',
  'condition-values-per-alb-rule': '5',
  'condition-wildcards-per-alb-rule': '5',
  'target-groups-per-action-on-application-load-balancer': '5',
  'target-groups-per-application-load-balancer': '100',
  'certificates-per-application-load-balancer': '25',
};

export const loadBalancerHandlers = {
  CreateLoadBalancer(call: Call, input: CreateLoadBalancerInput) {
    const name = input.Name ?? '';
    checkName('Load balancer', name);
    if (name.startsWith('internal-'))
      refuse('ValidationError', `Load balancer name '${name}' cannot begin with 'internal-'`);
    const subnetIds = input.Subnets ?? (input.SubnetMappings ?? []).map((mapping) => mapping.SubnetId ?? '');
    const vpcId = checkSubnets(call, subnetIds);
    const type = input.Type ?? 'application';
    const scheme = input.Scheme ?? 'internet-facing';
    checkGroups(call, input.SecurityGroups ?? []);
    if (type === 'application' && subnetIds.length < 2) {
      refuse('ValidationError', 'At least two subnets in two different Availability Zones must be specified');
    }
    const held = Object.values(call.store.loadBalancers).find((balancer) => balancer.name === name);
    if (held !== undefined) {
      const same =
        held.type === type &&
        held.scheme === scheme &&
        held.ipAddressType === (input.IpAddressType ?? 'ipv4') &&
        sameSet(held.securityGroups, input.SecurityGroups ?? defaultGroups(call, type, vpcId)) &&
        sameSet(held.subnetIds, subnetIds);
      if (same) return { LoadBalancers: [loadBalancerOut(call, held)] };
      refuse(
        'DuplicateLoadBalancerName',
        `A load balancer with the same name '${name}' exists, but with different settings`,
      );
    }
    const { random, profile } = call.world;
    const id = random.hex(16);
    const kind = type === 'network' ? 'net' : type === 'gateway' ? 'gwy' : 'app';
    const balancer: LoadBalancer = {
      arn: `arn:aws:elasticloadbalancing:${call.store.region}:${call.store.account}:loadbalancer/${kind}/${name}/${id}`,
      name,
      dnsName: `${scheme === 'internal' ? 'internal-' : ''}${name}-${random.hex(9)}.${call.store.region}.elb.amazonaws.com`,
      type: type as LoadBalancer['type'],
      scheme,
      vpcId,
      subnetIds,
      securityGroups: input.SecurityGroups ?? defaultGroups(call, type, vpcId),
      ipAddressType: input.IpAddressType ?? 'ipv4',
      createdAt: call.now,
      activeAt: call.now + Math.round(random.between(profile.loadBalancer) * 1000),
      attributes: attributesOfNew(type as LoadBalancer['type']),
      tags: tagsIn(input.Tags),
    };
    call.store.loadBalancers[balancer.arn] = balancer;
    return { LoadBalancers: [loadBalancerOut(call, balancer)] };
  },

  DescribeLoadBalancers(call: Call, input: DescribeLoadBalancersInput) {
    const all = Object.values(call.view.loadBalancers);
    for (const name of input.Names ?? []) if (!all.some((balancer) => balancer.name === name)) noLoadBalancer(name);
    for (const arn of input.LoadBalancerArns ?? []) loadBalancerOf(call.view, arn);
    const kept = all.filter(
      (balancer) =>
        (!input.Names?.length || input.Names.includes(balancer.name)) &&
        (!input.LoadBalancerArns?.length || input.LoadBalancerArns.includes(balancer.arn)),
    );
    const { items, next } = page(kept, input.Marker, input.PageSize, 400);
    return { LoadBalancers: items.map((balancer) => loadBalancerOut(call, balancer)), NextMarker: next };
  },

  DeleteLoadBalancer(call: Call, input: DeleteLoadBalancerInput) {
    const balancer = call.store.loadBalancers[input.LoadBalancerArn ?? ''];
    if (balancer === undefined) return {};
    if (balancer.attributes['deletion_protection.enabled'] === 'true') {
      refuse(
        'OperationNotPermitted',
        `Load balancer '${balancer.arn}' cannot be deleted because deletion protection is enabled`,
      );
    }
    for (const listener of Object.values(call.store.listeners)) {
      if (listener.loadBalancerArn !== balancer.arn) continue;
      for (const rule of Object.values(call.store.rules))
        if (rule.listenerArn === listener.arn) delete call.store.rules[rule.arn];
      delete call.store.listeners[listener.arn];
    }
    delete call.store.loadBalancers[balancer.arn];
    return {};
  },

  DescribeLoadBalancerAttributes(call: Call, input: DescribeLoadBalancerAttributesInput) {
    return { Attributes: pairsOut(loadBalancerOf(call.view, input.LoadBalancerArn).attributes) };
  },

  ModifyLoadBalancerAttributes(call: Call, input: ModifyLoadBalancerAttributesInput) {
    const balancer = loadBalancerOf(call.store, input.LoadBalancerArn);
    Object.assign(balancer.attributes, attributesIn(input.Attributes, knownAttributes));
    return { Attributes: pairsOut(balancer.attributes) };
  },

  SetSecurityGroups(call: Call, input: SetSecurityGroupsInput) {
    const balancer = loadBalancerOf(call.store, input.LoadBalancerArn);
    checkGroups(call, input.SecurityGroups ?? []);
    if (balancer.type === 'gateway' || (balancer.type === 'network' && balancer.securityGroups.length === 0))
      refuse('InvalidConfigurationRequest', 'Security groups can only be set on a load balancer made with some');
    balancer.securityGroups = input.SecurityGroups ?? [];
    return { SecurityGroupIds: balancer.securityGroups };
  },

  SetSubnets(call: Call, input: SetSubnetsInput) {
    const balancer = loadBalancerOf(call.store, input.LoadBalancerArn);
    const ids = input.Subnets ?? (input.SubnetMappings ?? []).map((mapping) => mapping.SubnetId ?? '');
    if (checkSubnets(call, ids) !== balancer.vpcId)
      refuse('InvalidSubnet', 'The subnets must be in the VPC of the load balancer');
    if (balancer.type === 'application' && ids.length < 2)
      refuse('ValidationError', 'At least two subnets in two different Availability Zones must be specified');
    balancer.subnetIds = ids;
    return { AvailabilityZones: loadBalancerOut(call, balancer).AvailabilityZones };
  },

  DescribeAccountLimits(_call: Call, _input: DescribeAccountLimitsInput) {
    const Limits = Object.entries(limits).map(([Name, Max]) => ({ Name, Max }));
    return { Limits };
  },

  SetIpAddressType(call: Call, input: SetIpAddressTypeInput) {
    const balancer = loadBalancerOf(call.store, input.LoadBalancerArn);
    balancer.ipAddressType = input.IpAddressType ?? balancer.ipAddressType;
    return { IpAddressType: balancer.ipAddressType };
  },
};
