import { FailureError } from '@gennaker/pipeline-dsl';
import type { Instances, Machine, RegionRef, ServerGroupRef, TargetState } from '../ports/index.ts';
import type { VirtualClock } from './clock.ts';
import { type FakeMachine, machineHealth } from './fake-group.ts';
import type { FakeServerGroups } from './fake-server-groups.ts';
import { Trouble } from './trouble.ts';

/** Instances of the server groups in memory, and those taken out of them. */
export class FakeInstances implements Instances {
  readonly trouble = new Trouble();
  /** How long one is on its way out. */
  endMs = 5_000;
  private readonly groups: FakeServerGroups;
  private readonly clock: VirtualClock;
  /** Those that ended, with the time they are gone. */
  private readonly ended = new Map<string, number>();
  /** Those that run without a group. */
  private readonly loose = new Map<string, FakeMachine>();

  constructor(groups: FakeServerGroups) {
    this.groups = groups;
    this.clock = groups.clock;
  }

  async find(_place: RegionRef, ids: readonly string[]): Promise<readonly Machine[]> {
    return this.trouble.run('find', () =>
      ids.flatMap((id): readonly Machine[] => {
        const group = this.groups.groupOf(id);
        if (group) return [{ id, state: 'running', serverGroup: group.ref.name }];
        if (this.loose.has(id)) return [{ id, state: 'running', serverGroup: null }];
        const goneAt = this.ended.get(id);
        if (goneAt === undefined) return [];
        return [{ id, state: this.clock.now() < goneAt ? 'shutting-down' : 'terminated', serverGroup: null }];
      }),
    );
  }

  async terminate(_place: RegionRef, ids: readonly string[]): Promise<void> {
    return this.trouble.run('terminate', () => {
      for (const id of ids) {
        if (this.ended.has(id)) continue;
        this.groups.changes.push(`terminate ${id}`);
        this.end(id);
      }
    });
  }

  async terminateAndShrink(
    ref: ServerGroupRef,
    id: string,
    how: { readonly lowerMin: boolean; readonly lowerMax: boolean },
  ): Promise<void> {
    return this.trouble.run('terminateAndShrink', () => {
      if (this.groups.groupOf(id)?.ref.name !== ref.name) return;
      this.shrink(id, 1, how.lowerMin);
      const group = this.groups.groupOf(id);
      if (group && how.lowerMax) group.capacity = { ...group.capacity, max: group.capacity.desired };
      this.groups.changes.push(`terminate ${id} and shrink ${ref.name}`);
      this.end(id);
    });
  }

  async reboot(_place: RegionRef, ids: readonly string[]): Promise<void> {
    return this.trouble.run('reboot', () => {
      for (const id of ids) {
        this.groups.changes.push(`reboot ${id}`);
        const machine = this.groups.groupOf(id)?.machines.find((each) => each.id === id);
        if (machine) machine.backAt = this.clock.now() + this.groups.bootMs;
      }
    });
  }

  async detach(
    ref: ServerGroupRef,
    ids: readonly string[],
    how: { readonly shrink: boolean; readonly lowerMin: boolean },
  ): Promise<void> {
    return this.trouble.run('detach', () => {
      const members = ids.filter((id) => this.groups.groupOf(id)?.ref.name === ref.name);
      const first = members[0];
      if (first && how.shrink) this.shrink(first, members.length, how.lowerMin);
      for (const id of members) {
        this.groups.changes.push(`detach ${id} from ${ref.name}`);
        const machine = this.groups.takeOut(id);
        if (machine) this.loose.set(id, machine);
      }
    });
  }

  async targets(
    _place: RegionRef,
    targetGroups: readonly string[],
    ids: readonly string[],
  ): Promise<readonly TargetState[]> {
    return this.trouble.run('targets', () =>
      targetGroups.flatMap((targetGroup) =>
        ids.map((instanceId) => {
          const group = this.groups.groupOf(instanceId);
          const machine = group?.machines.find(({ id }) => id === instanceId);
          const isIn = group && machine && group.targetGroups.includes(targetGroup);
          const health = isIn ? machineHealth(this.groups, group, machine) : 'OutOfService';
          return { instanceId, targetGroup, health };
        }),
      ),
    );
  }

  async register(_place: RegionRef, _targetGroups: readonly string[], ids: readonly string[]): Promise<void> {
    await this.trouble.run('register', () => undefined);
    for (const { ref, members } of this.byGroup(ids)) await this.groups.enableInstances(ref, members);
  }

  async deregister(_place: RegionRef, _targetGroups: readonly string[], ids: readonly string[]): Promise<void> {
    await this.trouble.run('deregister', () => undefined);
    for (const { ref, members } of this.byGroup(ids)) await this.groups.disableInstances(ref, members);
  }

  private byGroup(ids: readonly string[]) {
    const groups = [...new Set(ids.flatMap((id) => this.groups.groupOf(id) ?? []))];
    return groups.map((group) => ({
      ref: group.ref,
      members: ids.filter((id) => group.machines.some((machine) => machine.id === id)),
    }));
  }

  private end(id: string): void {
    this.groups.takeOut(id);
    this.loose.delete(id);
    this.ended.set(id, this.clock.now() + this.endMs);
  }

  /** Lowers desired before members go, so that none takes their places. */
  private shrink(memberId: string, by: number, lowerMin: boolean): void {
    const group = this.groups.groupOf(memberId);
    if (!group) return;
    const desired = Math.max(0, group.capacity.desired - by);
    if (desired < group.capacity.min && !lowerMin)
      throw new FailureError({
        code: 'aws.at-minimum',
        message: `${group.ref.name} may not become smaller than ${group.capacity.min}.`,
      });
    group.capacity = { ...group.capacity, desired, min: Math.min(group.capacity.min, desired) };
  }
}
