import {
  clusterName,
  type Failure,
  FailureError,
  nextSequence,
  parseMoniker,
  serverGroupName,
} from '@gennaker/pipeline-dsl';
import type {
  Capacity,
  ClusterRef,
  HealthReason,
  Instance,
  InstanceHealth,
  Operation,
  ServerGroup,
  ServerGroupRef,
  ServerGroupSpec,
  ServerGroups,
} from '../ports/index.ts';
import type { VirtualClock } from './clock.ts';
import { Trouble } from './trouble.ts';

interface Machine {
  readonly id: string;
  readonly zone: string;
  readonly launchTime: number;
  /** Set by a test; else it follows from image, age and traffic. */
  health: InstanceHealth | null;
  /** When it has finished its requests, once it alone was taken out of traffic; null while it is in. */
  outAt: number | null;
  /** When it alone came back into traffic; null when it never was out. */
  backAt: number | null;
}

interface Group {
  readonly ref: ServerGroupRef;
  readonly createdTime: number;
  readonly imageId: string;
  readonly targetGroups: readonly string[];
  readonly operationKey: string | null;
  /** What it was made of; null for one that was there before. */
  readonly spec: ServerGroupSpec | null;
  capacity: Capacity;
  intendedCapacity: Capacity | null;
  machines: Machine[];
  disabled: boolean;
  /** When it last came into traffic. */
  enabledAt: number;
  drainedAt: number;
  deletedAt: number | null;
}

/** What a test puts into the world as already there. */
export interface Existing {
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
  readonly size?: number;
  readonly capacity?: Capacity;
  readonly imageId?: string;
  readonly disabled?: boolean;
  readonly targetGroups?: readonly string[];
}

const keyOf = ({ account, region, name }: ServerGroupRef): string => `${account}/${region}/${name}`;

/** Server groups in memory that boot, fail, drain and go as real ones do, driven by the virtual clock. */
export class FakeServerGroups implements ServerGroups {
  readonly trouble = new Trouble();
  /** Every change asked for, in order: "disable demo-web-v000". */
  readonly changes: string[] = [];
  /** Images whose instances never become healthy. */
  readonly sickImages = new Set<string>();
  readonly hopelessGroups = new Map<string, Failure>();
  /** Problems that the next preflight finds. */
  preflightProblems: readonly string[] = [];
  /** Names that somebody else takes just before they are used. */
  readonly snatchedNames = new Set<string>();
  bootMs = 5_000;
  registerMs = 2_000;
  drainMs = 8_000;
  destroyMs = 5_000;
  private readonly groups = new Map<string, Group>();
  private readonly clock: VirtualClock;
  private machines = 0;
  private births = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** Puts a server group into the world that has long been running. */
  add(existing: Existing): ServerGroupRef {
    const ref = { account: existing.account ?? 'prod', region: existing.region ?? 'us-east-1', name: existing.name };
    const size = existing.size ?? existing.capacity?.desired ?? 3;
    const past = this.clock.now() - 86_400_000 + this.births++ * 1_000;
    const group: Group = {
      ref,
      createdTime: past,
      imageId: existing.imageId ?? 'ami-old',
      targetGroups: existing.targetGroups ?? ['demo-web-tg'],
      operationKey: null,
      spec: null,
      capacity: existing.capacity ?? { min: size, desired: size, max: size },
      intendedCapacity: null,
      machines: [],
      disabled: existing.disabled ?? false,
      enabledAt: past,
      drainedAt: past,
      deletedAt: null,
    };
    this.groups.set(keyOf(ref), group);
    this.fit(group, past);
    return ref;
  }

  /** Sets the health of a group's instances by hand; null lets it follow from the world again. */
  setHealth(name: string, health: InstanceHealth | null, instances = Number.POSITIVE_INFINITY): void {
    for (const group of this.groups.values())
      if (group.ref.name === name) for (const machine of group.machines.slice(0, instances)) machine.health = health;
  }

