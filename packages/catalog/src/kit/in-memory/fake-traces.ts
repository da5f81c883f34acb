import type { CloudTrace, MarkedServerGroup, RegionRef, Traces } from '../ports/index.ts';
import type { FakeImages } from './fake-images.ts';
import type { FakeServerGroups } from './fake-server-groups.ts';
import { Trouble } from './trouble.ts';

/** What the world in memory shows of marks: those of its server groups, machines that bake, and images. */
export class FakeTraces implements Traces {
  readonly trouble = new Trouble();
  /** What a test puts there besides, such as a launch template without its server group. */
  readonly others: CloudTrace[] = [];
  private readonly groups: FakeServerGroups;
  private readonly images: FakeImages;

  constructor(groups: FakeServerGroups, images: FakeImages) {
    this.groups = groups;
    this.images = images;
  }

  async find(place: RegionRef): Promise<readonly CloudTrace[]> {
    return this.trouble.run('find', () =>
      [...this.marked(), ...this.images.traces(), ...this.others].filter(
        ({ account, region }) => account === place.account && region === place.region,
      ),
    );
  }

  private marked(): readonly MarkedServerGroup[] {
    return this.groups
      .everything()
      .map((group): MarkedServerGroup => {
        const { account, region, name, capacity, intendedCapacity, suspendedProcesses, createdTime } = group;
        const maker = this.groups.makerOf(group);
        const row = this.groups.scaling.of(group);
        return {
          ...{ kind: 'serverGroup', account, region, id: name, name },
          executionId: maker?.executionId ?? null,
          stageId: maker?.stageId ?? null,
          ...{ capacity, intendedCapacity, suspendedProcesses, createdTime },
          instances: group.instances.length,
          frozen: group.traffic === 'disabled' && maker ? ['AddToLoadBalancer'] : null,
          unsettled: row.unsettled ? ['AlarmNotification', 'ScheduledActions'] : null,
        };
      })
      .filter(
        ({ executionId, intendedCapacity, frozen, unsettled }) =>
          executionId ?? intendedCapacity ?? frozen ?? unsettled,
      );
  }
}
