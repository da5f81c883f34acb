import type { InstancesDistribution, LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import { ServiceError } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { Step } from '../../world/world.ts';
import { checkSpec, type LaunchSpec, launchInstance, specFrom } from '../ec2/launch.ts';
import { findTemplate, versionOf } from '../ec2/launch-templates.ts';
import type { Subnet } from '../ec2/state.ts';
import { addActivity, iso } from './activities.ts';
import { backOff, currentMembers } from './members.ts';
import { activeRefresh, wantedSize } from './refreshing.ts';
import type { Configuration, Group, Member, TemplateRef, WarmPool } from './state.ts';
import { keptWarm, takeFromPool } from './warm-members.ts';

/** Why an instance is started: the group lacks one, its zones are uneven, or its warm pool lacks one. */
type Purpose = { kind: 'missing' } | { kind: 'balance' } | { kind: 'pool'; pool: WarmPool };
const missingOne: Purpose = { kind: 'missing' };

interface Recipe {
  data: RequestLaunchTemplateData;
  type: string | undefined;
  template: TemplateRef;
  /** Null: as the template says. */
  spot: boolean | null;
}

/** What a group may launch from, the preferred first; a mixed policy gives one for each of its overrides. */
export function recipesOf(store: RegionStore, group: Group, configuration: Configuration): Recipe[] {
  const mixed = configuration.mixedInstances;
  if (mixed === null) return [recipeOf(store, configuration.template, undefined, null)];
  const base = refOf(mixed.LaunchTemplate?.LaunchTemplateSpecification);
  const spot = nextIsSpot(store, group, mixed.InstancesDistribution ?? {});
  const overrides = mixed.LaunchTemplate?.Overrides ?? [];
  if (overrides.length === 0) return [recipeOf(store, base, undefined, spot)];
  return overrides.map(({ InstanceType, ImageId, LaunchTemplateSpecification }) => {
    const own = LaunchTemplateSpecification === undefined ? base : refOf(LaunchTemplateSpecification);
    const recipe = recipeOf(store, own, InstanceType, spot);
    return ImageId === undefined ? recipe : { ...recipe, data: { ...recipe.data, ImageId } };
  });
}

function refOf(specification: LaunchTemplateSpecification | undefined): TemplateRef {
  const { LaunchTemplateId: id = '', LaunchTemplateName: name = '', Version: version } = specification ?? {};
  return { id, name, version: version || '$Default' };
}

function recipeOf(store: RegionStore, ref: TemplateRef | null, type: string | undefined, spot: boolean | null): Recipe {
  const template = ref === null ? undefined : findTemplate(store, ref.id ? { id: ref.id } : { name: ref.name });
  const version = template === undefined ? undefined : versionOf(template, ref?.version);
  if (template === undefined || version === undefined) {
    throw new ServiceError(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${ref?.id ?? ''}, does not exist.`,
    );
  }
  const own = { id: template.id, name: template.name, version: String(version.version) };
  return { data: version.data, type, template: own, spot };
}

/** True when the next instance is a spot one: the base on demand, above it a share. */
function nextIsSpot(store: RegionStore, group: Group, distribution: InstancesDistribution): boolean {
  const { OnDemandBaseCapacity: base = 0, OnDemandPercentageAboveBaseCapacity: percent = 100 } = distribution;
  const members = currentMembers(group);
  const onDemand = members.filter((member) => !store.instances[member.id]?.spot).length;
  const above = Math.max(0, members.length + 1 - base);
  return onDemand >= Math.min(base, members.length + 1) + Math.ceil((above * percent) / 100);
}

/** Launches what is missing; each failure is told in an activity and the group backs off. */
export function launchMissing(step: Step, group: Group): number {
  const { now } = step;
  let missing = wantedSize(group) - currentMembers(group).length;
  if (missing <= 0 || group.suspended['Launch'] !== undefined || group.deletingSince !== null)
    return Number.POSITIVE_INFINITY;
  if (group.launchBackoffUntil !== null && now < group.launchBackoffUntil) return group.launchBackoffUntil;
  group.launchBackoffUntil = null;
  for (; missing > 0; missing -= 1) {
    if (takeFromPool(step, group, launchCause(group, now, currentMembers(group).length))) continue;
    if (!launchOne(step, group, missingOne)) {
      backOff(step, group);
      break;
    }
  }
  step.changed();
  return group.launchBackoffUntil ?? Number.POSITIVE_INFINITY;
}

/** Launches what a warm pool lacks; true when every one was started. */
export function launchIntoPool(step: Step, group: Group, pool: WarmPool, count: number): boolean {
  for (let left = count; left > 0; left -= 1) {
    if (!launchOne(step, group, { kind: 'pool', pool })) {
      backOff(step, group);
      return false;
    }
  }
  return true;
}

/** Tries the zones from the emptiest on; true when an instance was started. */
function launchOne(step: Step, group: Group, purpose: Purpose): boolean {
  for (const subnetId of subnetsByNeed(step, group, purpose)) {
    try {
      startInstance(step, group, subnetId, purpose);
      return true;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      noteFailure(step, group, subnetId, error);
      if (!/Insufficient/.test(error.code)) return false;
    }
  }
  return false;
}

/** Members a new one is to be spread among: those of a pool are spread as if they served already. */
const heldFor = (group: Group, purpose: Purpose): Member[] =>
  purpose.kind === 'pool' ? [...currentMembers(group), ...keptWarm(purpose.pool)] : currentMembers(group);

function subnetsByNeed({ world, store }: Step, group: Group, purpose: Purpose): string[] {
  const counts = new Map<string, number>();
  for (const member of heldFor(group, purpose)) counts.set(member.zone, (counts.get(member.zone) ?? 0) + 1);
  return group.subnetIds
    .filter((id) => store.subnets[id] !== undefined)
    .map((id) => ({ id, held: counts.get(store.subnets[id]?.zone ?? '') ?? 0, luck: world.random.next() }))
    .sort((a, b) => a.held - b.held || a.luck - b.luck)
    .map(({ id }) => id);
}

/** Starts one instance in a subnet, from the first of the group's recipes for which there is capacity. */
function startInstance(step: Step, group: Group, subnetId: string, purpose: Purpose): void {
  const { store } = step;
  const configuration = activeRefresh(group)?.status === 'InProgress' ? activeRefresh(group)?.desired : null;
  const recipes = recipesOf(store, group, configuration ?? group);
  let last: ServiceError | undefined;
  for (const recipe of recipes) {
    try {
      startFrom(step, group, store.subnets[subnetId]!, recipe, purpose);
      return;
    } catch (error) {
      if (!(error instanceof ServiceError) || !/Insufficient/.test(error.code)) throw error;
      last = error;
    }
  }
  if (last !== undefined) throw last;
}

function specOf(group: Group, subnet: Subnet, recipe: Recipe): LaunchSpec {
  const spec = specFrom(recipe.data, subnet, {
    type: recipe.type ?? recipe.data.InstanceType ?? 'm1.small',
    tags: {
      ...propagatedTags(group),
      'aws:autoscaling:groupName': group.name,
      'aws:ec2launchtemplate:id': recipe.template.id,
      'aws:ec2launchtemplate:version': recipe.template.version,
    },
  });
  return { ...spec, spot: recipe.spot ?? spec.spot };
}

function startFrom({ world, store, now }: Step, group: Group, subnet: Subnet, recipe: Recipe, purpose: Purpose): void {
  const spec = specOf(group, subnet, recipe);
  checkSpec(world, store, store, spec, now);
  const before = purpose.kind === 'pool' ? keptWarm(purpose.pool).length : currentMembers(group).length;
  const instance = launchInstance(world, store, spec, `r-${world.random.hex(17)}`, now);
  const activity = addActivity(world, group, now, {
    description: `Launching a new EC2 instance${purpose.kind === 'pool' ? ' into warm pool' : ''}: ${instance.id}`,
    cause: causeOf(group, purpose, now, before),
    status: 'InProgress',
    zone: subnet.zone,
  });
  const members = purpose.kind === 'pool' ? purpose.pool.members : group.members;
  members[instance.id] = {
    id: instance.id,
    zone: subnet.zone,
    type: instance.type,
    state: purpose.kind === 'pool' ? 'Warmed:Pending' : 'Pending',
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
    extra: purpose.kind === 'balance',
  };
}

/** Starts one instance more than wanted in the emptiest zone; false when that zone would not have it. */
export function launchForBalance(step: Step, group: Group): boolean {
  const purpose: Purpose = { kind: 'balance' };
  const [subnetId] = subnetsByNeed(step, group, purpose);
  if (subnetId === undefined) return false;
  try {
    startInstance(step, group, subnetId, purpose);
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

function causeOf(group: Group, { kind }: Purpose, now: number, before: number): string {
  if (kind === 'balance') return `At ${iso(now)} an instance was launched to aid in balancing the group's zones.`;
  if (kind === 'missing') return launchCause(group, now, before);
  return `At ${iso(now)} an instance was started in response to a difference between desired and actual capacity of the warm pool, increasing its capacity from ${before} to ${before + 1}.`;
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
