import type { Failure } from '@gennaker/pipeline-dsl';
import { RE2JS } from 're2js';
import type * as z from 'zod';
import { foundDetail, imageArtifact } from '../../clusters/images.ts';
import { laterRegions } from '../../clusters/later-deploys.ts';
import { clusterRefsOf } from '../../clusters/place.ts';
import { executeStage, failed, minutes, succeeded, type TaskResult, type TaskRun } from '../../kit/index.ts';
import type { ClusterRef, Image, ServerGroup } from '../../kit/ports/index.ts';
import { findImageStage } from './definition.ts';

type Context = z.output<typeof findImageStage.context>;
type Run = TaskRun<Context, 'serverGroups' | 'images'>;

interface Found {
  readonly image: Image;
  readonly source: string;
}

/** The server group whose image counts; a list when there are several and the stage wants exactly one. */
export function selectServerGroup(
  groups: readonly ServerGroup[],
  strategy: 'NEWEST' | 'OLDEST' | 'LARGEST' | 'FAIL',
): ServerGroup | readonly ServerGroup[] | null {
  if (strategy === 'OLDEST') return groups[0] ?? null;
  if (strategy === 'LARGEST')
    return groups.reduce<ServerGroup | null>(
      (best, group) => (!best || group.instances.length >= best.instances.length ? group : best),
      null,
    );
  if (strategy === 'FAIL' && groups.length > 1) return groups;
  return groups.at(-1) ?? null;
}

const noneFound = ({ cluster, region }: ClusterRef, { context }: Run): Failure => ({
  code: 'find-image.none',
  message: `Cluster ${cluster} has no ${context.onlyEnabled === false ? '' : 'enabled '}server group in ${region} to take an image from.`,
  advice: 'Check the cluster, look at disabled server groups too, or let missing regions be found by name.',
});

const several = ({ cluster, region }: ClusterRef, groups: readonly ServerGroup[]): Failure => ({
  code: 'find-image.several',
  message: `Cluster ${cluster} has ${groups.length} server groups in ${region} (${groups.map((group) => group.name).join(', ')}); exactly one was expected.`,
  advice: 'Choose newest, oldest or largest, or leave one server group only.',
});

const gone = (group: ServerGroup): Failure => ({
  code: 'find-image.gone',
  message: `Image ${group.image.id} of ${group.name} does not exist in ${group.region} any more, or is not of a trusted owner.`,
  advice: 'Bake or find another image, or trust its owner.',
});

const nameDiffers = ({ image, source }: Found, pattern: string): Failure => ({
  code: 'find-image.name-differs',
  message: `Image ${image.name} of ${source} does not match ${pattern}.`,
  advice: 'Check the pattern, or the server group that was chosen.',
});

/** The image that the region's server group runs; null when there is no server group. */
async function findIn(run: Run, ref: ClusterRef): Promise<Found | Failure | null> {
  const { context } = run;
  const all = (await run.ports.serverGroups.list(ref)).filter((group) => !group.beingDeleted);
  const eligible = context.onlyEnabled === false ? all : all.filter((group) => group.traffic !== 'disabled');
  const selected = selectServerGroup(eligible, context.selectionStrategy ?? 'NEWEST');
  if (!selected) return null;
  if (!('image' in selected)) return several(ref, selected);
  const { account, region } = ref;
  const image = await run.ports.images.find({ account, region, nameOrId: selected.image.id });
  return image ? { image, source: selected.name } : gone(selected);
}

/** A name without what some bakeries put behind the kind of storage: it differs from region to region. */
const stemOf = (name: string): string => /^(.*-(?:ebs|s3))/.exec(name)?.[1] ?? name;

const unclear = (ref: ClusterRef, names: readonly string[]): Failure => ({
  code: 'find-image.unclear',
  message: `Cluster ${ref.cluster} has no server group in ${ref.region}, and ${names.length === 0 ? 'no other region has one' : `other regions run several images (${names.join(', ')})`}: there is not one name to look for.`,
  advice: 'Name the regions that run the image, or make them run the same one.',
});

const notThere = (ref: ClusterRef, name: string): Failure => ({
  code: 'find-image.none',
  message: `Cluster ${ref.cluster} has no server group in ${ref.region}, and no image ${name} is there either.`,
  advice: 'Copy the image to that region, or leave the region out.',
});

/** The newest image of the name that other regions run: in the account of the stage, then in the default one. */
async function findByName(run: Run, ref: ClusterRef, found: readonly Found[]): Promise<Found | Failure> {
  const names = [...new Set(found.map(({ image }) => stemOf(image.name)))];
  const [name, ...others] = names;
  if (name === undefined || others.length > 0) return unclear(ref, names);
  const { region } = ref;
  for (const account of new Set([ref.account, await run.ports.images.defaultAccount(region)])) {
    const images = await run.ports.images.findByTags({ account, region, nameGlob: `${name}*`, tags: {} });
    if (images[0]) return { image: images[0], source: ref.cluster };
  }
  return notThere(ref, name);
}

interface Search {
  readonly found: readonly Found[];
  /** Regions that only later stages name, and that have no image. */
  readonly without: readonly string[];
}

/** Every region that the stage names has an image, or it fails; those added may have none. */
async function findAll(run: Run, refs: readonly ClusterRef[], inferred: readonly string[]): Promise<Search | Failure> {
  const found: Found[] = [];
  const missing: ClusterRef[] = [];
  for (const ref of refs) {
    const one = await findIn(run, ref);
    if (one === null) missing.push(ref);
    else if ('code' in one) return one;
    else found.push(one);
  }
  const known = [...found];
  const without: string[] = [];
  for (const ref of missing) {
    const isAdded = inferred.includes(ref.region);
    const byName = isAdded || run.context.resolveMissingLocations === true;
    const one = byName ? await findByName(run, ref, known) : noneFound(ref, run);
    if (!('code' in one)) found.push(one);
    else if (isAdded) without.push(ref.region);
    else return one;
  }
  return { found, without };
}

async function find(run: Run): Promise<TaskResult> {
  const { context } = run;
  const named = clusterRefsOf(context);
  const [first] = named;
  const added = context.skipRegionDetection ? [] : laterRegions(run);
  const inferred = added.filter((region) => !named.some((ref) => ref.region === region));
  const refs = [...named, ...(first ? inferred.map((region) => ({ ...first, region })) : [])];
  const search = await findAll(run, refs, inferred);
  if ('code' in search) return failed(search);
  const { found, without } = search;
  const pattern = context.imageNamePattern ? RE2JS.compile(context.imageNamePattern) : null;
  const wrong = found.find(({ image }) => pattern && !pattern.matcher(image.name).find());
  if (wrong) return failed(nameDiffers(wrong, context.imageNamePattern ?? ''));
  const details = found.map(({ image, source }) => foundDetail(image, run.stage.refId, { sourceServerGroup: source }));
  return succeeded({
    amiDetails: details,
    deploymentDetails: details,
    artifacts: found.map(({ image }) => imageArtifact(image)),
    inferredRegions: inferred,
    ...(without.length > 0 ? { warning: `Later stages deploy to ${without.join(', ')}, where no such image is.` } : {}),
  });
}

export const findImage = executeStage(findImageStage, {
  needs: ['serverGroups', 'images'],
  tasks: [{ name: 'findImage', timeoutMs: minutes(10), run: find }],
});
