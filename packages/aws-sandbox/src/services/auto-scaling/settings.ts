import type {
  LaunchTemplateSpecification,
  LifecycleHookSpecification,
  MixedInstancesPolicy,
  Tag,
} from '@aws-sdk/client-auto-scaling';
import { ServiceError } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import { imageFor } from '../ec2/image-storage.ts';
import { instanceType } from '../ec2/instance-types.ts';
import { checkProfile } from '../ec2/launch.ts';
import { findTemplate, versionOf } from '../ec2/launch-templates.ts';
import type { Call } from '../service.ts';
import { invalid } from './find.ts';
import type { Group, Hook, TemplateRef } from './state.ts';

export function checkSizes(min: number, max: number, desired: number): void {
  if (min < 0 || max < 0) invalid('Min and max size must not be negative');
  if (min > max) invalid(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`);
  if (desired < min || desired > max) {
    invalid(`Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`);
  }
}

/** Resolves a template reference as the caller can see it; a group keeps id, name and the version as written. */
export function checkTemplate(call: Call, ref: LaunchTemplateSpecification): TemplateRef {
  const { view } = call;
  const template = findTemplate(view, { id: ref.LaunchTemplateId, name: ref.LaunchTemplateName });
  if (template === undefined) {
    const what = ref.LaunchTemplateId
      ? `with template ID ${ref.LaunchTemplateId}`
      : `with template name ${ref.LaunchTemplateName}`;
    return invalid(
      `You must use a valid fully-formed launch template. The specified launch template, ${what}, does not exist.`,
    );
  }
  const version = versionOf(template, ref.Version);
  if (version === undefined) {
    return invalid(
      `You must use a valid fully-formed launch template. The launch template version ${ref.Version} does not exist.`,
    );
  }
  const image = version.data.ImageId;
  if (image === undefined)
    invalid('You must use a valid fully-formed launch template. The launch template has no image.');
  if (imageFor(call.world, view, image, call.look) === undefined) {
    invalid(`You must use a valid fully-formed launch template. The image id '[${image}]' does not exist`);
  }
  checkTemplateProfile(view, version.data.IamInstanceProfile?.Name ?? version.data.IamInstanceProfile?.Arn ?? null);
  return { id: template.id, name: template.name, version: ref.Version || '$Default' };
}

/** A mixed policy as it is kept: its template and every template and instance type of its overrides must exist. */
export function checkMixed(call: Call, mixed: MixedInstancesPolicy): MixedInstancesPolicy {
  const specification =
    mixed.LaunchTemplate?.LaunchTemplateSpecification ??
    invalid('You must specify a launch template in the mixed instances policy.');
  const { id, name, version } = checkTemplate(call, specification);
  for (const { InstanceType, InstanceRequirements, LaunchTemplateSpecification } of mixed.LaunchTemplate?.Overrides ??
    []) {
    if (InstanceRequirements !== undefined)
      invalid('The sandbox does not choose instance types by attributes: name them in the overrides');
    if (InstanceType !== undefined && instanceType(InstanceType) === undefined)
      invalid(`Invalid instance type specified: ${InstanceType}`);
    if (LaunchTemplateSpecification !== undefined) checkTemplate(call, LaunchTemplateSpecification);
  }
  const share = mixed.InstancesDistribution?.OnDemandPercentageAboveBaseCapacity ?? 100;
  if (share < 0 || share > 100) invalid('OnDemandPercentageAboveBaseCapacity must be between 0 and 100');
  return {
    LaunchTemplate: {
      ...mixed.LaunchTemplate,
      LaunchTemplateSpecification: { LaunchTemplateId: id, LaunchTemplateName: name, Version: version },
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: 'prioritized',
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 100,
      SpotAllocationStrategy: 'lowest-price',
      ...mixed.InstancesDistribution,
    },
  };
}

const healthCheckTypes = ['EC2', 'ELB', 'VPC_LATTICE', 'EBS'];

export function checkHealthCheckType(types: string | undefined): void {
  const unknown = types?.split(',').find((type) => !healthCheckTypes.includes(type));
  if (unknown !== undefined) invalid(`Invalid health check type: ${unknown}`);
}

function checkTemplateProfile(view: RegionStore, profile: string | null): void {
  try {
    checkProfile(view, profile);
  } catch (error) {
    if (error instanceof ServiceError) invalid(`Invalid IamInstanceProfile: ${profile}`);
    throw error;
  }
}

/** Subnets must exist, lie in one VPC and one per zone. */
export function checkSubnets(
  view: RegionStore,
  identifier: string | undefined,
  zones: string[] | undefined,
): Pick<Group, 'subnetIds' | 'zones'> {
  const ids = (identifier ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const subnetIds = ids.length > 0 ? ids : defaultSubnets(view, zones ?? []);
  if (subnetIds.length === 0) invalid('At least one Availability Zone or VPC Subnet is required.');
  const subnets = subnetIds.map((id) => view.subnets[id] ?? invalid(`The subnet ID '${id}' does not exist`));
  if (new Set(subnets.map((subnet) => subnet.vpcId)).size > 1) invalid('The subnets are in different VPCs');
  return { subnetIds, zones: [...new Set(subnets.map((subnet) => subnet.zone))] };
}

function defaultSubnets(view: RegionStore, zones: string[]): string[] {
  const home = Object.values(view.vpcs).find((vpc) => vpc.isDefault);
  return Object.values(view.subnets)
    .filter((subnet) => subnet.vpcId === home?.id && zones.includes(subnet.zone))
    .map((subnet) => subnet.id);
}

export function checkTargetGroups(view: RegionStore, arns: string[], subnetIds: string[]): void {
  const vpcId = view.subnets[subnetIds[0] ?? '']?.vpcId;
  for (const arn of arns) {
    const targets =
      view.targetGroups[arn] ??
      invalid(
        `Provided Target Groups may not be valid. Please ensure they exist and try again. Target group '${arn}' not found`,
      );
    if (targets.vpcId !== vpcId) invalid(`The target group '${arn}' is not in the VPC of the group's subnets`);
  }
}

