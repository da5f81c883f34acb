import type {
  DescribeInstanceAttributeRequest,
  DescribeInstanceStatusRequest,
  DescribeInstancesRequest,
  GetConsoleOutputRequest,
  ModifyInstanceAttributeRequest,
  RebootInstancesRequest,
  RequestLaunchTemplateData,
  RunInstancesRequest,
  StartInstancesRequest,
  StopInstancesRequest,
  TerminateInstancesRequest,
} from '@aws-sdk/client-ec2';
import { refuse } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { onceByToken } from './client-token.ts';
import { byIds, filtered, tagList } from './filters.ts';
import {
  beginStart,
  beginStop,
  beginTermination,
  checkStatus,
  type InstanceStateName,
  instanceState,
  stateOut,
} from './instance-states.ts';
import { checkSpec, freeAddresses, launchInstance, specFrom } from './launch.ts';
import { findTemplate, versionOf } from './launch-templates.ts';
import type { Instance, Subnet } from './state.ts';
import { tagsFor } from './tags.ts';

function noInstance(id: string): never {
  refuse('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
}

export function instanceOut(call: Call, instance: Instance) {
  const groups = instance.securityGroupIds.map((GroupId) => ({
    GroupId,
    GroupName: call.view.securityGroups[GroupId]?.name ?? GroupId,
  }));
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    InstanceType: instance.type,
    Architecture: instance.architecture,
    State: stateOut(instanceState(instance, call.now)),
    StateReason: instance.stateReason
      ? { Code: instance.stateReason.code, Message: instance.stateReason.message }
      : undefined,
    LaunchTime: new Date(instance.launchedAt),
    Placement: { AvailabilityZone: instance.zone, Tenancy: 'default' },
    VpcId: instance.vpcId,
    SubnetId: instance.subnetId,
    PrivateIpAddress: instance.privateIp,
    PublicIpAddress: instance.publicIp ?? undefined,
    PrivateDnsName: `ip-${instance.privateIp.replaceAll('.', '-')}.ec2.internal`,
    KeyName: instance.keyName ?? undefined,
    IamInstanceProfile: instance.profileArn ? { Arn: instance.profileArn, Id: 'AIPASANDBOX' } : undefined,
    SecurityGroups: groups,
    RootDeviceName: '/dev/xvda',
    RootDeviceType: 'ebs',
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EbsOptimized: false,
    Monitoring: { State: 'disabled' },
    MetadataOptions: { State: 'applied', HttpEndpoint: 'enabled', HttpTokens: instance.metadataTokens ?? 'optional' },
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/xvda',
        Ebs: { VolumeId: instance.id.replace('i-', 'vol-'), Status: 'attached', DeleteOnTermination: true },
      },
    ],
    InstanceLifecycle: instance.spot ? 'spot' : undefined,
    NetworkInterfaces: [],
    Tags: tagList(instance.tags),
  };
}

const instanceFields = (call: Call) => ({
  'instance-id': (i: Instance) => i.id,
  'image-id': (i: Instance) => i.imageId,
  'instance-type': (i: Instance) => i.type,
  'instance-state-name': (i: Instance) => instanceState(i, call.now),
  'instance-state-code': (i: Instance) => String(stateOut(instanceState(i, call.now)).Code),
  'availability-zone': (i: Instance) => i.zone,
  'subnet-id': (i: Instance) => i.subnetId,
  'vpc-id': (i: Instance) => i.vpcId,
  'private-ip-address': (i: Instance) => i.privateIp,
  'key-name': (i: Instance) => i.keyName,
  'reservation-id': (i: Instance) => i.reservationId,
  'instance.group-id': (i: Instance) => i.securityGroupIds,
  architecture: (i: Instance) => i.architecture,
});

function reservationsOf(call: Call, instances: Instance[]) {
  const byReservation = new Map<string, Instance[]>();
  for (const instance of instances) {
    const held = byReservation.get(instance.reservationId);
    if (held) held.push(instance);
    else byReservation.set(instance.reservationId, [instance]);
  }
  return [...byReservation].map(([ReservationId, members]) => ({
    ReservationId,
    OwnerId: call.view.account,
    Groups: [],
    Instances: members.map((instance) => instanceOut(call, instance)),
  }));
}

/** Template data with the call's own parameters on top, as RunInstances merges them. */
function mergedData(call: Call, input: RunInstancesRequest): RequestLaunchTemplateData {
  const ref = input.LaunchTemplate;
  let base: RequestLaunchTemplateData = {};
  if (ref !== undefined) {
    const template = findTemplate(call.view, { id: ref.LaunchTemplateId, name: ref.LaunchTemplateName });
    if (template === undefined) {
      refuse(
        'InvalidLaunchTemplateId.NotFound',
        `The specified launch template, with template ID ${ref.LaunchTemplateId ?? ref.LaunchTemplateName}, does not exist.`,
      );
    }
    base =
      versionOf(template, ref.Version)?.data ??
      refuse('InvalidLaunchTemplateId.VersionNotFound', 'Could not find the specified launch template version.');
  }
  const own = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  return { ...base, ...(own as RequestLaunchTemplateData) };
}

