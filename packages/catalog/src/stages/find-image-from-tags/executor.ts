import type * as z from 'zod';
import { deploymentDetail, imageArtifact } from '../../clusters/images.ts';
import { accountOf, regionsOf } from '../../clusters/place.ts';
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

/** A new image shows up in searches a little later; after this time it is not there. */
const APPEARS_WITHIN_MS = minutes(2);

const globOf = (name: string | null | undefined): string | undefined =>
  name ? (name.includes('*') ? name : `${name}*`) : undefined;

async function find(run: TaskRun<Context, 'images'>): Promise<TaskResult> {
  const { context } = run;
  const account = context.imageOwnerAccount || accountOf(context);
  const tags = context.tags ?? {};
  const found: Image[] = [];
  for (const region of regionsOf(context)) {
    const nameGlob = globOf(context.packageName);
    const images = await run.ports.images.findByTags({ account, region, tags, ...(nameGlob ? { nameGlob } : {}) });
    const newest = [...images].sort((a, b) => b.createdTime - a.createdTime)[0];
    if (newest) found.push(newest);
    else if (run.now() - run.task.startTime < APPEARS_WITHIN_MS)
      return again(seconds(10), `an image in ${region} with these tags`);
    else return failed(noneFound(region, context));
  }
  const details = found.map((image) => deploymentDetail(image));
  return succeeded({ amiDetails: details, deploymentDetails: details, artifacts: found.map(imageArtifact) });
}

function noneFound(region: string, { packageName, tags }: Context) {
  const wanted = Object.entries(tags ?? {}).map(([key, value]) => `${key}=${value}`);
  const name = packageName ? ` named ${packageName}` : '';
  return {
    code: 'find-image.none',
    message: `No image${name} in ${region} carries the tags ${wanted.join(', ') || '(none given)'}.`,
    advice: 'Check that the image was built, copied to this region and tagged.',
  };
}

export const findImageFromTags = executeStage(findImageFromTagsStage, {
  needs: ['images'],
  tasks: [{ name: 'findImage', timeoutMs: minutes(10), run: find }],
});
