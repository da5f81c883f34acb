import { FailureError } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { accountOf, regionsOf } from '../../clusters/place.ts';
import { hours, type TaskRun } from '../../kit/index.ts';
import type { Image } from '../../kit/ports/index.ts';
import { bakeKeyOf } from './bake-key.ts';
import { bakeScript, type Package, packagesOf, SCRIPT_VERSION, withKey } from './bake-script.ts';
import type { bakeInRegionStage } from './definition.ts';
import { resolvedPackages } from './packages.ts';

export type Context = z.output<typeof bakeInRegionStage.context>;
export type BakeRun = TaskRun<Context, 'images' | 'leases' | 'packer'>;
export type BakePlan = NonNullable<Context['bakePlan']>;

/** After this time a janitor may take a forgotten machine away. */
const EXPIRES_AFTER_MS = hours(3);

export const placeOf = ({ context }: Pick<BakeRun, 'context'>) => ({
  account: accountOf(context),
  region: regionsOf(context)[0] ?? '',
});

const isTrue = (value: unknown): boolean => value === true || value === 'true';

/** An image of the same content does not count, says the stage or the trigger. */
export const isRebake = (run: BakeRun): boolean =>
  run.context.rebake === true || isTrue(run.execution.trigger['rebake']);

export const isPacker = ({ context }: Pick<BakeRun, 'context'>): boolean => context.bakePlan?.way === 'packer';

export function planOf(run: BakeRun): BakePlan {
  const { bakePlan } = run.context;
  if (bakePlan) return bakePlan;
  throw new Error('the bake has no plan');
}

/** What is baked and where, for messages. */
export const whatOf = (run: BakeRun): string =>
  `${run.context.package || planOf(run).imageName} in ${placeOf(run).region}`;

/** The base image: the one named, else the newest tagged for the base system, else the one of that name. */
async function findBase(run: BakeRun): Promise<Image> {
  const { baseAmi, baseOs } = run.context;
  const place = placeOf(run);
  const { images } = run.ports;
  if (!baseAmi && !baseOs)
    throw new FailureError({
      code: 'bake.no-base',
      message: 'The stage names neither a base system nor a base image.',
      advice: 'Set the base system, for example al2023, or the id of a base image.',
    });
  if (baseAmi) {
    const named = await images.find({ ...place, nameOrId: baseAmi });
    if (named) return named;
    throw baseNotFound(run, `the image ${baseAmi}`);
  }
  const tagged = await images.findByTags({ ...place, tags: { 'base-os': baseOs ?? '' } });
  const found = tagged[0] ?? (await images.find({ ...place, nameOrId: baseOs ?? '' }));
  if (found) return found;
  throw baseNotFound(run, `one with the tag base-os=${baseOs}, then one named ${baseOs}`);
}

function baseNotFound(run: BakeRun, lookedFor: string): FailureError {
  const { account, region } = placeOf(run);
  return new FailureError({
    code: 'bake.base-not-found',
    message: `There is no base image in ${region} of account ${account}: looked among the available images of trusted owners for ${lookedFor}.`,
    advice: 'Tag or copy the base image into this region, or correct the base in the stage.',
  });
}

const stamp = (ms: number): string => new Date(ms).toISOString().replaceAll(/\D/g, '').slice(0, 14);
const forName = (text: string): string => text.replaceAll(/[^A-Za-z0-9._-]+/g, '-');

function nameOf(
  run: BakeRun,
  first: Package | undefined,
  parts: { architecture: string; suffix: string; key: string },
) {
  const { amiName } = run.context;
  const stem = amiName || [first?.name ?? run.execution.application, first?.version].filter(Boolean).join('-');
  const tail = `-${parts.architecture}-${forName(parts.suffix)}-${parts.key.slice(0, 8)}`;
  return forName(stem).slice(0, 128 - tail.length) + tail;
}

interface Content {
  readonly way: BakePlan['way'];
  readonly packages: string;
  readonly base: Image | null;
  readonly script: string;
  readonly templateDigest: string | null;
}

