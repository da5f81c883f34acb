import type {
  CreateTargetGroupInput,
  DeleteTargetGroupInput,
  DeregisterTargetsInput,
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupsInput,
  DescribeTargetHealthInput,
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupInput,
  RegisterTargetsInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { refuse } from '../../wire/service-error.ts';
import { instanceState } from '../ec2/instance-states.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { attributesIn, checkName, noTargetGroup, pairsOut, tagsIn, targetGroupOf } from './find.ts';
import { usersOfTargetGroups } from './forwarding.ts';
import type { HealthCheck, Target, TargetGroup } from './state.ts';
import { deregisterTarget, registerTarget } from './targets.ts';

export const defaultTargetGroupAttributes: Record<string, string> = {
  'deregistration_delay.timeout_seconds': '300',
  'stickiness.enabled': 'false',
  'stickiness.type': 'lb_cookie',
  'stickiness.lb_cookie.duration_seconds': '86400',
  'slow_start.duration_seconds': '0',
  'load_balancing.algorithm.type': 'round_robin',
};

const networkAttributes: Record<string, string> = {
  'deregistration_delay.timeout_seconds': '300',
  'deregistration_delay.connection_termination.enabled': 'false',
  'proxy_protocol_v2.enabled': 'false',
  'preserve_client_ip.enabled': 'true',
  'stickiness.enabled': 'false',
  'stickiness.type': 'source_ip',
  'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
};

const attributesOfNew = (protocol: string): Record<string, string> =>
  protocol.startsWith('HTTP') ? { ...defaultTargetGroupAttributes } : { ...networkAttributes };

const knownAttributes = [
  ...Object.keys(defaultTargetGroupAttributes),
  ...Object.keys(networkAttributes),
  'load_balancing.algorithm.anomaly_mitigation',
  'stickiness.app_cookie.cookie_name',
  'stickiness.app_cookie.duration_seconds',
  'target_group_health.dns_failover.minimum_healthy_targets.count',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage',
  'target_health_state.unhealthy.connection_termination.enabled',
  'target_health_state.unhealthy.draining_interval_seconds',
];

const descriptions: Record<string, string> = {
  'Elb.RegistrationInProgress': 'Target registration is in progress',
  'Elb.InitialHealthChecking': 'Initial health checks in progress',
  'Target.ResponseCodeMismatch': 'Health checks failed with these codes: [500]',
  'Target.Timeout': 'Request timed out',
  'Target.FailedHealthChecks': 'Health checks failed',
  'Target.NotRegistered': 'Target is not registered to the target group',
  'Target.NotInUse': 'Target group is not configured to receive traffic from the load balancer',
  'Target.InvalidState': 'Target is in the stopped state',
  'Target.DeregistrationInProgress': 'Target deregistration is in progress',
  'Target.HealthCheckDisabled': 'Health checks are disabled for this target group',
};

type HealthInput = Pick<
  CreateTargetGroupInput,
  | 'HealthCheckEnabled'
  | 'HealthCheckProtocol'
  | 'HealthCheckPort'
  | 'HealthCheckPath'
  | 'HealthCheckIntervalSeconds'
  | 'HealthCheckTimeoutSeconds'
  | 'HealthyThresholdCount'
  | 'UnhealthyThresholdCount'
  | 'Matcher'
>;

function healthCheckIn(input: HealthInput, before: HealthCheck): HealthCheck {
  const check: HealthCheck = {
    enabled: input.HealthCheckEnabled ?? before.enabled,
    protocol: input.HealthCheckProtocol ?? before.protocol,
    port: input.HealthCheckPort ?? before.port,
    path: input.HealthCheckPath ?? before.path,
    intervalSeconds: input.HealthCheckIntervalSeconds ?? before.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? before.timeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount ?? before.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? before.unhealthyThreshold,
    matcher: input.Matcher?.HttpCode ?? input.Matcher?.GrpcCode ?? before.matcher,
  };
  if (check.intervalSeconds < 5 || check.intervalSeconds > 300)
    refuse('ValidationError', `Health check interval '${check.intervalSeconds}' not in range [5, 300]`);
  for (const count of [check.healthyThreshold, check.unhealthyThreshold]) {
    if (count < 2 || count > 10)
      refuse('ValidationError', `Health check threshold count '${count}' not in range [2, 10]`);
  }
  if (check.timeoutSeconds > check.intervalSeconds) {
    refuse(
      'ValidationError',
      `Health check timeout '${check.timeoutSeconds}' must be smaller than or equal to the interval '${check.intervalSeconds}'`,
    );
  }
  return check;
}

/** The health check a target group has when nothing is said. */
export function defaultHealthCheck(protocol: string): HealthCheck {
  const http = protocol.startsWith('HTTP');
  return {
    enabled: true,
    protocol: http ? 'HTTP' : 'TCP',
    port: 'traffic-port',
    path: http ? '/' : null,
    intervalSeconds: 30,
    timeoutSeconds: http ? 5 : 10,
    healthyThreshold: 5,
    unhealthyThreshold: 2,
    matcher: http ? '200' : null,
  };
}

function targetGroupOut(call: Call, group: TargetGroup, users: Map<string, Set<string>>) {
  const { healthCheck: check } = group;
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: group.vpcId ?? undefined,
    TargetType: group.targetType,
    IpAddressType: group.ipAddressType,
    ProtocolVersion: group.protocolVersion ?? undefined,
    LoadBalancerArns: [...(users.get(group.arn) ?? [])].filter((arn) => call.view.loadBalancers[arn] !== undefined),
    HealthCheckEnabled: check.enabled,
    HealthCheckProtocol: check.protocol,
    HealthCheckPort: check.port,
    HealthCheckPath: check.path ?? undefined,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    Matcher: check.matcher === null ? undefined : { HttpCode: check.matcher },
  };
}

