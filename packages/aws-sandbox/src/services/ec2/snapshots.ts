import type {
  DeleteSnapshotRequest,
  DescribeSnapshotAttributeRequest,
  DescribeSnapshotsRequest,
  ModifySnapshotAttributeRequest,
} from '@aws-sdk/client-ec2';
import { refuse } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { byIds, filtered, tagList } from './filters.ts';
import { defaultKey } from './image-storage.ts';
import type { Snapshot } from './state.ts';

function noSnapshot(id: string): never {
  refuse('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
}

/** The account's own snapshots and those shared with it, by id. */
function visibleSnapshots(call: Call): Record<string, Snapshot> {
  const shared = Object.values(call.world.state.regions)
    .filter((store) => store.region === call.view.region && store.account !== call.view.account)
    .flatMap((store) => Object.values(call.look(store).snapshots))
    .filter((snapshot) => snapshot.sharedWith.some((user) => user === call.view.account || user === 'all'))
    .map((snapshot) => [snapshot.id, { ...snapshot, tags: {} }]);
  return { ...Object.fromEntries(shared), ...call.view.snapshots };
}

const stateOf = (snapshot: Snapshot, now: number): string => (now < snapshot.completedAt ? 'pending' : 'completed');

function ownSnapshot(call: Call, id = ''): Snapshot {
  return (call.view.snapshots[id] && call.store.snapshots[id]) ?? noSnapshot(id);
}

function ownedBy(snapshot: Snapshot, owners: string[] | undefined, account: string): boolean {
  if (!owners?.length) return true;
  return owners.some((owner) => snapshot.owner === (owner === 'self' ? account : owner));
}

export const snapshotHandlers = {
  DescribeSnapshots(call: Call, input: DescribeSnapshotsRequest) {
    const { account } = call.view;
    const all = byIds(visibleSnapshots(call), input.SnapshotIds, noSnapshot).filter(
      (snapshot) =>
        ownedBy(snapshot, input.OwnerIds, account) &&
        (!input.RestorableByUserIds?.length ||
          input.RestorableByUserIds.some((user) => snapshot.sharedWith.includes(user === 'self' ? account : user))),
    );
    const kept = filtered(all, input.Filters, {
      'snapshot-id': (snapshot) => snapshot.id,
      'owner-id': (snapshot) => snapshot.owner,
      encrypted: (snapshot) => String(Boolean(snapshot.encryptedWith)),
      status: (snapshot) => stateOf(snapshot, call.now),
      'volume-size': (snapshot) => String(snapshot.sizeGiB),
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    const Snapshots = items.map((snapshot) => ({
      SnapshotId: snapshot.id,
      OwnerId: snapshot.owner,
      StartTime: new Date(snapshot.createdAt),
      State: stateOf(snapshot, call.now),
      Progress: call.now < snapshot.completedAt ? '50%' : '100%',
      VolumeSize: snapshot.sizeGiB,
      Encrypted: Boolean(snapshot.encryptedWith),
      KmsKeyId: snapshot.encryptedWith ?? undefined,
      Tags: tagList(snapshot.tags),
    }));
    return { Snapshots, NextToken: next };
  },

  DescribeSnapshotAttribute(call: Call, input: DescribeSnapshotAttributeRequest) {
    const snapshot = ownSnapshot(call, input.SnapshotId);
    const CreateVolumePermissions = snapshot.sharedWith.map((user) =>
      user === 'all' ? { Group: 'all' } : { UserId: user },
    );
    return { SnapshotId: snapshot.id, CreateVolumePermissions };
  },

  ModifySnapshotAttribute(call: Call, input: ModifySnapshotAttributeRequest): void {
    const snapshot = ownSnapshot(call, input.SnapshotId);
    const shortForm = [...(input.UserIds ?? []), ...(input.GroupNames ?? [])];
    const named = (list: Array<{ UserId?: string; Group?: string }> | undefined) =>
      (list ?? []).map(({ UserId, Group }) => UserId ?? Group ?? '');
    const adding = [...named(input.CreateVolumePermission?.Add), ...(input.OperationType === 'add' ? shortForm : [])];
    const removing = [
      ...named(input.CreateVolumePermission?.Remove),
      ...(input.OperationType === 'remove' ? shortForm : []),
    ];
    if (adding.length > 0 && snapshot.encryptedWith === defaultKey(call.store)) {
      refuse(
        'InvalidParameter',
        "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.",
      );
    }
    const kept = snapshot.sharedWith.filter((user) => !removing.includes(user));
    snapshot.sharedWith = [...new Set([...kept, ...adding])];
  },

  DeleteSnapshot(call: Call, input: DeleteSnapshotRequest): void {
    const { id } = ownSnapshot(call, input.SnapshotId);
    const user = Object.values(call.store.images).find(
      (image) => image.snapshotId === id && image.deregisteredAt === null,
    );
    if (user) refuse('InvalidSnapshot.InUse', `The snapshot ${id} is currently in use by ${user.id}`);
    delete call.store.snapshots[id];
  },
};
