import type { Group } from '../services/auto-scaling/state.ts';
import { defaultLoadBalancerAttributes } from '../services/elbv2/load-balancers.ts';
import { defaultHealthCheck, defaultTargetGroupAttributes } from '../services/elbv2/target-groups.ts';
import { targetKey } from '../services/elbv2/targets.ts';
import { emptyBucket } from '../services/s3/buckets.ts';
import { emptyParameter } from '../services/ssm/parameters.ts';
import { emptyTraffic } from '../traffic/state.ts';
import { SeededRandom } from '../world/random.ts';
import { emptyRegion, type RegionStore, regionKey, type WorldState } from '../world/state.ts';
import { appBehaviourOf, appBehaviourSchema } from './app-behaviour.ts';
import { type ParsedScenario, type Scenario, type ScenarioRegion, scenarioSchema } from './schema.ts';

/** Builds the starting state of a scenario as of `now`. The same scenario and seed give the same ids. */
export function loadScenario(scenario: Scenario, seed: number, now: number): WorldState {
  const parsed: ParsedScenario = scenarioSchema.parse(scenario);
  const random = new SeededRandom(seed);
  const state: WorldState = {
    seed,
    randomState: seed,
    now,
    scenario: parsed.name,
    accounts: {},
    sessions: {},
    regions: {},
    buckets: {},
    traffic: emptyTraffic(),
  };
  for (const { id, keys, roles, regions } of parsed.accounts) {
    state.accounts[id] = { id, keys, roles };
    for (const region of regions) {
      state.regions[regionKey(id, region.name)] = fillRegion(id, region, random, now);
      for (const name of region.buckets) state.buckets[name] = emptyBucket(name, id, region.name, now);
    }
  }
  state.randomState = random.state;
  return state;
}

function fillRegion(account: string, region: ScenarioRegion, random: SeededRandom, now: number): RegionStore {
  const store = emptyRegion(account, region.name);
  addNetwork(store, region);
  addParameters(store, region, now);
  addImages(store, region, random, now);
  addBalancing(store, region, random, now);
  addTemplates(store, region, random, now);
  for (const group of region.groups) addGroup(store, group, random, now);
  return store;
}

function addNetwork(store: RegionStore, region: ScenarioRegion): void {
  store.instanceProfiles = region.instanceProfiles;
  for (const name of region.keyPairs) store.keyPairs[name] = { name, id: `key-${name}` };
  for (const { subnets, securityGroups, ...vpc } of region.vpcs) {
    store.vpcs[vpc.id] = vpc;
    for (const subnet of subnets) store.subnets[subnet.id] = { ...subnet, vpcId: vpc.id };
    for (const group of securityGroups) {
      const open = { protocol: '-1', fromPort: null, toPort: null, cidrs: ['0.0.0.0/0'], cidrs6: [], groups: [] };
      store.securityGroups[group.id] = { ...group, vpcId: vpc.id, ingress: [], egress: [open] };
    }
  }
}

function addParameters(store: RegionStore, region: ScenarioRegion, now: number): void {
  for (const [name, value] of Object.entries(region.parameters)) {
    const dataType = /^ami-[0-9a-f]+$/.test(value) ? 'aws:ec2:image' : 'text';
    store.parameters[name] = { ...emptyParameter(name), dataType, values: [{ value, at: now - 86_400_000 }] };
  }
}

function addImages(store: RegionStore, region: ScenarioRegion, random: SeededRandom, now: number): void {
  for (const image of region.images) {
    const createdAt = now - image.ageSeconds * 1000;
    const snapshotId = `snap-${random.hex(17)}`;
    const owner = image.owner ?? store.account;
    const behaviour: Record<string, string> =
      image.app === undefined ? {} : { 'sandbox:app': JSON.stringify(appBehaviourSchema.parse(image.app)) };
    store.snapshots[snapshotId] = {
      id: snapshotId,
      owner,
      createdAt,
      completedAt: createdAt,
      sizeGiB: 8,
      sharedWith: [],
      tags: {},
    };
    store.images[image.id] = {
      id: image.id,
      name: image.name,
      description: image.description,
      owner,
      architecture: image.architecture,
      createdAt,
      availableAt: createdAt,
      deregisteredAt: null,
      isPublic: image.public,
      launchAccounts: [],
      rootDeviceName: '/dev/xvda',
      snapshotId,
      sourceImageId: null,
      deprecatedAt: null,
      tags: { ...image.tags, ...behaviour },
    };
  }
}

const elbArn = (store: RegionStore, rest: string): string =>
  `arn:aws:elasticloadbalancing:${store.region}:${store.account}:${rest}`;