function healthOut(group: TargetGroup, target: Pick<Target, 'id' | 'port' | 'state' | 'reason'>) {
  return {
    Target: { Id: target.id, Port: target.port },
    HealthCheckPort: group.healthCheck.port === 'traffic-port' ? String(target.port) : group.healthCheck.port,
    TargetHealth: {
      State: target.state,
      Reason: target.reason ?? undefined,
      Description: target.reason === null ? undefined : descriptions[target.reason],
    },
  };
}

const protocols = ['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC'];

export const targetGroupHandlers = {
  CreateTargetGroup(call: Call, input: CreateTargetGroupInput) {
    const name = input.Name ?? '';
    checkName('Target group', name);
    const { Protocol: protocol = 'HTTP', Port: port = 80, TargetType: targetType = 'instance' } = input;
    if (targetType !== 'lambda') {
      if (input.VpcId === undefined) refuse('ValidationError', 'A VPC ID must be specified');
      if (!call.view.vpcs[input.VpcId]) refuse('ValidationError', `The VPC ID '${input.VpcId}' is not found`);
    }
    if (!protocols.includes(protocol)) refuse('ValidationError', `Protocol '${protocol}' is not valid`);
    const healthCheck = healthCheckIn(input, defaultHealthCheck(protocol));
    const held = Object.values(call.store.targetGroups).find((group) => group.name === name);
    if (held !== undefined) {
      const same =
        held.protocol === protocol &&
        held.port === port &&
        held.targetType === targetType &&
        held.vpcId === (input.VpcId ?? null) &&
        JSON.stringify(held.healthCheck) === JSON.stringify(healthCheck);
      if (!same)
        refuse(
          'DuplicateTargetGroupName',
          `A target group with the same name '${name}' exists, but with different settings`,
        );
      return { TargetGroups: [targetGroupOut(call, held, usersOfTargetGroups(call.store))] };
    }
    const group: TargetGroup = {
      arn: `arn:aws:elasticloadbalancing:${call.store.region}:${call.store.account}:targetgroup/${name}/${call.world.random.hex(16)}`,
      name,
      protocol,
      port,
      vpcId: input.VpcId ?? null,
      targetType,
      ipAddressType: input.IpAddressType ?? 'ipv4',
      protocolVersion: protocol.startsWith('HTTP') ? (input.ProtocolVersion ?? 'HTTP1') : null,
      healthCheck,
      attributes: attributesOfNew(protocol),
      tags: tagsIn(input.Tags),
      targets: {},
    };
    call.store.targetGroups[group.arn] = group;
    return { TargetGroups: [targetGroupOut(call, group, new Map())] };
  },

  DescribeTargetGroups(call: Call, input: DescribeTargetGroupsInput) {
    const all = Object.values(call.view.targetGroups);
    const users = usersOfTargetGroups(call.view);
    for (const name of input.Names ?? []) if (!all.some((group) => group.name === name)) noTargetGroup(name);
    for (const arn of input.TargetGroupArns ?? []) targetGroupOf(call.view, arn);
    const kept = all.filter(
      (group) =>
        (!input.Names?.length || input.Names.includes(group.name)) &&
        (!input.TargetGroupArns?.length || input.TargetGroupArns.includes(group.arn)) &&
        (input.LoadBalancerArn === undefined || users.get(group.arn)?.has(input.LoadBalancerArn)),
    );
    const { items, next } = page(kept, input.Marker, input.PageSize, 400);
    return { TargetGroups: items.map((group) => targetGroupOut(call, group, users)), NextMarker: next };
  },

  ModifyTargetGroup(call: Call, input: ModifyTargetGroupInput) {
    const group = targetGroupOf(call.store, input.TargetGroupArn);
    group.healthCheck = healthCheckIn(input, group.healthCheck);
    return { TargetGroups: [targetGroupOut(call, group, usersOfTargetGroups(call.store))] };
  },

  DeleteTargetGroup(call: Call, input: DeleteTargetGroupInput) {
    const arn = input.TargetGroupArn ?? '';
    if (call.store.targetGroups[arn] === undefined) return {};
    if (usersOfTargetGroups(call.store).has(arn)) {
      refuse('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`);
    }
    delete call.store.targetGroups[arn];
    return {};
  },

  DescribeTargetGroupAttributes(call: Call, input: DescribeTargetGroupAttributesInput) {
    return { Attributes: pairsOut(targetGroupOf(call.view, input.TargetGroupArn).attributes) };
  },

  ModifyTargetGroupAttributes(call: Call, input: ModifyTargetGroupAttributesInput) {
    const group = targetGroupOf(call.store, input.TargetGroupArn);
    const added = attributesIn(input.Attributes, knownAttributes);
    const delay = added['deregistration_delay.timeout_seconds'];
    if (delay !== undefined && !(Number(delay) >= 0 && Number(delay) <= 3600)) {
      refuse('InvalidConfigurationRequest', `Deregistration delay '${delay}' must be between 0 and 3600 seconds`);
    }
    Object.assign(group.attributes, added);
    return { Attributes: pairsOut(group.attributes) };
  },

  RegisterTargets(call: Call, input: RegisterTargetsInput) {
    const group = targetGroupOf(call.store, input.TargetGroupArn);
    const targets = (input.Targets ?? []).map(({ Id = '', Port }) => ({ id: Id, port: Port ?? group.port }));
    if (group.targetType === 'instance') {
      for (const { id } of targets) {
        const instance = call.view.instances[id];
        if (instance === undefined)
          refuse('InvalidTarget', `The following targets are not in a running state and cannot be registered: '${id}'`);
        if (instance.vpcId !== group.vpcId)
          refuse('InvalidTarget', `Target '${id}' is not in the same VPC as the target group`);
        if (instanceState(instance, call.now) !== 'running') {
          refuse('InvalidTarget', `The following targets are not in a running state and cannot be registered: '${id}'`);
        }
      }
    }
    call.world.faults.checkTargets(group, targets.length);
    for (const { id, port } of targets) registerTarget(call.world, group, id, port, call.now);
    return {};
  },

  DeregisterTargets(call: Call, input: DeregisterTargetsInput) {
    const group = targetGroupOf(call.store, input.TargetGroupArn);
    for (const { Id = '', Port } of input.Targets ?? [])
      deregisterTarget(call.store, group, Id, Port ?? null, call.now);
    return {};
  },

  DescribeTargetHealth(call: Call, input: DescribeTargetHealthInput) {
    const group = targetGroupOf(call.view, input.TargetGroupArn);
    const all = Object.values(group.targets);
    if (!input.Targets?.length) return { TargetHealthDescriptions: all.map((target) => healthOut(group, target)) };
    const TargetHealthDescriptions = input.Targets.flatMap(({ Id = '', Port }) => {
      const found = all.filter((target) => target.id === Id && (Port === undefined || target.port === Port));
      if (found.length > 0) return found.map((target) => healthOut(group, target));
      return [healthOut(group, { id: Id, port: Port ?? group.port, state: 'unused', reason: 'Target.NotRegistered' })];
    });
    return { TargetHealthDescriptions };
  },
};
