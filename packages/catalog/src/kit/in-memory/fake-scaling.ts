import { FailureError } from '@gennaker/pipeline-dsl';
import type {
  Scaling,
  ScalingAlarm,
  ScalingPolicy,
  ScalingSettings,
  ScheduledAction,
  ServerGroupRef,
  SettingNames,
  WarmPool,
  WarmPoolPicture,
} from '../ports/index.ts';
import type { FakeServerGroups } from './fake-server-groups.ts';
import { Trouble } from './trouble.ts';

const NEW_POOL: WarmPool = { minSize: 0, maxPrepared: null, poolState: 'Stopped', reuseOnScaleIn: false };
/** From the deletion of a warm pool to its end. */
const POOL_ENDS_MS = 5_000;

/** Scaling of the server groups in memory. Policies and warm pools are kept and shown; they do not act. */
export class FakeScaling implements Scaling {
  readonly trouble = new Trouble();
  private readonly groups: FakeServerGroups;

  constructor(groups: FakeServerGroups) {
    this.groups = groups;
  }

  async read(ref: ServerGroupRef): Promise<ScalingSettings | null> {
    return this.trouble.run('read', () => {
      if (!this.groups.picture(ref.name, ref.region)) return null;
      const { policies, schedules } = this.groups.scaling.of(ref);
      return { policies: [...policies.values()], schedules: [...schedules.values()] };
    });
  }

  async readAlarms(place: Omit<ServerGroupRef, 'name'>, names: readonly string[]): Promise<readonly ScalingAlarm[]> {
    return this.trouble.run('readAlarms', () =>
      this.groups
        .everything()
        .filter(({ account, region }) => account === place.account && region === place.region)
        .flatMap((group) => [...this.groups.scaling.of(group).policies.values()])
        .flatMap(({ alarm }) => (alarm?.name && names.includes(alarm.name) ? [alarm] : [])),
    );
  }

  async readTags(ref: ServerGroupRef): Promise<Readonly<Record<string, string>> | null> {
    return this.trouble.run('readTags', () =>
      this.groups.picture(ref.name, ref.region) ? Object.fromEntries(this.groups.scaling.of(ref).tags) : null,
    );
  }

  async savePolicy(ref: ServerGroupRef, policy: ScalingPolicy): Promise<void> {
    return this.change('savePolicy', ref, ({ policies }) => void policies.set(policy.name, policy));
  }

  async saveSchedules(ref: ServerGroupRef, actions: readonly ScheduledAction[]): Promise<void> {
    return this.change('saveSchedules', ref, ({ schedules }) => {
      for (const action of actions) schedules.set(action.name, action);
    });
  }

  async suspend(ref: ServerGroupRef, processes: readonly string[]): Promise<void> {
    return this.change('suspend', ref, ({ suspended }) => {
      for (const process of processes) suspended.add(process);
    });
  }

  async resume(ref: ServerGroupRef, processes: readonly string[]): Promise<void> {
    return this.change('resume', ref, ({ suspended }) => {
      for (const process of processes) suspended.delete(process);
    });
  }

  async tag(ref: ServerGroupRef, tags: Readonly<Record<string, string>>): Promise<void> {
    return this.change('tag', ref, (row) => {
      for (const [key, value] of Object.entries(tags)) row.tags.set(key, value);
    });
  }

  async removeSettings(ref: ServerGroupRef, names: SettingNames): Promise<void> {
    return this.change('removeSettings', ref, ({ policies, schedules, tags }) => {
      for (const name of names.policies ?? []) policies.delete(name);
      for (const name of names.schedules ?? []) schedules.delete(name);
      for (const key of names.tags ?? []) tags.delete(key);
      for (const policy of policies.values())
        if (names.alarms?.includes(policy.alarm?.name ?? '')) policies.set(policy.name, { ...policy, alarm: null });
    });
  }

  async readWarmPool(ref: ServerGroupRef): Promise<WarmPoolPicture | null> {
    return this.trouble.run('readWarmPool', () => this.poolOf(ref));
  }

  async saveWarmPool(ref: ServerGroupRef, pool: Partial<WarmPool>): Promise<void> {
    return this.change('saveWarmPool', ref, (row) => {
      if (this.poolOf(ref)?.beingDeleted)
        throw new FailureError({
          code: 'aws.busy',
          message: `The warm pool of server group ${ref.name} is being deleted.`,
          retry: true,
        });
      row.warmPool = { settings: { ...(row.warmPool?.settings ?? NEW_POOL), ...pool }, goneAt: null };
    });
  }

  async deleteWarmPool(ref: ServerGroupRef): Promise<'gone' | 'going'> {
    await this.change('deleteWarmPool', ref, (row) => {
      if (this.poolOf(ref) === null) row.warmPool = null;
      else if (row.warmPool?.goneAt === null)
        row.warmPool = { ...row.warmPool, goneAt: this.groups.clock.now() + POOL_ENDS_MS };
    });
    return this.poolOf(ref) === null ? 'gone' : 'going';
  }

  private poolOf(ref: ServerGroupRef): WarmPoolPicture | null {
    const group = this.groups.picture(ref.name, ref.region);
    const { warmPool } = this.groups.scaling.of(ref);
    if (!group || !warmPool || (warmPool.goneAt !== null && this.groups.clock.now() >= warmPool.goneAt)) return null;
    const { settings, goneAt } = warmPool;
    const room = (settings.maxPrepared ?? group.capacity.max) - group.capacity.desired;
    const instances = goneAt === null ? Math.max(settings.minSize, room) : 0;
    return { ...settings, instances, beingDeleted: goneAt !== null };
  }

  private change(
    method: string,
    ref: ServerGroupRef,
    act: (row: ReturnType<FakeServerGroups['scaling']['of']>) => void,
  ): Promise<void> {
    return this.trouble.run(method, () => {
      if (!this.groups.picture(ref.name, ref.region))
        throw new FailureError({ code: 'aws.gone', message: `Server group ${ref.name} does not exist.` });
      this.groups.changes.push(`${method} ${ref.name}`);
      act(this.groups.scaling.of(ref));
    });
  }
}