function chooseSubnet(call: Call, id: string | undefined): Subnet {
  if (id !== undefined) {
    return call.view.subnets[id] ?? refuse('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
  }
  const home = Object.values(call.store.vpcs).find((vpc) => vpc.isDefault) ?? Object.values(call.store.vpcs)[0];
  const subnet = Object.values(call.store.subnets).find((each) => each.vpcId === home?.id);
  return subnet ?? refuse('VPCIdNotSpecified', 'No default VPC for this user');
}

function checkRun(input: RunInstancesRequest): void {
  const { MinCount: min = 0, MaxCount: max = 0 } = input;
  if (min < 1 || max < min)
    refuse('InvalidParameterValue', `Value (${max}) for parameter maxCount is invalid. It must be at least minCount.`);
  if (input.NetworkInterfaces?.length && (input.SubnetId !== undefined || input.SecurityGroupIds?.length)) {
    refuse(
      'InvalidParameterCombination',
      `Network interfaces and an instance-level ${input.SubnetId ? 'subnet ID' : 'security groups'} may not be specified on the same request`,
    );
  }
  if (input.UserData !== undefined && Buffer.from(input.UserData, 'base64').length > 16384) {
    refuse('InvalidParameterValue', 'User data is limited to 16384 bytes');
  }
}

function changes(call: Call, instances: Instance[], act: (instance: Instance, state: InstanceStateName) => void) {
  return instances.map((instance) => {
    const before = instanceState(instance, call.now);
    act(instance, before);
    return {
      InstanceId: instance.id,
      PreviousState: stateOut(before),
      CurrentState: stateOut(instanceState(instance, call.now)),
    };
  });
}

function named(call: Call, ids: string[] | undefined): Instance[] {
  for (const id of ids ?? []) if (call.view.instances[id] === undefined) noInstance(id);
  return (ids ?? []).map((id) => call.store.instances[id] ?? noInstance(id));
}

function wrongState(instance: Instance, state: string): never {
  refuse(
    'IncorrectInstanceState',
    `The instance '${instance.id}' is not in a state from which it can be changed: it is '${state}'.`,
  );
}

export const instanceHandlers = {
  RunInstances(call: Call, input: RunInstancesRequest) {
    checkRun(input);
    const data = mergedData(call, input);
    const subnet = chooseSubnet(
      call,
      input.NetworkInterfaces?.[0]?.SubnetId ?? input.SubnetId ?? data.NetworkInterfaces?.[0]?.SubnetId,
    );
    tagsFor(input.TagSpecifications, 'instance');
    const spec = specFrom(data, subnet);
    const ids = onceByToken(call, input.ClientToken, input, () => {
      checkSpec(call.world, call.store, call.view, spec, call.now);
      const count = Math.min(input.MaxCount ?? 1, freeAddresses(call.store, subnet));
      if (count < (input.MinCount ?? 1)) {
        refuse(
          'InsufficientFreeAddressesInSubnet',
          `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`,
        );
      }
      const reservationId = `r-${call.world.random.hex(17)}`;
      return Array.from(
        { length: count },
        () => launchInstance(call.world, call.store, { ...spec, tags: { ...spec.tags } }, reservationId, call.now).id,
      );
    });
    const [reservation] = reservationsOf(
      call,
      ids.map((id) => call.store.instances[id] ?? noInstance(id)),
    );
    return reservation;
  },

  DescribeInstances(call: Call, input: DescribeInstancesRequest) {
    if (input.InstanceIds?.length && input.MaxResults !== undefined) {
      refuse('InvalidParameterCombination', 'The parameter instancesSet cannot be used with the parameter maxResults');
    }
    const all = byIds(call.view.instances, input.InstanceIds, noInstance);
    const kept = filtered(all, input.Filters, instanceFields(call));
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    return { Reservations: reservationsOf(call, items), NextToken: next };
  },

  DescribeInstanceStatus(call: Call, input: DescribeInstanceStatusRequest) {
    const all = byIds(call.view.instances, input.InstanceIds, noInstance).filter(
      (instance) => input.IncludeAllInstances || instanceState(instance, call.now) === 'running',
    );
    const kept = filtered(all, input.Filters, instanceFields(call));
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    const InstanceStatuses = items.map((instance) => {
      const running = instanceState(instance, call.now) === 'running';
      const check = running ? checkStatus(call.world, instance, call.now) : 'not-applicable';
      const detail = check === 'ok' ? 'passed' : check === 'impaired' ? 'failed' : 'initializing';
      return {
        InstanceId: instance.id,
        AvailabilityZone: instance.zone,
        InstanceState: stateOut(instanceState(instance, call.now)),
        InstanceStatus: { Status: check, Details: running ? [{ Name: 'reachability', Status: detail }] : [] },
        SystemStatus: { Status: check === 'impaired' ? 'ok' : check, Details: [] },
      };
    });
    return { InstanceStatuses, NextToken: next };
  },

  StartInstances(call: Call, input: StartInstancesRequest) {
    const instances = named(call, input.InstanceIds);
    for (const instance of instances) {
      const state = instanceState(instance, call.now);
      if (!['stopped', 'running', 'pending'].includes(state)) wrongState(instance, state);
    }
    const StartingInstances = changes(call, instances, (instance) => beginStart(call.world, instance, call.now));
    return { StartingInstances };
  },

  StopInstances(call: Call, input: StopInstancesRequest) {
    const instances = named(call, input.InstanceIds);
    for (const instance of instances) {
      const state = instanceState(instance, call.now);
      if (state === 'terminated' || state === 'shutting-down') wrongState(instance, state);
    }
    const StoppingInstances = changes(call, instances, (instance, state) => {
      if (state === 'stopped' || state === 'stopping') return;
      beginStop(call.world, instance, call.now, {
        code: 'Client.UserInitiatedShutdown',
        message: 'Client.UserInitiatedShutdown: User initiated shutdown',
      });
    });
    return { StoppingInstances };
  },

  TerminateInstances(call: Call, input: TerminateInstancesRequest) {
    const instances = named(call, input.InstanceIds);
    const held = instances.find((instance) => instance.disableApiTermination);
    if (held)
      refuse(
        'OperationNotPermitted',
        `The instance '${held.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
      );
    const TerminatingInstances = changes(call, instances, (instance) =>
      beginTermination(call.world, instance, call.now, {
        code: 'Client.UserInitiatedShutdown',
        message: 'Client.UserInitiatedShutdown: User initiated shutdown',
      }),
    );
    return { TerminatingInstances };
  },

  RebootInstances(call: Call, input: RebootInstancesRequest): void {
    const instances = named(call, input.InstanceIds);
    for (const instance of instances) {
      const state = instanceState(instance, call.now);
      if (state !== 'running') wrongState(instance, state);
    }
    for (const instance of instances) {
      instance.impairedAt = null;
      instance.rebootedAt = call.now;
    }
  },

  GetConsoleOutput(call: Call, input: GetConsoleOutputRequest) {
    const instance = call.view.instances[input.InstanceId ?? ''] ?? noInstance(input.InstanceId ?? '');
    const lines = [`[    0.000000] Linux version 6.1 (${instance.architecture})`];
    const { script } = instance;
    if (script && call.now >= script.endsAt) lines.push(...script.log);
    if (call.now >= (script?.endsAt ?? instance.runningAt)) lines.push('cloud-init[1]: Cloud-init finished');
    const Output = Buffer.from(`${lines.join('\n')}\n`).toString('base64');
    return { InstanceId: instance.id, Timestamp: new Date(call.now), Output };
  },

  DescribeInstanceAttribute(call: Call, input: DescribeInstanceAttributeRequest) {
    const instance = call.view.instances[input.InstanceId ?? ''] ?? noInstance(input.InstanceId ?? '');
    const all: Record<string, object> = {
      instanceType: { InstanceType: { Value: instance.type } },
      userData: { UserData: { Value: instance.userData ?? undefined } },
      disableApiTermination: { DisableApiTermination: { Value: instance.disableApiTermination } },
      instanceInitiatedShutdownBehavior: { InstanceInitiatedShutdownBehavior: { Value: instance.shutdownBehavior } },
      groupSet: { Groups: instance.securityGroupIds.map((GroupId) => ({ GroupId })) },
    };
    const part =
      all[input.Attribute ?? ''] ??
      refuse('InvalidParameterValue', `The attribute '${input.Attribute}' is not supported`);
    return { InstanceId: instance.id, ...part };
  },

  ModifyInstanceAttribute(call: Call, input: ModifyInstanceAttributeRequest): void {
    const [instance] = named(call, [input.InstanceId ?? '']);
    if (instance === undefined) return;
    if (input.DisableApiTermination?.Value !== undefined)
      instance.disableApiTermination = input.DisableApiTermination.Value;
    if (input.InstanceInitiatedShutdownBehavior?.Value !== undefined) {
      instance.shutdownBehavior = input.InstanceInitiatedShutdownBehavior.Value === 'terminate' ? 'terminate' : 'stop';
    }
    if (input.Groups !== undefined) instance.securityGroupIds = input.Groups;
    if (input.InstanceType?.Value !== undefined) {
      if (instanceState(instance, call.now) !== 'stopped') wrongState(instance, instanceState(instance, call.now));
      instance.type = input.InstanceType.Value;
    }
  },
};
