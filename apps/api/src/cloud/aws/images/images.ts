import type { Image as AwsImage, Filter } from '@aws-sdk/client-ec2';
import type { Image, Images } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place, PlaceAt } from '../place.ts';
import { TAG } from '../server-groups/tags.ts';
import { bakeLog, endBake, readBake, startBake } from './bake.ts';
import { createImage, readImage } from './create-image.ts';
import { bakedImageOf, imageOf } from './read-image.ts';

/** Pages read at most: an answer of that size means that the query is too wide. */
const MOST_PAGES = 20;
const PAGE = 200;

/** What we search images by. Owners are mandatory: anybody may publish an image under any name. */
export interface ImageQuery {
  readonly owners: readonly string[];
  readonly filters: readonly Filter[];
}

async function describe(place: Place, query: ImageQuery): Promise<readonly AwsImage[]> {
  const found: AwsImage[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await place.ec2.describeImages(
      { Owners: [...query.owners], Filters: [...query.filters], MaxResults: PAGE, NextToken: token },
      { resource: 'images' },
    );
    found.push(...(answer.Images ?? []));
    token = answer.NextToken;
    if (!token) return found;
  }
  place.logger.warn('An image search matches very many images; only the first are used', { found: found.length });
  return found;
}

const newestFirst = (a: Image, b: Image): number => b.createdTime - a.createdTime || b.id.localeCompare(a.id);

const AVAILABLE: Filter = { Name: 'state', Values: ['available'] };

/** A glob of AWS knows `*` and `?`; a backslash takes their meaning away. */
const literally = (text: string): string => text.replace(/[\\*?]/g, (sign) => `\\${sign}`);

/** Images of our own account and of those configured; never the public's. */
export function createImages(placeAt: PlaceAt, trustedOwners: readonly string[]): Images {
  const owners = ['self', ...trustedOwners];
  return {
    async findByTags({ account, region, nameGlob, tags }) {
      const place = placeAt(account, region);
      const filters: Filter[] = [
        AVAILABLE,
        ...(nameGlob ? [{ Name: 'name', Values: [nameGlob] }] : []),
        ...Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [literally(value)] })),
      ];
      const found = await describe(place, { owners, filters });
      return found.map((image) => imageOf(place, image)).sort(newestFirst);
    },
    async findBaked({ account, region, bakeKey }) {
      const place = placeAt(account, region);
      const found = await describe(place, {
        owners: ['self'],
        filters: [{ Name: `tag:${TAG.bakeKey}`, Values: [bakeKey] }],
      });
      return found.map((image) => bakedImageOf(place, image)).sort(newestFirst);
    },
    startBake: async (spec, operation) => startBake(placeAt(spec.account, spec.region), spec, operation),
    readBake: async ({ account, region, id }) => readBake(placeAt(account, region), id),
    bakeLog: async ({ account, region, id }) => bakeLog(placeAt(account, region), id),
    endBake: async ({ account, region }, known, operation) => endBake(placeAt(account, region), known, operation),
    createImage: async (spec, operation) => createImage(placeAt(spec.account, spec.region), spec, operation),
    readImage: async ({ account, region, id }) => readImage(placeAt(account, region), id),
    async find({ account, region, nameOrId }) {
      const place = placeAt(account, region);
      const name = /^ami-[0-9a-f]+$/.test(nameOrId) ? 'image-id' : 'name';
      try {
        const found = await describe(place, {
          owners,
          filters: [AVAILABLE, { Name: name, Values: [literally(nameOrId)] }],
        });
        return found.map((image) => imageOf(place, image)).sort(newestFirst)[0] ?? null;
      } catch (error) {
        if (isFailure(error, 'aws.gone')) return null;
        throw error;
      }
    },
  };
}
