import { FailureError } from '@gennaker/pipeline-dsl';
import type {
  Scaling,
  ScalingAlarm,
  ScalingPolicy,
  ScalingSettings,
  ScheduledAction,
  ServerGroupRef,
} from '../ports/index.ts';
import type { FakeServerGroups } from './fake-server-groups.ts';
import { Trouble } from './trouble.ts';

/** Scaling of the server groups in memory. Policies are kept and shown; they do not act. */
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
