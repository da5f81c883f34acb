import type { Instance, RunInstancesCommandInput, Tag } from '@aws-sdk/client-ec2';
import type { BakeInstance, BakeSpec, Operation } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { checkOperation, ownerTags, TAG } from '../server-groups/tags.ts';

const STATES: Readonly<Record<string, BakeInstance['state']>> = {
  pending: 'starting',
  running: 'running',
  stopping: 'stopping',
  stopped: 'stopped',
};

const tagsOfBake = (spec: BakeSpec, operation: Operation): Tag[] => [
  { Key: 'Name', Value: `bake ${spec.bakeKey.slice(0, 12)}` },
  { Key: TAG.bakeKey, Value: spec.bakeKey },
  { Key: TAG.expires, Value: new Date(spec.expiresTime).toISOString() },
  ...ownerTags(operation).map(({ key, value }) => ({ Key: key, Value: value })),
];

async function rootDevice(place: Place, spec: BakeSpec): Promise<RunInstancesCommandInput['BlockDeviceMappings']> {
  const { rootVolumeSizeGiB, encrypted, kmsKeyId } = spec;
  if (!rootVolumeSizeGiB && !encrypted && !kmsKeyId) return undefined;
  const DeviceName = (await place.imageFacts(spec.baseImageId))?.RootDeviceName ?? '/dev/xvda';
  const Ebs = {
    VolumeType: 'gp3' as const,
    DeleteOnTermination: true,
    ...(rootVolumeSizeGiB ? { VolumeSize: rootVolumeSizeGiB } : {}),
    ...(encrypted || kmsKeyId ? { Encrypted: true } : {}),
    ...(kmsKeyId ? { KmsKeyId: kmsKeyId } : {}),
  };
  return [{ DeviceName, Ebs }];
}

/** Subnet, security groups and public address: all together, or AWS refuses the mixture. */
function networkOf(spec: BakeSpec): Pick<RunInstancesCommandInput, 'NetworkInterfaces'> {
  const { subnetId, securityGroups, associatePublicIpAddress } = spec;
  const isPublic = typeof associatePublicIpAddress === 'boolean';
  if (!subnetId && !securityGroups?.length && !isPublic) return {};
  return {
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        DeleteOnTermination: true,
        ...(subnetId ? { SubnetId: subnetId } : {}),
        ...(securityGroups?.length ? { Groups: [...securityGroups] } : {}),
        ...(isPublic ? { AssociatePublicIpAddress: associatePublicIpAddress } : {}),
      },
    ],
  };
}

/**
 * Starts the instance (RunInstances). The client token is the operation's key, so that a repeated call answers the
 * instance that an earlier one made.
 */
export async function startBake(place: Place, spec: BakeSpec, operation: Operation): Promise<string> {
  checkOperation(operation);
  const Tags = tagsOfBake(spec, operation);
  const started = await place.ec2.runInstances(
    {
      ClientToken: operation.key,
      ImageId: spec.baseImageId,
      InstanceType: spec.instanceType as RunInstancesCommandInput['InstanceType'],
      MinCount: 1,
      MaxCount: 1,
      ...networkOf(spec),
      ...(spec.iamRole ? { IamInstanceProfile: { Name: spec.iamRole } } : {}),
      ...(spec.script ? { UserData: Buffer.from(spec.script).toString('base64') } : {}),
      InstanceInitiatedShutdownBehavior: 'stop',
      MetadataOptions: { HttpTokens: 'required' },
      BlockDeviceMappings: await rootDevice(place, spec),
      TagSpecifications: [
        { ResourceType: 'instance', Tags },
        { ResourceType: 'volume', Tags },
      ],
    },
    { abort: operation.abort, resource: `image ${spec.baseImageId}` },
  );
  const id = started.Instances?.[0]?.InstanceId;
  if (id) return id;
  throw new FailureError({
    code: 'aws.unclassified',
    message: `AWS started no instance of image ${spec.baseImageId} in ${place.account.name} ${place.region} and gave no reason`,
    retry: false,
  });
}

const reasonOf = (instance: Instance): string | null => instance.StateReason?.Message ?? null;

/** State of the instance, live; null while it cannot be seen (DescribeInstances). */
export async function readBake(place: Place, id: string): Promise<BakeInstance | null> {
  const filter = [{ Name: 'instance-id', Values: [id] }];
  const found = await place.ec2.describeInstances({ Filters: filter }, { resource: `instance ${id}` });
  const instance = found.Reservations?.flatMap((reservation) => reservation.Instances ?? [])[0];
  if (!instance) return null;
  const state = STATES[instance.State?.Name ?? ''] ?? 'gone';
  return { id, state, reason: state === 'running' ? null : reasonOf(instance) };
}

/** The console as text (GetConsoleOutput); AWS keeps the last 64 KB and may lag. */
export async function bakeLog(place: Place, id: string): Promise<string> {
  const { Output } = await place.ec2.getConsoleOutput({ InstanceId: id });
  return Buffer.from(Output ?? '', 'base64').toString('utf8');
}

async function ownInstances(place: Place, operation: Operation): Promise<readonly string[]> {
  const found = await place.ec2.describeInstances(
    {
      Filters: [
        { Name: `tag:${TAG.execution}`, Values: [operation.executionId] },
        { Name: `tag:${TAG.stage}`, Values: [operation.stageId] },
        // What a server group launches carries execution and stage too.
        { Name: 'tag-key', Values: [TAG.bakeKey] },
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
      ],
    },
    { resource: 'instances that bake' },
  );
  const all = (found.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
  return all.flatMap((instance) => instance.InstanceId ?? []);
}

/** Terminates what bakes of this stage have started: the known ones, and those found by their tags. */
export async function endBake(place: Place, known: readonly string[], operation: Operation): Promise<void> {
  const ids = [...new Set([...known, ...(await ownInstances(place, operation))])];
  // One by one: a single unknown id would fail the call for all.
  for (const id of ids) {
    try {
      await place.ec2.terminateInstances({ InstanceIds: [id] });
    } catch (error) {
      if (!isFailure(error, 'aws.gone')) throw error;
    }
  }
}
