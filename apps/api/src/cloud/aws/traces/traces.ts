import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Instance, LaunchTemplate, Snapshot, Tag } from '@aws-sdk/client-ec2';
import type {
  CloudTrace,
  LooseSnapshot,
  LooseTemplate,
  MadeImage,
  MarkedServerGroup,
  TemporaryMachine,
  Traces,
} from '@gennaker/catalog/kit';
import { describeImages } from '../images/find-images.ts';
import { bakedImageOf } from '../images/read-image.ts';
import type { Place, PlaceAt } from '../place.ts';
import { isMember } from '../server-groups/health.ts';
import { suspendedIn } from '../server-groups/processes.ts';
import { parseCapacity, parseList, TAG, tagsOf } from '../server-groups/tags.ts';

/** Any of these on a server group: we made it, or hold something of it back. */
const GROUP_MARKS = [TAG.operation, TAG.capacity, TAG.frozen, TAG.unsettled];
const NOT_ENDED = ['pending', 'running', 'stopping', 'stopped'];

type Tags = Readonly<Record<string, string>>;

const fromPairs = (pairs: readonly Tag[] | undefined): Tags =>
  Object.fromEntries((pairs ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

const ownerOf = (place: Place, tags: Tags) => ({
  account: place.account.name,
  region: place.region,
  executionId: tags[TAG.execution] ?? null,
  stageId: tags[TAG.stage] ?? null,
});

const listIn = (tags: Tags, key: string): readonly string[] | null => {
  const value = tags[key];
  return value === undefined ? null : parseList(value);
};

function groupOut(place: Place, group: AutoScalingGroup): MarkedServerGroup {
  const tags = tagsOf(group);
  const name = group.AutoScalingGroupName ?? '';
  return {
    kind: 'serverGroup',
    ...ownerOf(place, tags),
    id: name,
    name,
    capacity: { min: group.MinSize ?? 0, desired: group.DesiredCapacity ?? 0, max: group.MaxSize ?? 0 },
    instances: (group.Instances ?? []).filter(({ LifecycleState }) => isMember(LifecycleState ?? '')).length,
    intendedCapacity: parseCapacity(tags[TAG.capacity]),
    frozen: listIn(tags, TAG.frozen),
    unsettled: listIn(tags, TAG.unsettled),
    suspendedProcesses: suspendedIn(group),
    createdTime: group.CreatedTime?.getTime() ?? 0,
  };
}

/** Those that AWS is deleting already are left out. */
async function markedGroups(place: Place): Promise<readonly MarkedServerGroup[]> {
  const found: AutoScalingGroup[] = [];
  let NextToken: string | undefined;
  do {
    const page = await place.autoScaling.describeAutoScalingGroups(
      { Filters: [{ Name: 'tag-key', Values: GROUP_MARKS }], MaxRecords: 100, NextToken },
      { resource: 'the server groups' },
    );
    found.push(...(page.AutoScalingGroups ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found.filter(({ Status }) => !Status).map((group) => groupOut(place, group));
}

function machineOut(place: Place, instance: Instance): TemporaryMachine {
  const tags = fromPairs(instance.Tags);
  return {
    kind: 'machine',
    ...ownerOf(place, tags),
    id: instance.InstanceId ?? '',
    name: tags['Name'] ?? instance.InstanceId ?? '',
    state: instance.State?.Name ?? 'pending',
    expiresTime: Date.parse(tags[TAG.expires] ?? ''),
  };
}

async function temporaryMachines(place: Place): Promise<readonly TemporaryMachine[]> {
  const found: Instance[] = [];
  let NextToken: string | undefined;
  do {
    const page = await place.ec2.describeInstances(
      {
        Filters: [
          { Name: 'tag-key', Values: [TAG.expires] },
          { Name: 'instance-state-name', Values: NOT_ENDED },
        ],
        MaxResults: 200,
        NextToken,
      },
      { resource: 'machines that were started for a while' },
    );
    found.push(...(page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found.map((one) => machineOut(place, one)).filter(({ expiresTime }) => Number.isFinite(expiresTime));
}

async function madeImages(place: Place): Promise<readonly MadeImage[]> {
  const filters = [{ Name: 'tag-key', Values: [TAG.execution] }];
  const found = await describeImages(place, { owners: ['self'], filters });
  return found.map((one): MadeImage => {
    const { id, name, state, tags } = bakedImageOf(place, one);
    return { kind: 'image', ...ownerOf(place, tags), id, name, state, bakeKey: tags[TAG.bakeKey] ?? null };
  });
}

/** Snapshots per question after the images that use them. */
const MOST_SNAPSHOTS = 200;

/** Those of the snapshots that an image of ours uses. */
async function usedSnapshots(place: Place, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for (let from = 0; from < ids.length; from += MOST_SNAPSHOTS) {
    const Values = ids.slice(from, from + MOST_SNAPSHOTS);
    const filters = [{ Name: 'block-device-mapping.snapshot-id', Values }];
    const images = await describeImages(place, { owners: ['self'], filters });
    for (const { BlockDeviceMappings = [] } of images)
      for (const { Ebs } of BlockDeviceMappings) if (Ebs?.SnapshotId) used.add(Ebs.SnapshotId);
  }
  return used;
}

/** Only finished ones: an image in the making may not show yet what it is made of. */
async function looseSnapshots(place: Place): Promise<readonly LooseSnapshot[]> {
  const found: Snapshot[] = [];
  let NextToken: string | undefined;
  do {
    const page = await place.ec2.describeSnapshots(
      {
        OwnerIds: ['self'],
        Filters: [
          { Name: 'tag-key', Values: [TAG.bakeKey] },
          { Name: 'status', Values: ['completed'] },
        ],
        MaxResults: 200,
        NextToken,
      },
      { resource: 'snapshots of images' },
    );
    found.push(...(page.Snapshots ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  const used = await usedSnapshots(
    place,
    found.flatMap(({ SnapshotId }) => SnapshotId ?? []),
  );
  return found
    .filter(({ SnapshotId = '' }) => !used.has(SnapshotId))
    .map((snapshot): LooseSnapshot => {
      const tags = fromPairs(snapshot.Tags);
      const [id, bakeKey] = [snapshot.SnapshotId ?? '', tags[TAG.bakeKey] ?? null];
      const owner = ownerOf(place, tags);
      return { kind: 'snapshot', ...owner, id, name: id, bakeKey, createdTime: snapshot.StartTime?.getTime() ?? 0 };
    });
}

/** AWS may show a group some seconds after its template, so one without a group is looked up by name once more. */
async function looseTemplates(place: Place, groups: ReadonlySet<string>): Promise<readonly LooseTemplate[]> {
  const found: LaunchTemplate[] = [];
  let NextToken: string | undefined;
  do {
    const page = await place.ec2.describeLaunchTemplates(
      { Filters: [{ Name: 'tag-key', Values: [TAG.serverGroup] }], MaxResults: 200, NextToken },
      { resource: 'launch templates' },
    );
    found.push(...(page.LaunchTemplates ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  const loose = await Promise.all(
    found.map(async (template): Promise<readonly LooseTemplate[]> => {
      const tags = fromPairs(template.Tags);
      const serverGroup = tags[TAG.serverGroup] ?? '';
      if (groups.has(serverGroup) || (await place.group(serverGroup))) return [];
      const [id, name] = [template.LaunchTemplateId ?? '', template.LaunchTemplateName ?? ''];
      return [{ kind: 'launchTemplate', ...ownerOf(place, tags), id, name, serverGroup }];
    }),
  );
  return loose.flat();
}

/** Reads the marks that this room leaves on what it makes and changes. */
export function createTraces(placeAt: PlaceAt): Traces {
  return {
    async find({ account, region }): Promise<readonly CloudTrace[]> {
      const place = placeAt(account, region);
      const [groups, machines, images, snapshots] = await Promise.all([
        markedGroups(place),
        temporaryMachines(place),
        madeImages(place),
        looseSnapshots(place),
      ]);
      const templates = await looseTemplates(place, new Set(groups.map(({ name }) => name)));
      return [...groups, ...machines, ...images, ...templates, ...snapshots];
    },
  };
}