function addBalancing(store: RegionStore, region: ScenarioRegion, random: SeededRandom, now: number): void {
  for (const group of region.targetGroups) {
    const arn = elbArn(store, `targetgroup/${group.name}/${random.hex(16)}`);
    const { intervalSeconds, healthyThreshold, unhealthyThreshold, path } = group;
    store.targetGroups[arn] = {
      arn,
      name: group.name,
      protocol: group.protocol,
      port: group.port,
      vpcId: group.vpcId,
      targetType: 'instance',
      ipAddressType: 'ipv4',
      protocolVersion: 'HTTP1',
      healthCheck: {
        ...defaultHealthCheck(group.protocol),
        intervalSeconds,
        healthyThreshold,
        unhealthyThreshold,
        path,
        timeoutSeconds: 2,
      },
      attributes: {
        ...defaultTargetGroupAttributes,
        'deregistration_delay.timeout_seconds': String(group.drainSeconds),
      },
      tags: group.tags,
      targets: {},
    };
  }
  for (const balancer of region.loadBalancers) {
    const arn = elbArn(
      store,
      `loadbalancer/${balancer.type === 'network' ? 'net' : 'app'}/${balancer.name}/${random.hex(16)}`,
    );
    store.loadBalancers[arn] = {
      arn,
      name: balancer.name,
      dnsName: `${balancer.name}-${random.hex(9)}.${store.region}.elb.amazonaws.com`,
      type: balancer.type,
      scheme: balancer.scheme,
      vpcId: store.subnets[balancer.subnets[0] ?? '']?.vpcId ?? '',
      subnetIds: balancer.subnets,
      securityGroups: balancer.securityGroups,
      ipAddressType: 'ipv4',
      createdAt: now - 86_400_000,
      activeAt: now - 86_000_000,
      attributes: { ...defaultLoadBalancerAttributes },
      tags: balancer.tags,
    };
    for (const listener of balancer.listeners) addListener(store, arn, listener, random);
  }
}

type ScenarioListener = ScenarioRegion['loadBalancers'][number]['listeners'][number];

function addListener(
  store: RegionStore,
  loadBalancerArn: string,
  listener: ScenarioListener,
  random: SeededRandom,
): void {
  const TargetGroups = listener.forward.map(({ targetGroup, weight }) => ({
    TargetGroupArn: targetGroupArn(store, targetGroup),
    Weight: weight,
  }));
  const only = TargetGroups.length === 1 ? TargetGroups[0]?.TargetGroupArn : undefined;
  const arn = `${loadBalancerArn.replace(':loadbalancer/', ':listener/')}/${random.hex(16)}`;
  store.listeners[arn] = {
    arn,
    loadBalancerArn,
    port: listener.port,
    protocol: listener.protocol,
    certificates: [],
    sslPolicy: null,
    actions: [
      {
        Type: 'forward',
        TargetGroupArn: only,
        ForwardConfig: { TargetGroups, TargetGroupStickinessConfig: { Enabled: false } },
      },
    ],
    attributes: {},
    tags: {},
  };
}

function targetGroupArn(store: RegionStore, name: string): string {
  const found = Object.values(store.targetGroups).find((group) => group.name === name);
  if (found === undefined)
    throw new Error(`The scenario names a target group '${name}' that it does not define in ${store.region}`);
  return found.arn;
}

function addTemplates(store: RegionStore, region: ScenarioRegion, random: SeededRandom, now: number): void {
  for (const template of region.launchTemplates) {
    const id = `lt-${random.hex(17)}`;
    const Tags = Object.entries(template.instanceTags).map(([Key, Value]) => ({ Key, Value }));
    const data = {
      ImageId: template.image,
      InstanceType: template.instanceType as 't3.micro',
      NetworkInterfaces: [{ DeviceIndex: 0, Groups: template.securityGroups }],
      TagSpecifications: Tags.length > 0 ? [{ ResourceType: 'instance' as const, Tags }] : undefined,
    };
    store.launchTemplates[id] = {
      id,
      name: template.name,
      createdAt: now - 7_200_000,
      createdBy: `arn:aws:iam::${store.account}:user/scenario`,
      defaultVersion: 1,
      latestVersion: 1,
      versions: { 1: { version: 1, createdAt: now - 7_200_000, description: null, data } },
      tags: template.tags,
    };
  }
}

