import { type Failure, FailureError, nextSequence, parseMoniker, serverGroupName } from '@gennaker/pipeline-dsl';
import type {
  Capacity,
  ClusterRef,
  CopiedScaling,
  InstanceHealth,
  LifecycleHook,
  Operation,
  ScalingActivity,
  ServerGroup,
  ServerGroupRef,
  ServerGroupSpec,
  ServerGroups,
} from '../ports/index.ts';
import type { VirtualClock } from './clock.ts';
import { drawGroup, type FakeGroup, type FakeMachine, machineHealth, plainSpec } from './fake-group.ts';
import { ScalingBook } from './scaling-book.ts';
import { Trouble } from './trouble.ts';

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
  /** What keeps instances of a group from going, by its name; they go at the first look after it is taken away. */
  readonly holds = new Map<string, readonly string[]>();
  /** Does a listener send requests to the target group? Told by the load balancers of the same world. */
  sendsTo: (place: Pick<ServerGroupRef, 'account' | 'region'>, targetGroup: string) => boolean = () => false;
  /** Problems that the next preflight finds. */
  preflightProblems: readonly string[] = [];
  /** Names that somebody else takes just before they are used. */
  readonly snatchedNames = new Set<string>();
  bootMs = 5_000;
  registerMs = 2_000;
  drainMs = 8_000;
  destroyMs = 5_000;
  private readonly groups = new Map<string, FakeGroup>();
  readonly clock: VirtualClock;
  /** What moves sizes by itself. */
  readonly scaling = new ScalingBook();
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
    const group: FakeGroup = {
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
    const group = this.alive().find((each) => each.ref.name === name && each.ref.region === region);
    return group ? drawGroup(this, group) : null;
  }

  /** Pictures of all groups, oldest first. */
  everything(): readonly ServerGroup[] {
    return this.alive().map((group) => drawGroup(this, group));
  }

  async list(cluster: ClusterRef): Promise<readonly ServerGroup[]> {
    return this.trouble.run('list', () =>
      this.alive()
        .filter(({ ref }) => ref.account === cluster.account && ref.region === cluster.region)
        .filter(({ ref }) => ref.name.startsWith(cluster.cluster))
        .filter(({ ref }) => (parseMoniker(ref.name)?.cluster ?? ref.name) === cluster.cluster)
        .map((group) => drawGroup(this, group)),
    );
  }

  async read(ref: ServerGroupRef): Promise<ServerGroup | null> {
    return this.trouble.run('read', () => {
      const group = this.living(ref);
      return group ? drawGroup(this, group) : null;
    });
  }

  watch(ref: ServerGroupRef): Promise<ServerGroup | null> {
    return this.read(ref);
  }

  async listApplication(application: string): Promise<readonly ServerGroup[]> {
    return this.alive()
      .filter(({ ref }) => parseMoniker(ref.name)?.app === application)
      .map((group) => drawGroup(this, group));
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
      const { moniker } = drawGroup(this, group);
      return { ...(group.spec ?? plainSpec(group, moniker)), capacity: group.capacity, startDisabled: false };
    });
  }

  async readHooks(ref: ServerGroupRef): Promise<readonly LifecycleHook[]> {
    return this.trouble.run('readHooks', () => this.living(ref)?.spec?.lifecycleHooks ?? []);
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
      const group: FakeGroup = {
        ref: { account, region, name },
        createdTime: now,
        imageId: spec.imageId,
        targetGroups: spec.targetGroups,
        operationKey: operation.key,
        maker: { executionId: operation.executionId, stageId: operation.stageId },
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

  async copyScaling(from: ServerGroupRef, to: ServerGroupRef): Promise<CopiedScaling> {
    return this.trouble.run('copyScaling', () => {
      const { copied, isNew } = this.scaling.copy(from, to);
      if (isNew) this.changes.push(`copy scaling of ${from.name} to ${to.name}`);
      return copied;
    });
  }

  async settleScaling(ref: ServerGroupRef): Promise<void> {
    return this.trouble.run('settleScaling', () => {
      const row = this.scaling.of(ref);
      if (row.unsettled) this.changes.push(`settle scaling of ${ref.name}`);
      row.unsettled = false;
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
        machine.outAt = this.clock.now() + (machineHealth(this, group, machine) === 'Up' ? this.drainMs : 0);
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
      const served = drawGroup(this, group).instances.some((instance) => instance.health === 'Up');
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

  async heldBy(ref: ServerGroupRef): Promise<readonly string[]> {
    return this.trouble.run('heldBy', () => this.holds.get(ref.name) ?? []);
  }

  /** Starts of the instances that are there. */
  async activities(ref: ServerGroupRef): Promise<readonly ScalingActivity[]> {
    return this.trouble.run('activities', () =>
      [...(this.living(ref)?.machines ?? [])]
        .sort((a, b) => b.launchTime - a.launchTime)
        .map(({ id, launchTime }) => ({
          ...{ id: `launch-${id}`, startTime: launchTime, endTime: launchTime, status: 'Successful' },
          description: `Launching a new EC2 instance: ${id}`,
          ...{ cause: 'The group had fewer instances than were wanted.', message: null },
        })),
    );
  }

  async requested(place: Pick<ServerGroupRef, 'account' | 'region'>, targetGroups: readonly string[]) {
    return this.trouble.run('requested', () => targetGroups.filter((name) => this.sendsTo(place, name)));
  }

  async hopeless(group: ServerGroup): Promise<Failure | null> {
    return this.hopelessGroups.get(group.name) ?? null;
  }

  private living(ref: ServerGroupRef): FakeGroup | undefined {
    const group = this.groups.get(keyOf(ref));
    if (!group || (group.deletedAt !== null && group.deletedAt <= this.clock.now())) return undefined;
    if (group.machines.length > group.capacity.desired) this.fit(group, this.clock.now());
    return group;
  }

  /** Execution and stage that made the group; undefined for one that was there before. */
  makerOf(ref: ServerGroupRef): FakeGroup['maker'] {
    return this.groups.get(keyOf(ref))?.maker;
  }

  /** The group an instance is a member of. */
  groupOf(instanceId: string): FakeGroup | undefined {
    return this.alive().find((group) => group.machines.some(({ id }) => id === instanceId));
  }

  /** An instance is not a member any more; unless the group became smaller, another takes its place. */
  takeOut(instanceId: string): FakeMachine | undefined {
    const group = this.groupOf(instanceId);
    const machine = group?.machines.find(({ id }) => id === instanceId);
    if (!group || !machine) return undefined;
    group.machines = group.machines.filter((each) => each !== machine);
    this.fit(group, this.clock.now());
    return machine;
  }

  private alive(): readonly FakeGroup[] {
    const now = this.clock.now();
    for (const [key, group] of this.groups)
      if (group.deletedAt !== null && group.deletedAt <= now) {
        this.groups.delete(key);
        this.scaling.forget(group.ref);
      }
    return [...this.groups.values()].sort((a, b) => a.createdTime - b.createdTime);
  }

  private change(method: string, ref: ServerGroupRef, act: (group: FakeGroup) => void): Promise<void> {
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

  private fit(group: FakeGroup, launchTime: number): void {
    if (!this.holds.has(group.ref.name))
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
}
