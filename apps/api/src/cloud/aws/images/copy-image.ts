import type { Tag } from '@aws-sdk/client-ec2';
import type { ImageCopySpec, Operation } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { checkOperation, ownerTags, TAG } from '../server-groups/tags.ts';
import { adopt } from './create-image.ts';
import { describeImages } from './find-images.ts';

/** An earlier copy of the same bake that has not failed. */
async function earlierCopy(place: Place, bakeKey: string): Promise<string | null> {
  const found = await describeImages(place, {
    owners: ['self'],
    filters: [{ Name: `tag:${TAG.bakeKey}`, Values: [bakeKey] }],
  });
  const alive = found.find(({ State }) => State === 'available' || State === 'pending');
  return alive?.ImageId ?? null;
}

const own: ReadonlySet<string> = new Set([TAG.execution, TAG.stage, TAG.operation, TAG.bakeKey]);

function tagsOfCopy({ source, bakeKey }: ImageCopySpec, operation: Operation): Tag[] {
  const kept = Object.entries(source.tags).filter(([key]) => !own.has(key) && !key.startsWith('aws:'));
  return [
    ...kept.map(([Key, Value]) => ({ Key, Value })),
    { Key: TAG.bakeKey, Value: bakeKey },
    ...ownerTags(operation).map(({ key, value }) => ({ Key: key, Value: value })),
  ];
}

/**
 * Copies an image into the place (CopyImage), with its tags written by the same call. An earlier copy of the same bake
 * is taken instead; the client token makes a repeated call answer the image of the first.
 */
export async function copyImage(place: Place, spec: ImageCopySpec, operation: Operation): Promise<string> {
  checkOperation(operation);
  const earlier = await earlierCopy(place, spec.bakeKey);
  if (earlier) return earlier;
  const Tags = tagsOfCopy(spec, operation);
  try {
    const made = await place.ec2.copyImage(
      {
        Name: spec.source.name,
        Description: `Copy of ${spec.source.id} from ${spec.source.region}`,
        SourceImageId: spec.source.id,
        SourceRegion: spec.source.region,
        ClientToken: operation.key.slice(0, 64),
        ...(spec.encrypted ? { Encrypted: true } : {}),
        ...(spec.kmsKeyId ? { KmsKeyId: spec.kmsKeyId } : {}),
        TagSpecifications: [
          { ResourceType: 'image', Tags },
          { ResourceType: 'snapshot', Tags },
        ],
      },
      { abort: operation.abort, resource: `image ${spec.source.id} of ${spec.source.region}` },
    );
    return made.ImageId ?? '';
  } catch (error) {
    if (isFailure(error, 'aws.exists')) return adopt(place, spec.source.name, operation, error);
    if (!isMismatch(error)) throw error;
    // The tags of the source have changed since the first try; what that one made is seen a little later.
    throw new FailureError(
      {
        code: 'aws.not-there-yet',
        message: `The copy of ${spec.source.name} in ${place.region} was begun before and is not seen yet`,
        retry: true,
        advice: 'Nothing to do: new things take up to two minutes to be seen everywhere, and it is tried again.',
      },
      { cause: error },
    );
  }
}

const isMismatch = (error: unknown): boolean =>
  error instanceof FailureError && error.failure.details?.['providerCode'] === 'IdempotentParameterMismatch';
