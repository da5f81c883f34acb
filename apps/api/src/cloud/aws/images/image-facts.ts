import type { Image as AwsImage } from '@aws-sdk/client-ec2';
import { batched } from '../batch.ts';
import type { PlaceClients } from '../clients.ts';
import type { CloudClock } from '../clock.ts';
import { Expiring } from '../expiring.ts';

const NAMES_KEPT_MS = 10 * 60_000;

export interface ImageFacts {
  /** Name and tags of an image id; an image's name never changes, so it is remembered for ten minutes. */
  readonly imageFacts: (id: string) => Promise<AwsImage | undefined>;
  /** Remembers an image that was read for something else. */
  readonly noteImage: (image: AwsImage) => void;
}

export function imageFactsOf(place: PlaceClients, clock: CloudClock): ImageFacts {
  const known = new Expiring<AwsImage>(clock, NAMES_KEPT_MS);
  const load = batched<string, AwsImage>({
    clock,
    most: 100,
    pressure: place.pressure.ec2,
    async load(ids) {
      // A filter, not ImageIds: one deregistered image would fail the call for all.
      const found = await place.ec2.describeImages({ Filters: [{ Name: 'image-id', Values: [...ids] }] });
      return new Map((found.Images ?? []).map((image) => [image.ImageId ?? '', image]));
    },
  });
  return {
    async imageFacts(id) {
      const hit = known.get(id);
      if (hit) return hit;
      const image = await load(id);
      return image && known.set(id, image);
    },
    noteImage: (image) => void known.set(image.ImageId ?? '', image),
  };
}
