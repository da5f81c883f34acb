import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import { ServiceError } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { Step } from '../../world/world.ts';
import { checkSpec, type LaunchSpec, launchInstance, specFrom } from '../ec2/launch.ts';
import { findTemplate, versionOf } from '../ec2/launch-templates.ts';
import { addActivity, iso } from './activities.ts';
import { backOff, currentMembers } from './members.ts';
import type { Group, TemplateRef } from './state.ts';

interface Recipe {
  data: RequestLaunchTemplateData;
  type: string | undefined;
  template: TemplateRef;
}

/** The template data a group launches from right now, or a refusal in EC2's words. */
export function recipeOf(store: RegionStore, group: Group): Recipe {
  const mixed = group.mixedInstances?.LaunchTemplate;
  const ref: TemplateRef | null = mixed?.LaunchTemplateSpecification
    ? {
        id: mixed.LaunchTemplateSpecification.LaunchTemplateId ?? '',
        name: mixed.LaunchTemplateSpecification.LaunchTemplateName ?? '',
        version: mixed.LaunchTemplateSpecification.Version ?? '$Default',
      }
    : group.template;
  const template = ref === null ? undefined : findTemplate(store, ref.id ? { id: ref.id } : { name: ref.name });
  const version = template === undefined ? undefined : versionOf(template, ref?.version);
  if (template === undefined || version === undefined) {
    throw new ServiceError(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${ref?.id ?? ''}, does not exist.`,
    );
  }
  return {
    data: version.data,
    type: mixed?.Overrides?.[0]?.InstanceType,
    template: { id: template.id, name: template.name, version: String(version.version) },
  };
}

/** Launches what is missing; each failure is told in an activity and the group backs off. */
export function launchMissing(step: Step, group: Group): number {
  const { now } = step;
  let missing = group.desired - currentMembers(group).length;
  if (missing <= 0 || group.suspended['Launch'] !== undefined || group.deletingSince !== null)
    return Number.POSITIVE_INFINITY;
  if (group.launchBackoffUntil !== null && now < group.launchBackoffUntil) return group.launchBackoffUntil;
  group.launchBackoffUntil = null;
  for (; missing > 0; missing -= 1) {
    if (!launchOne(step, group)) {
      backOff(step, group);
      break;
    }
  }
  step.changed();
  return group.launchBackoffUntil ?? Number.POSITIVE_INFINITY;
}

/** Tries the zones from the emptiest on; true when an instance was started. */
function launchOne(step: Step, group: Group): boolean {
  for (const subnetId of subnetsByNeed(step, group)) {
    try {
      startInstance(step, group, subnetId);
      return true;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      noteFailure(step, group, subnetId, error);
      if (!/Insufficient/.test(error.code)) return false;
    }
  }
  return false;
}

function subnetsByNeed({ world, store }: Step, group: Group): string[] {
  const counts = new Map<string, number>();
  for (const member of currentMembers(group)) counts.set(member.zone, (counts.get(member.zone) ?? 0) + 1);
  return group.subnetIds
    .filter((id) => store.subnets[id] !== undefined)
    .map((id) => ({ id, held: counts.get(store.subnets[id]?.zone ?? '') ?? 0, luck: world.random.next() }))
    .sort((a, b) => a.held - b.held || a.luck - b.luck)
    .map(({ id }) => id);
}

function startInstance({ world, store, now }: Step, group: Group, subnetId: string, cause?: string): void {
  const subnet = store.subnets[subnetId]!;
  const recipe = recipeOf(store, group);
  const spec: LaunchSpec = specFrom(recipe.data, subnet, {
    type: recipe.type ?? recipe.data.InstanceType ?? 'm1.small',
    tags: {
      ...propagatedTags(group),
      'aws:autoscaling:groupName': group.name,
      'aws:ec2launchtemplate:id': recipe.template.id,
      'aws:ec2launchtemplate:version': recipe.template.version,
    },
  });
  checkSpec(world, store, store, spec, now);
  const before = currentMembers(group).length;
  const instance = launchInstance(world, store, spec, `r-${world.random.hex(17)}`, now);
  const activity = addActivity(world, group, now, {
    description: `Launching a new EC2 instance: ${instance.id}`,
    cause: cause ?? launchCause(group, now, before),
    status: 'InProgress',
    zone: subnet.zone,
  });
  group.members[instance.id] = {
    id: instance.id,
    zone: subnet.zone,
    type: instance.type,
    state: 'Pending',
    health: 'Healthy',
    unhealthyBecause: null,
    protectedFromScaleIn: group.newInstancesProtected,
    template: recipe.template,
    inServiceAt: null,
    failingSince: null,
    skipHooks: false,
    drainUntilGone: true,
    waits: [],
    activityId: activity.id,
    extra: cause !== undefined,
  };
}

/** Starts one instance more than wanted in the emptiest zone; false when that zone would not have it. */
export function launchForBalance(step: Step, group: Group): boolean {
  const [subnetId] = subnetsByNeed(step, group);
  if (subnetId === undefined) return false;
  const cause = `At ${iso(step.now)} an instance was launched to aid in balancing the group's zones.`;
  try {
    startInstance(step, group, subnetId, cause);
    return true;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    noteFailure(step, group, subnetId, error);
    return false;
  }
}

function propagatedTags(group: Group): Record<string, string> {
  const entries = Object.entries(group.tags).filter(([, tag]) => tag.propagate);
  return Object.fromEntries(entries.map(([key, tag]) => [key, tag.value]));
}

function launchCause(group: Group, now: number, before: number): string {
  const asked = group.capacityCause === '' ? '' : `At ${iso(now)} ${group.capacityCause}.  `;
  return `${asked}At ${iso(now)} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${before} to ${before + 1}.`;
}

function noteFailure({ world, store, now }: Step, group: Group, subnetId: string, error: ServiceError): void {
  const before = currentMembers(group).length;
  addActivity(world, group, now, {
    description: 'Launching a new EC2 instance',
    cause: launchCause(group, now, before),
    status: 'Failed',
    message: `${error.message}${error.message.endsWith('.') ? '' : '.'} Launching EC2 instance failed.`,
    zone: store.subnets[subnetId]?.zone,
  });
}
