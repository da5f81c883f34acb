import type { Image as AwsImage, Filter } from '@aws-sdk/client-ec2';
import type { Image } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { imageOf } from './read-image.ts';

/** Pages read at most: an answer of that size means that the query is too wide. */
const MOST_PAGES = 20;
const PAGE = 200;

const AVAILABLE: Filter = { Name: 'state', Values: ['available'] };

/** A glob of AWS knows `*` and `?`; a backslash takes their meaning away. */
export const literally = (text: string): string => text.replace(/[\\*?]/g, (sign) => `\\${sign}`);

export const newestFirst = (a: Image, b: Image): number => b.createdTime - a.createdTime || b.id.localeCompare(a.id);

/**
 * Images by owners and filters, page by page. Anybody may publish an image under any name, so owners may be left out
 * only where an id is asked for that is known to be good.
 */
export async function describeImages(
  place: Place,
  query: { readonly owners: readonly string[] | null; readonly filters: readonly Filter[] },
): Promise<readonly AwsImage[]> {
  const found: AwsImage[] = [];
  const Owners = query.owners ? { Owners: [...query.owners] } : {};
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await place.ec2.describeImages(
      { ...Owners, Filters: [...query.filters], MaxResults: PAGE, NextToken: token },
      { resource: 'images' },
    );
    found.push(...(answer.Images ?? []));
    token = answer.NextToken;
    if (!token) return found;
  }
  place.logger.warn('An image search matches very many images; only the first are used', { found: found.length });
  return found;
}

/** The trusted owners, or the one asked for when it is among them. */
function ownersFor(place: Place, trusted: readonly string[], ownerId: string | undefined): readonly string[] {
  if (ownerId === undefined) return trusted;
  if (trusted.includes(ownerId)) return [ownerId];
  if (ownerId === place.account.accountId) return ['self'];
  throw new FailureError({
    code: 'aws.owner-not-trusted',
    message: `Images of account ${ownerId} are not used: it is not among the trusted owners (${trusted.join(', ')})`,
    retry: false,
    advice:
      'Anybody may publish an image under any name. Add the owner to GENNAKER_IMAGE_OWNERS if it is to be trusted.',
    details: { provider: 'aws', account: place.account.name, region: place.region },
  });
}

/** Available images carrying all the tags, newest first. */
export async function findByTags(
  place: Place,
  trusted: readonly string[],
  query: { readonly nameGlob?: string; readonly tags: Readonly<Record<string, string>>; readonly ownerId?: string },
): Promise<readonly Image[]> {
  const filters: Filter[] = [
    AVAILABLE,
    ...(query.nameGlob ? [{ Name: 'name', Values: [query.nameGlob] }] : []),
    ...Object.entries(query.tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [literally(value)] })),
  ];
  const found = await describeImages(place, { owners: ownersFor(place, trusted, query.ownerId), filters });
  return found.map((image) => imageOf(place, image)).sort(newestFirst);
}

const parameterOf = (nameOrId: string): string | null => {
  if (nameOrId.startsWith('resolve:ssm:')) return nameOrId.slice('resolve:ssm:'.length);
  return nameOrId.startsWith('/') ? nameOrId : null;
};

/** The image id that a parameter holds now; null when there is no such parameter, or it holds something else. */
async function idInParameter(place: Place, name: string): Promise<string | null> {
  try {
    const answer = await place.ssm.getParameter({ Name: name }, { resource: `parameter ${name}` });
    return /ami-[0-9a-f]+/.exec(answer.Parameter?.Value ?? '')?.[0] ?? null;
  } catch (error) {
    if (isFailure(error, 'aws.gone')) return null;
    throw error;
  }
}

async function firstOf(place: Place, owners: readonly string[] | null, name: string, value: string) {
  const filters = [AVAILABLE, { Name: name, Values: [literally(value)] }];
  try {
    const found = await describeImages(place, { owners, filters });
    return found.map((image) => imageOf(place, image)).sort(newestFirst)[0] ?? null;
  } catch (error) {
    if (isFailure(error, 'aws.gone')) return null;
    throw error;
  }
}

/** An available image by id, exact name, or parameter that holds its id. */
export async function findImage(place: Place, trusted: readonly string[], nameOrId: string): Promise<Image | null> {
  const parameter = parameterOf(nameOrId);
  if (parameter === null)
    return firstOf(place, trusted, /^ami-[0-9a-f]+$/.test(nameOrId) ? 'image-id' : 'name', nameOrId);
  const id = await idInParameter(place, parameter);
  // Parameters below /aws/service/ are written by AWS alone: whose image they name need not be trusted as well.
  const owners = parameter.startsWith('/aws/service/') ? null : trusted;
  return id === null ? null : firstOf(place, owners, 'image-id', id);
}
