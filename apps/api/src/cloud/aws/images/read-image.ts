import type { Image as AwsImage } from '@aws-sdk/client-ec2';
import type { BakedImage, Image } from '@gennaker/catalog/kit';
import type { Place } from '../place.ts';

/** An image as stages see it. */
export const imageOf = (place: Place, image: AwsImage): Image => ({
  account: place.account.name,
  region: place.region,
  id: image.ImageId ?? '',
  name: image.Name ?? '',
  createdTime: Date.parse(image.CreationDate ?? '') || 0,
  architecture: image.Architecture ?? null,
  ownerId: image.OwnerId ?? null,
  rootDeviceName: image.RootDeviceName ?? null,
  tags: Object.fromEntries((image.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? ''])),
});

const stateOf = ({ State }: AwsImage): BakedImage['state'] =>
  State === 'available' ? 'available' : State === 'pending' || State === 'transient' ? 'pending' : 'failed';

/** An image that may still be in the making; every state that leads nowhere counts as failed. */
export const bakedImageOf = (place: Place, image: AwsImage): BakedImage => ({
  ...imageOf(place, image),
  state: stateOf(image),
  reason: image.StateReason?.Message ?? (stateOf(image) === 'failed' ? `it is ${image.State}` : null),
});
