import { FailureError, isJsonObject, type JsonObject, type Stage } from '@gennaker/pipeline-dsl';
import { ancestorsOf, indexGraph } from '@gennaker/pipeline-dsl/graph';
import type * as z from 'zod';
import { regionsOf } from '../../clusters/place.ts';
import type { TaskRun } from '../../kit/index.ts';
import type { upsertImageTagsStage } from './definition.ts';

export type Context = z.output<typeof upsertImageTagsStage.context>;
export type TagRun = TaskRun<Context, 'images'>;

/** An image as it was asked for: `nameOrId` in a place. */
interface Wanted {
  readonly account: string;
  readonly region: string;
  readonly nameOrId: string;
}

export type ChosenImage = NonNullable<Context['imagesToTag']>[number];

const textAt = (detail: JsonObject, ...keys: readonly string[]): string => {
  const value = keys.map((key) => detail[key]).find((each) => typeof each === 'string' && each !== '');
  return typeof value === 'string' ? value : '';
};

/** Is it one of the stages to consider, or a part of one? */
function isConsidered(stage: Stage, byId: ReadonlyMap<string, Stage>, considered: readonly string[]): boolean {
  const parent = stage.parentStageId ? byId.get(stage.parentStageId) : undefined;
  return considered.includes(stage.refId) || (parent !== undefined && considered.includes(parent.refId));
}

/** Details of the images that earlier stages have found or made. */
function upstreamDetails(run: TagRun): readonly JsonObject[] {
  const graph = indexGraph(run.stages);
  const self = run.stages.find((stage) => stage.id === run.stage.id);
  const considered = run.context.consideredStages ?? [];
  return (self ? ancestorsOf(self, graph) : [])
    .filter((stage) => considered.length === 0 || isConsidered(stage, graph.byId, considered))
    .flatMap(({ outputs }) => outputs['deploymentDetails'] ?? outputs['amiDetails'] ?? [])
    .filter(isJsonObject);
}

async function accountFor(run: TagRun, region: string, known = ''): Promise<string> {
  const { credentials, account } = run.context;
  return credentials || account || known || (await run.ports.images.defaultAccount(region));
}

async function upstreamImages(run: TagRun): Promise<readonly Wanted[]> {
  const only = run.context.regions ?? [];
  const wanted: Wanted[] = [];
  for (const detail of upstreamDetails(run)) {
    const [region, nameOrId] = [textAt(detail, 'region'), textAt(detail, 'imageId', 'ami', 'imageName', 'amiName')];
    if (!region || !nameOrId || (only.length > 0 && !only.includes(region))) continue;
    wanted.push({ region, nameOrId, account: await accountFor(run, region, textAt(detail, 'account')) });
  }
  return wanted;
}

async function namedImages(run: TagRun, names: readonly string[]): Promise<readonly Wanted[]> {
  const wanted: Wanted[] = [];
  for (const region of regionsOf(run.context)) {
    const account = await accountFor(run, region);
    for (const nameOrId of names) wanted.push({ account, region, nameOrId });
  }
  return wanted;
}

const nothingChosen = (): FailureError =>
  new FailureError({
    code: 'tag-image.none',
    message: 'The stage names no images, and no earlier stage that it considers has found or made one.',
    advice: 'Name the images, or put the stage behind one that finds or bakes an image in these regions.',
  });

const notThere = ({ nameOrId, region, account }: Wanted): FailureError =>
  new FailureError({
    code: 'tag-image.not-found',
    message: `Image ${nameOrId} does not exist in ${region} of account ${account}, or is not of a trusted owner.`,
    advice: 'Check name, account and regions; an image may not have been copied to this region.',
  });

/** The images to tag: those named, in each region, or those of earlier stages. Each must be there. */
export async function chooseImages(run: TagRun): Promise<readonly ChosenImage[]> {
  const names = run.context.imageNames ?? [];
  const wanted = names.length > 0 ? await namedImages(run, names) : await upstreamImages(run);
  if (wanted.length === 0) throw nothingChosen();
  const chosen = new Map<string, ChosenImage>();
  for (const each of wanted) {
    const image = await run.ports.images.find(each);
    if (!image) throw notThere(each);
    chosen.set(`${each.region}/${image.id}`, {
      account: each.account,
      region: each.region,
      id: image.id,
      name: image.name,
    });
  }
  return [...chosen.values()];
}