export function hookIn(specification: LifecycleHookSpecification, before?: Hook): Hook {
  const transition = specification.LifecycleTransition ?? before?.transition;
  if (transition !== 'autoscaling:EC2_INSTANCE_LAUNCHING' && transition !== 'autoscaling:EC2_INSTANCE_TERMINATING') {
    invalid(`Invalid Lifecycle Transition '${transition}'`);
  }
  const heartbeatSeconds = specification.HeartbeatTimeout ?? before?.heartbeatSeconds ?? 3600;
  if (heartbeatSeconds < 30 || heartbeatSeconds > 7200) invalid('HeartbeatTimeout must be between 30 and 7200 seconds');
  return {
    name: specification.LifecycleHookName ?? '',
    transition,
    heartbeatSeconds,
    defaultResult:
      specification.DefaultResult === 'CONTINUE'
        ? 'CONTINUE'
        : specification.DefaultResult === undefined
          ? (before?.defaultResult ?? 'ABANDON')
          : 'ABANDON',
    metadata: specification.NotificationMetadata ?? before?.metadata ?? null,
    targetArn: specification.NotificationTargetARN ?? before?.targetArn ?? null,
    roleArn: specification.RoleARN ?? before?.roleArn ?? null,
  };
}

const maxTags = 50;

export function putTags(group: Group, tags: Tag[]): void {
  const added: Group['tags'] = {};
  for (const { Key = '', Value = '', PropagateAtLaunch } of tags) {
    if (Key.toLowerCase().startsWith('aws:')) invalid(`The tag key '${Key}' is reserved: keys may not begin with aws:`);
    if (Key === '' || Key.length > 128) invalid(`The tag key '${Key.slice(0, 40)}' must have 1 to 128 characters`);
    if (Value.length > 256) invalid(`The value of tag '${Key}' is longer than 256 characters`);
    added[Key] = { value: Value, propagate: PropagateAtLaunch ?? false };
  }
  const all = { ...group.tags, ...added };
  if (Object.keys(all).length > maxTags) invalid(`A group can have at most ${maxTags} tags`);
  group.tags = all;
}