  remove(name: string): void {
    for (const [key, group] of this.groups) if (group.ref.name === name) this.groups.delete(key);
  }

  /** Picture of a group by name, for assertions. */
  picture(name: string, region = 'us-east-1'): ServerGroup | null {
    const group = [...this.groups.values()].find((each) => each.ref.name === name && each.ref.region === region);
    return group ? this.draw(group) : null;
  }

  /** Pictures of all groups, oldest first. */
  everything(): readonly ServerGroup[] {
    return this.alive().map((group) => this.draw(group));
  }

  async list(cluster: ClusterRef): Promise<readonly ServerGroup[]> {
    return this.trouble.run('list', () =>
      this.alive()
        .filter(({ ref }) => ref.account === cluster.account && ref.region === cluster.region)
        .filter(({ ref }) => ref.name.startsWith(cluster.cluster))
        .filter(({ ref }) => (parseMoniker(ref.name)?.cluster ?? ref.name) === cluster.cluster)
        .map((group) => this.draw(group)),
    );
  }

  async read(ref: ServerGroupRef): Promise<ServerGroup | null> {
    return this.trouble.run('read', () => {
      const group = this.living(ref);
      return group ? this.draw(group) : null;
    });
  }

  async listApplication(application: string): Promise<readonly ServerGroup[]> {
    return this.alive()
      .filter(({ ref }) => parseMoniker(ref.name)?.app === application)
      .map((group) => this.draw(group));
  }

  async nextName(cluster: ClusterRef): Promise<string> {
    return this.trouble.run('nextName', () => {
      const taken = this.alive().filter(
        ({ ref }) => ref.name.startsWith(cluster.cluster) && parseMoniker(ref.name)?.cluster === cluster.cluster,
      );
      const sequence = nextSequence(taken.map(({ ref }) => parseMoniker(ref.name)?.sequence ?? null));
      return serverGroupName(cluster.cluster, sequence ?? 0);
    });
  }

  async recipe(ref: ServerGroupRef): Promise<ServerGroupSpec | null> {
    return this.trouble.run('recipe', () => {
      const group = this.living(ref);
      if (!group) return null;
      const { moniker } = this.draw(group);
      return { ...(group.spec ?? plainSpec(group, moniker)), capacity: group.capacity, startDisabled: false };
    });
  }

  async preflight(): Promise<readonly string[]> {
    return this.trouble.run('preflight', () => this.preflightProblems);
  }

  async create(spec: ServerGroupSpec, operation: Operation): Promise<void> {
    return this.trouble.run('create', () => {
      const { account, region, name } = spec;
      if (this.snatchedNames.delete(name)) this.add({ account, region, name, size: 1 });
      const existing = this.groups.get(keyOf(spec));
      if (existing?.operationKey === operation.key) return;
      if (existing)
        throw new FailureError({ code: 'aws.name-taken', message: `${name} belongs to another operation.` });
      this.changes.push(`create ${name}`);
      const now = this.clock.now();
      const group: Group = {
        ref: { account, region, name },
        createdTime: now,
        imageId: spec.imageId,
        targetGroups: spec.targetGroups,
        operationKey: operation.key,
        spec,
        capacity: spec.capacity,
        intendedCapacity: null,
        machines: [],
        disabled: spec.startDisabled,
        enabledAt: now,
        drainedAt: now,
        deletedAt: null,
      };
      this.groups.set(keyOf(spec), group);
      this.fit(group, now);
    });
  }

  async abandon(ref: ServerGroupRef, operation: Operation): Promise<void> {
    return this.trouble.run('abandon', () => {
      const group = this.groups.get(keyOf(ref));
      if (group?.operationKey === operation.key && group.capacity.desired === 0) this.groups.delete(keyOf(ref));
    });
  }