/** Templates that come with bakeries elsewhere: they install packages, which a bake does without them. */
const STOCK: ReadonlySet<string> = new Set(['aws-ebs.json', 'aws-chroot.json', 'aws-multi-ebs.json']);

/** Digest of the template that Packer shall run; null when the stage names none, or one that is not needed. */
async function templateOf({ context, ports }: BakeRun): Promise<string | null> {
  const { templateFileName, varFileName } = context;
  if (!templateFileName) return null;
  try {
    return await ports.packer.digest(templateFileName, varFileName ?? null);
  } catch (error) {
    const isMissing = error instanceof FailureError && /^packer\.no/.test(error.failure.code);
    if (isMissing && STOCK.has(templateFileName)) return null;
    throw error;
  }
}

/** What goes into the image, and how it comes there. */
async function contentOf(run: BakeRun): Promise<Content> {
  const { context } = run;
  const packages = resolvedPackages(run);
  const templateDigest = await templateOf(run);
  if (templateDigest !== null) {
    // A template may know its base by itself.
    const base = context.baseAmi || context.baseOs ? await findBase(run) : null;
    return { way: 'packer', packages, base, script: '', templateDigest };
  }
  // Without a profile nothing on the machine may answer.
  const isSent = Boolean(context.iamRole) && (await run.ports.images.canSendToBakes(placeOf(run)));
  const way = isSent ? 'sent' : 'given';
  const content = { ...context, package: packages, variables: context.extendedAttributes };
  return { way, packages, base: await findBase(run), script: bakeScript(content, way), templateDigest };
}

const keyOfContent = (run: BakeRun, { packages, base, script, templateDigest }: Content): Promise<string> => {
  const { context } = run;
  return bakeKeyOf({
    ...placeOf(run),
    base: base?.id ?? null,
    architecture: base?.architecture ?? null,
    packages: packagesOf(packages),
    script,
    scriptVersion: SCRIPT_VERSION,
    variables: context.extendedAttributes ?? {},
    template: context.templateFileName ?? null,
    varFile: context.varFileName ?? null,
    templateDigest,
    rootVolumeSize: context.rootVolumeSize ?? null,
    encrypted: context.encrypted ?? false,
    kmsKeyId: context.kmsKeyId ?? null,
    vmType: context.vmType ?? 'hvm',
    storeType: context.storeType ?? 'ebs',
  });
};

/** Decides once what is made, and from what: names and times must not differ between tries. */
export async function planBake(run: BakeRun): Promise<BakePlan> {
  const { context } = run;
  const content = await contentOf(run);
  const bakeKey = await keyOfContent(run, content);
  const architecture = content.base?.architecture ?? 'x86_64';
  const suffix = context.amiSuffix || stamp(run.now());
  return {
    bakeKey,
    baseAmiId: content.base?.id ?? '',
    architecture,
    instanceType: context.instanceType || (architecture === 'arm64' ? 't4g.small' : 't3.small'),
    packages: content.packages,
    way: content.way,
    imageName: nameOf(run, packagesOf(content.packages)[0], { architecture, suffix, key: bakeKey }),
    amiSuffix: suffix,
    script: content.script && withKey(content.script, bakeKey),
    expiresTime: run.now() + EXPIRES_AFTER_MS,
  };
}

/** Tags of the finished image. None of them makes it a base image. */
export function tagsOfImage(run: BakeRun, plan: BakePlan): Readonly<Record<string, string>> {
  const [first] = packagesOf(plan.packages);
  const { application, id } = run.execution;
  const version: Record<string, string> = first?.version
    ? { version: first.version, appversion: `${first.name}-${first.version}`, 'cd:version': first.version }
    : {};
  return {
    app: application,
    ...(first ? { package: first.name } : {}),
    ...version,
    'cd:application': application,
    ...(plan.baseAmiId ? { 'cd:base-image': plan.baseAmiId } : {}),
    'cd:baked-by': id,
  };
}
