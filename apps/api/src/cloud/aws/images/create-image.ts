import type { Image as AwsImage, Tag } from '@aws-sdk/client-ec2';
import type { BakedImage, ImageSpec, Operation } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { checkOperation, ownerTags, TAG } from '../server-groups/tags.ts';
import { bakedImageOf } from './read-image.ts';

async function ownImageNamed(place: Place, name: string): Promise<AwsImage | undefined> {
  // No glob can be meant: image names hold neither `*` nor `?`.
  const filter = [{ Name: 'name', Values: [name] }];
  return (await place.ec2.describeImages({ Owners: ['self'], Filters: filter }, { resource: `image ${name}` }))
    .Images?.[0];
}

const tagOf = (image: AwsImage, key: string): string | null =>
  image.Tags?.find((tag) => tag.Key === key)?.Value ?? null;

/** The image of that name, when this operation made it. It may not be visible yet although its name is taken. */
export async function adopt(place: Place, name: string, operation: Operation, taken: unknown): Promise<string> {
  const image = await ownImageNamed(place, name);
  if (!image?.ImageId)
    throw new FailureError(
      {
        code: 'aws.not-there-yet',
        message: `Image ${name} in ${place.account.name} ${place.region} was made a moment ago and is not seen yet`,
        retry: true,
        advice: 'Nothing to do: new things take up to two minutes to be seen everywhere, and it is tried again.',
      },
      { cause: taken },
    );
  if (tagOf(image, TAG.operation) === operation.key) return image.ImageId;
  throw new FailureError({
    code: 'aws.image-name-taken',
    message: `Image ${name} already exists in ${place.account.name} ${place.region} and was made by ${tagOf(image, TAG.operation) === null ? 'another tool' : 'another operation'}`,
    retry: false,
    advice: 'Bake with another image name or suffix.',
    details: { provider: 'aws', resource: `image ${name}` },
  });
}

/**
 * Makes an image of a stopped instance (CreateImage, without a reboot). The call has no client token: a name that is
 * taken already is looked at, and adopted when it carries this operation's tag.
 */
export async function createImage(place: Place, spec: ImageSpec, operation: Operation): Promise<string> {
  checkOperation(operation);
  const own: Tag[] = Object.entries(spec.tags).map(([Key, Value]) => ({ Key, Value: Value.slice(0, 256) }));
  const owner: Tag[] = ownerTags(operation).map(({ key, value }) => ({ Key: key, Value: value }));
  const Tags = [...own, ...owner, { Key: TAG.bakeKey, Value: spec.bakeKey }];
  try {
    const made = await place.ec2.createImage(
      {
        InstanceId: spec.instanceId,
        Name: spec.name,
        Description: spec.description,
        NoReboot: true,
        TagSpecifications: [
          { ResourceType: 'image', Tags },
          { ResourceType: 'snapshot', Tags },
        ],
      },
      { abort: operation.abort },
    );
    return made.ImageId ?? '';
  } catch (error) {
    if (!isFailure(error, 'aws.exists')) throw error;
    return adopt(place, spec.name, operation, error);
  }
}

/** The image by its id, live; null while it cannot be seen. */
export async function readImage(place: Place, id: string): Promise<BakedImage | null> {
  const filter = [{ Name: 'image-id', Values: [id] }];
  const found = await place.ec2.describeImages({ Filters: filter }, { resource: `image ${id}` });
  const image = found.Images?.[0];
  return image ? bakedImageOf(place, image) : null;
}