  async resize(ref: ServerGroupRef, capacity: Capacity): Promise<void> {
    return this.change('resize', ref, (group) => {
      const { min, desired, max } = capacity;
      this.changes.push(`resize ${ref.name} ${min}/${desired}/${max}`);
      group.capacity = { min, desired, max };
      this.fit(group, this.clock.now());
    });
  }

  async enable(ref: ServerGroupRef): Promise<void> {
    return this.change('enable', ref, (group) => {
      if (!group.disabled && group.machines.every(({ outAt }) => outAt === null)) return;
      this.changes.push(`enable ${ref.name}`);
      if (group.disabled) group.enabledAt = this.clock.now();
      group.disabled = false;
      for (const machine of group.machines)
        if (machine.outAt !== null) Object.assign(machine, { outAt: null, backAt: this.clock.now() });
    });
  }

  async disableInstances(ref: ServerGroupRef, instanceIds: readonly string[]): Promise<void> {
    return this.change('disableInstances', ref, (group) => {
      const leaving = group.machines.filter(({ id, outAt }) => instanceIds.includes(id) && outAt === null);
      if (group.disabled || group.targetGroups.length === 0 || leaving.length === 0) return;
      this.changes.push(`disable ${leaving.length} of ${ref.name}`);
      for (const machine of leaving)
        machine.outAt = this.clock.now() + (this.healthOf(group, machine) === 'Up' ? this.drainMs : 0);
    });
  }

  async enableInstances(ref: ServerGroupRef, instanceIds: readonly string[]): Promise<void> {
    return this.change('enableInstances', ref, (group) => {
      const back = group.machines.filter(({ id, outAt }) => instanceIds.includes(id) && outAt !== null);
      if (group.disabled || back.length === 0) return;
      this.changes.push(`enable ${back.length} of ${ref.name}`);
      for (const machine of back) Object.assign(machine, { outAt: null, backAt: this.clock.now() });
    });
  }

  async disable(ref: ServerGroupRef): Promise<void> {
    return this.change('disable', ref, (group) => {
      if (group.disabled) return;
      this.changes.push(`disable ${ref.name}`);
      const served = this.draw(group).instances.some((instance) => instance.health === 'Up');
      group.disabled = true;
      group.drainedAt = this.clock.now() + (served && group.targetGroups.length > 0 ? this.drainMs : 0);
    });
  }

  async destroy(ref: ServerGroupRef): Promise<'gone' | 'going'> {
    return this.trouble.run('destroy', () => {
      const group = this.living(ref);
      if (!group) return 'gone';
      if (group.deletedAt === null) {
        this.changes.push(`destroy ${ref.name}`);
        group.deletedAt = this.clock.now() + this.destroyMs;
        group.disabled = true;
      }
      return 'going';
    });
  }

  async setIntendedCapacity(ref: ServerGroupRef, capacity: Capacity | null): Promise<void> {
    return this.change('setIntendedCapacity', ref, (group) => {
      group.intendedCapacity = capacity;
    });
  }

  async hopeless(group: ServerGroup): Promise<Failure | null> {
    return this.hopelessGroups.get(group.name) ?? null;
  }

  private living(ref: ServerGroupRef): Group | undefined {
    const group = this.groups.get(keyOf(ref));
    return group && (group.deletedAt === null || group.deletedAt > this.clock.now()) ? group : undefined;
  }

  private alive(): readonly Group[] {
    const now = this.clock.now();
    for (const [key, group] of this.groups)
      if (group.deletedAt !== null && group.deletedAt <= now) this.groups.delete(key);
    return [...this.groups.values()].sort((a, b) => a.createdTime - b.createdTime);
  }

  private change(method: string, ref: ServerGroupRef, act: (group: Group) => void): Promise<void> {
    return this.trouble.run(method, () => {
      const group = this.living(ref);
      if (!group)
        throw new FailureError({
          code: 'aws.not-found',
          message: `Server group ${ref.name} does not exist in ${ref.region}.`,
        });
      act(group);
    });
  }

