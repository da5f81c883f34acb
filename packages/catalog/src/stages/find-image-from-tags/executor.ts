import type { Failure } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { foundDetail, imageArtifact } from '../../clusters/images.ts';
import { regionsOf } from '../../clusters/place.ts';
import {
  again,
  executeStage,
  failed,
  minutes,
  seconds,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import type { Image } from '../../kit/ports/index.ts';
import { findImageFromTagsStage } from './definition.ts';

type Context = z.output<typeof findImageFromTagsStage.context>;
type Run = TaskRun<Context, 'images'>;

/** A new image shows up in searches a little later; after this time it is not there. */
const APPEARS_WITHIN_MS = minutes(2);

const hasGlob = (name: string): boolean => /[*?]/.test(name);
const isAccountNumber = (owner: string): boolean => /^\d{12}$/.test(owner);

/** Does the tag `appversion` (package-version-build) name the package? */
const isOfPackage = (image: Image, name: string): boolean => {
  const version = image.tags['appversion'];
  return version?.startsWith(`${name}-`) === true && /^\d/.test(version.slice(name.length + 1));
};

/** Without such a tag the name has to do. */
const isNamedAfter = (image: Image, name: string): boolean =>
  image.tags['appversion'] === undefined && (image.name === name || /^[-_]/.test(image.name.slice(name.length)));

interface Choice {
  readonly image: Image | null;
  readonly matched: number;
  /** Taken by its name alone. */
  readonly byName: boolean;
}

/** The newest image of the package, among those that carry the tags. */
export function chooseImage(images: readonly Image[], packageName: string | null): Choice {
  const newestFirst = [...images].sort((a, b) => b.createdTime - a.createdTime || b.id.localeCompare(a.id));
  const pick = (fits: readonly Image[], byName: boolean): Choice => ({
    image: fits[0] ?? null,
    matched: fits.length,
    byName,
  });
  if (!packageName || hasGlob(packageName)) return pick(newestFirst, false);
  const tagged = newestFirst.filter((image) => isOfPackage(image, packageName));
  if (tagged.length > 0) return pick(tagged, false);
  const named = newestFirst.filter((image) => image.name.startsWith(packageName) && isNamedAfter(image, packageName));
  return pick(named, true);
}

/** Where is searched: in the account named, else in the default one; by owner when that is a number. */
async function placeFor(run: Run, region: string) {
  const { imageOwnerAccount: owner, credentials, account } = run.context;
  const isNumber = Boolean(owner) && isAccountNumber(owner ?? '');
  const named = (isNumber ? null : owner) || credentials || account;
  return {
    region,
    account: named || (await run.ports.images.defaultAccount(region)),
    ...(isNumber && owner ? { ownerId: owner } : {}),
  };
}

async function search(run: Run, region: string): Promise<{ all: readonly Image[]; choice: Choice }> {
  const { packageName, tags } = run.context;
  const nameGlob = packageName ? (hasGlob(packageName) ? packageName : `*${packageName}*`) : undefined;
  const place = await placeFor(run, region);
  const query = { ...place, tags: tags ?? {}, ...(nameGlob ? { nameGlob } : {}) };
  const all = await run.ports.images.findByTags(query);
  return { all, choice: chooseImage(all, packageName ?? null) };
}

async function find(run: Run): Promise<TaskResult> {
  const { context } = run;
  const found: Array<{ image: Image; choice: Choice }> = [];
  for (const region of regionsOf(context)) {
    const { all, choice } = await search(run, region);
    if (choice.image) found.push({ image: choice.image, choice });
    else if (run.now() - run.task.startTime < APPEARS_WITHIN_MS)
      return again(seconds(10), `an image in ${region} with these tags`);
    else return failed(noneFound(region, context, all.length));
  }
  const details = found.map(({ image, choice }) => foundDetail(image, run.stage.refId, { matched: choice.matched }));
  const byName = found.filter(({ choice }) => choice.byName).map(({ image }) => image.name);
  const warning = `No image carries an appversion of ${context.packageName}; by their names were taken: ${byName.join(', ')}.`;
  return succeeded({
    amiDetails: details,
    deploymentDetails: details,
    artifacts: found.map(({ image }) => imageArtifact(image)),
    ...(byName.length > 0 ? { warning } : {}),
  });
}

function noneFound(region: string, { packageName, tags }: Context, others: number): Failure {
  const wanted = Object.entries(tags ?? {}).map(([key, value]) => `${key}=${value}`);
  const name = packageName ? ` named ${packageName}` : '';
  const more = others > 0 ? ` ${others} with such a name and these tags are of other packages.` : '';
  return {
    code: 'find-image.none',
    message: `No image${name} in ${region} carries the tags ${wanted.join(', ') || '(none given)'}.${more}`,
    advice: 'Check that the image was built, copied to this region and tagged.',
  };
}

export const findImageFromTags = executeStage(findImageFromTagsStage, {
  needs: ['images'],
  tasks: [{ name: 'findImage', timeoutMs: minutes(10), run: find }],
});