function addGroup(store: RegionStore, spec: ScenarioRegion['groups'][number], random: SeededRandom, now: number): void {
  const template = Object.values(store.launchTemplates).find((each) => each.name === spec.launchTemplate);
  if (template === undefined)
    throw new Error(
      `Group '${spec.name}' names a launch template '${spec.launchTemplate}' that the scenario does not define`,
    );
  const createdAt = now - spec.ageSeconds * 1000;
  const arns = spec.targetGroups.map((name) => targetGroupArn(store, name));
  const group: Group = {
    name: spec.name,
    arn: `arn:aws:autoscaling:${store.region}:${store.account}:autoScalingGroup:${random.uuid()}:autoScalingGroupName/${spec.name}`,
    createdAt,
    minSize: spec.min,
    maxSize: spec.max,
    desired: spec.desired,
    capacityCause: '',
    template: { id: template.id, name: template.name, version: '1' },
    mixedInstances: null,
    subnetIds: spec.subnets,
    zones: [...new Set(spec.subnets.map((id) => store.subnets[id]?.zone ?? ''))],
    attachments: arns.map((arn) => ({ arn, attachedAt: createdAt, removingSince: null })),
    healthCheckType: spec.healthCheckType,
    healthCheckGraceSeconds: spec.graceSeconds,
    cooldownSeconds: 300,
    warmupSeconds: null,
    terminationPolicies: ['Default'],
    newInstancesProtected: false,
    capacityRebalance: false,
    maxInstanceLifetime: null,
    deletionProtection: 'none',
    hooks: {},
    suspended: {},
    tags: Object.fromEntries(Object.entries(spec.tags).map(([key, value]) => [key, { value, propagate: true }])),
    metrics: [],
    members: {},
    activities: [],
    policies: {},
    scheduled: {},
    notifications: [],
    deletingSince: null,
    launchBackoffUntil: null,
    launchBackoffSeconds: 0,
  };
  store.groups[spec.name] = group;
  for (let index = 0; index < spec.desired; index += 1) {
    addServingMember(store, group, spec.subnets[index % spec.subnets.length] ?? '', random, createdAt);
  }
}

function addServingMember(store: RegionStore, group: Group, subnetId: string, random: SeededRandom, at: number): void {
  const subnet = store.subnets[subnetId];
  const template = store.launchTemplates[group.template?.id ?? ''];
  const data = template?.versions[1]?.data;
  const image = store.images[data?.ImageId ?? ''];
  if (!subnet || !template || !data || !image)
    throw new Error(`Group '${group.name}' needs a subnet and an image that the scenario defines`);
  const id = `i-${random.hex(17)}`;
  const runningAt = at + 2000;
  const propagated = Object.fromEntries(Object.entries(group.tags).map(([key, tag]) => [key, tag.value]));
  store.instances[id] = {
    id,
    reservationId: `r-${random.hex(17)}`,
    imageId: image.id,
    type: data.InstanceType ?? 't3.micro',
    architecture: image.architecture,
    vpcId: subnet.vpcId,
    subnetId,
    zone: subnet.zone,
    privateIp: `${subnet.cidr.split('.').slice(0, 3).join('.')}.${10 + Object.keys(store.instances).length}`,
    publicIp: null,
    securityGroupIds: data.NetworkInterfaces?.[0]?.Groups ?? [],
    keyName: null,
    profileArn: null,
    userData: null,
    shutdownBehavior: 'stop',
    disableApiTermination: false,
    launchedAt: at,
    runningAt,
    stoppingAt: null,
    stoppedAt: null,
    shuttingDownAt: null,
    terminatedAt: null,
    impairedAt: null,
    stateReason: null,
    app: appBehaviourOf(image.tags['sandbox:app']),
    script: null,
    tags: {
      ...propagated,
      'aws:autoscaling:groupName': group.name,
      'aws:ec2launchtemplate:id': template.id,
      'aws:ec2launchtemplate:version': '1',
    },
  };
  group.members[id] = {
    id,
    zone: subnet.zone,
    type: data.InstanceType ?? 't3.micro',
    state: 'InService',
    health: 'Healthy',
    unhealthyBecause: null,
    protectedFromScaleIn: false,
    template: group.template,
    inServiceAt: runningAt,
    failingSince: null,
    skipHooks: false,
    drainUntilGone: true,
    waits: [],
    activityId: null,
  };
  for (const { arn } of group.attachments) {
    const targets = store.targetGroups[arn];
    if (targets === undefined) continue;
    targets.targets[targetKey(id, targets.port)] = {
      id,
      port: targets.port,
      registeredAt: runningAt,
      state: 'healthy',
      reason: null,
      checksFrom: runningAt + 1000,
      passing: true,
      passingSince: runningAt + 1000,
      everHealthy: true,
      drainingUntil: null,
    };
  }
}
