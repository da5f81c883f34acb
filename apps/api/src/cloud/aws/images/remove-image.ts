import type { Instance, LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import type { ImageUser, Operation } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';

const MOST_PAGES = 50;

async function templatesWith(place: Place, id: string): Promise<readonly LaunchTemplateVersion[]> {
  const found: LaunchTemplateVersion[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await place.ec2.describeLaunchTemplateVersions(
      {
        Versions: ['$Latest', '$Default'],
        Filters: [{ Name: 'image-id', Values: [id] }],
        MaxResults: 200,
        NextToken: token,
      },
      { resource: `launch templates with image ${id}` },
    );
    found.push(...(answer.LaunchTemplateVersions ?? []));
    token = answer.NextToken;
    if (!token) break;
  }
  return found.filter(({ LaunchTemplateData }) => LaunchTemplateData?.ImageId === id);
}

async function instancesWith(place: Place, id: string): Promise<readonly Instance[]> {
  const answer = await place.ec2.describeInstances(
    {
      Filters: [
        { Name: 'image-id', Values: [id] },
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
      ],
    },
    { resource: `instances of image ${id}` },
  );
  return (answer.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
}

const groupOf = ({ Tags }: Instance): string | undefined =>
  Tags?.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value;

/** Launch templates that name the image (those of empty groups too), and what runs from it. Each once. */
export async function usersOf(place: Place, id: string): Promise<readonly ImageUser[]> {
  const templates = (await templatesWith(place, id)).map(({ LaunchTemplateName: name = '' }) => ({
    kind: 'launchTemplate' as const,
    name,
  }));
  const running = (await instancesWith(place, id)).map((instance) => {
    const group = groupOf(instance);
    return group
      ? { kind: 'serverGroup' as const, name: group }
      : { kind: 'instance' as const, name: instance.InstanceId ?? '' };
  });
  return [...new Map([...running, ...templates].map((user) => [`${user.kind}/${user.name}`, user])).values()];
}

/** Deletes a snapshot that no image uses. One that is gone is no error. */
export async function removeSnapshot(place: Place, id: string, operation: Operation): Promise<void> {
  try {
    await place.ec2.deleteSnapshot({ SnapshotId: id }, { abort: operation.abort, resource: `snapshot ${id}` });
  } catch (error) {
    if (!isFailure(error, 'aws.gone')) throw error;
  }
}

/** Deregisters the image with the snapshots that no other image uses. One that is gone is no error. */
export async function removeImage(place: Place, id: string, operation: Operation): Promise<void> {
  try {
    await place.ec2.deregisterImage(
      { ImageId: id, DeleteAssociatedSnapshots: true },
      { abort: operation.abort, resource: `image ${id}` },
    );
  } catch (error) {
    if (!isFailure(error, 'aws.gone')) throw error;
  }
}
