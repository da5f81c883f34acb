import { isJsonObject } from '@gennaker/pipeline-dsl';
import type { Image } from '../kit/ports/index.ts';

/** Entry of `deploymentDetails`: the image to deploy in a region, as later stages read it. */
export const deploymentDetail = (image: Image, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  region: image.region,
  account: image.account,
  imageId: image.id,
  imageName: image.name,
  ami: image.id,
  amiName: image.name,
  cloudProvider: 'aws',
  cloudProviderType: 'aws',
  ...more,
});

/** Entry of `deploymentDetails` for an image that was looked for. */
export const foundDetail = (image: Image, refId: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
  deploymentDetail(image, {
    refId,
    ownerId: image.ownerId ?? null,
    architecture: image.architecture,
    creationDate: new Date(image.createdTime).toISOString(),
    tags: image.tags,
    ...more,
  });

export const imageArtifact = (image: Image): Record<string, unknown> => ({
  type: 'aws/image',
  name: image.name,
  reference: image.id,
  location: image.region,
  metadata: { account: image.account, tags: image.tags },
});

/**
 * Id or name of the image for a region among the `deploymentDetails` lists of the stages before, nearest first; null
 * when none names the region.
 */
export function upstreamImage(lists: readonly unknown[], region: string): string | null {
  for (const list of lists) {
    const detail = (Array.isArray(list) ? list : []).find((entry) => isJsonObject(entry) && entry['region'] === region);
    if (!isJsonObject(detail)) continue;
    for (const key of ['imageId', 'ami', 'imageName', 'amiName'])
      if (typeof detail[key] === 'string' && detail[key] !== '') return detail[key];
  }
  return null;
}