  private fit(group: Group, launchTime: number): void {
    group.machines.length = Math.min(group.machines.length, group.capacity.desired);
    while (group.machines.length < group.capacity.desired) {
      const number = this.machines++;
      const zone = `${group.ref.region}${'abc'[number % 3]}`;
      group.machines.push({
        id: `i-${String(number).padStart(4, '0')}`,
        zone,
        launchTime,
        health: null,
        outAt: null,
        backAt: null,
      });
    }
  }

  private healthOf(group: Group, machine: Machine): InstanceHealth {
    if (machine.health) return machine.health;
    const now = this.clock.now();
    if (group.disabled && group.targetGroups.length > 0) return now < group.drainedAt ? 'Draining' : 'OutOfService';
    if (machine.outAt !== null) return now < machine.outAt ? 'Draining' : 'OutOfService';
    const registeredAt = Math.max(group.enabledAt, machine.backAt ?? 0);
    if (now < machine.launchTime + this.bootMs || now < registeredAt + this.registerMs) return 'Starting';
    return this.sickImages.has(group.imageId) ? 'Down' : 'Up';
  }

  private drawInstance(group: Group, machine: Machine): Instance {
    const { id, zone, launchTime } = machine;
    const health = this.healthOf(group, machine);
    const where = group.targetGroups[0];
    const reasons: readonly HealthReason[] = where
      ? [{ source: 'target', where, health, ...wordsOf(health) }]
      : [{ source: 'machine', health, state: 'running' }];
    return { id, zone, launchTime, health, reasons };
  }

  private draw(group: Group): ServerGroup {
    const { ref } = group;
    const beingDeleted = group.deletedAt !== null;
    const instances = beingDeleted ? [] : group.machines.map((machine) => this.drawInstance(group, machine));
    const up = instances.some((instance) => instance.health === 'Up');
    const leaving = group.disabled ? 0 : instances.filter((instance) => instance.health === 'Draining').length;
    const parts = parseMoniker(ref.name) ?? {
      app: ref.name,
      stack: null,
      detail: null,
      cluster: clusterName({ app: ref.name }),
      sequence: null,
    };
    return {
      ...ref,
      moniker: parts,
      createdTime: group.createdTime,
      capacity: group.capacity,
      image: { id: group.imageId, name: `${group.imageId}-name`, version: null },
      instances,
      targetGroups: group.targetGroups,
      loadBalancers: [],
      suspendedProcesses: group.disabled ? ['AddToLoadBalancer'] : [],
      traffic: group.disabled ? 'disabled' : up || group.targetGroups.length === 0 ? 'enabled' : 'partial',
      draining: group.disabled && this.clock.now() < group.drainedAt ? instances.length : leaving,
      beingDeleted,
      operationKey: group.operationKey,
      intendedCapacity: group.intendedCapacity,
    };
  }
}

/** What a group that was there before is taken to be made of. */
const plainSpec = (
  { ref, imageId, capacity, targetGroups }: Group,
  moniker: ServerGroup['moniker'],
): ServerGroupSpec => ({
  ...ref,
  moniker,
  imageId,
  instanceType: 't3.micro',
  capacity,
  targetGroups,
  securityGroups: ['web'],
  subnetIds: ['subnet-1'],
  healthCheckType: targetGroups.length > 0 ? 'ELB' : 'EC2',
  healthCheckGracePeriodSeconds: 600,
  tags: {},
  startDisabled: false,
});

function wordsOf(health: InstanceHealth): { state: string; code?: string; description?: string } {
  if (health === 'Up') return { state: 'healthy' };
  if (health === 'Starting')
    return { state: 'initial', code: 'Elb.RegistrationInProgress', description: 'Target registration is in progress' };
  if (health === 'Down')
    return {
      state: 'unhealthy',
      code: 'Target.ResponseCodeMismatch',
      description: 'Health checks failed with these codes: [500]',
    };
  return { state: health === 'Draining' ? 'draining' : 'unused' };
}
