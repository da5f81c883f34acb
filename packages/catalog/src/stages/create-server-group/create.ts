import { clusterName, type Failure, FailureError } from '@gennaker/pipeline-dsl';
import { deployedHere } from '../../clusters/deployed-here.ts';
import { upCount } from '../../clusters/health.ts';
import { deploymentDetail, upstreamImage } from '../../clusters/images.ts';
import { pinGroup } from '../../clusters/operations.ts';
import { accountOf } from '../../clusters/place.ts';
import { trafficShiftOf } from '../../clusters/traffic-shift.ts';
import { keptStrategyDefinitions } from '../../kept/index.ts';
import {
  failed,
  type Strategy,
  type StrategyStart,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import type { Image, ServerGroup } from '../../kit/ports/index.ts';
import { sizeOf, sourceOf } from './source.ts';
import { sourceParts } from './source-parts.ts';
import { type CreateContext, grownCapacity, partsOf, regionOf, specOf } from './spec.ts';
import { strategyOf, strategyPlace } from './strategy.ts';

export type CreateRun = TaskRun<CreateContext, 'serverGroups' | 'images' | 'loadBalancers' | 'monitors' | 'recoveries'>;

const EMPTY = { min: 0, desired: 0, max: 0 };

/** Names to try before giving up: each was taken by somebody else at the last moment. */
const MOST_NAMES = 20;

const clusterRef = (run: CreateRun) => ({
  account: accountOf(run.context),
  region: regionOf(run.context),
  cluster: clusterName(partsOf(run.context, run.execution.application)),
});

/** Remembers what serves now and how large it is, before anything is changed. */
export async function captureSource(run: CreateRun): Promise<TaskResult> {
  const { context } = run;
  const strategy = strategyOf(context);
  if (!strategy) return failed(noStrategy(context.strategy ?? ''));
  strategyPlace(strategy, context, run.execution.application);
  const ref = clusterRef(run);
  const groups = await run.ports.serverGroups.list(ref);
  const named = context.source?.serverGroupName || context.source?.asgName;
  const source = sourceOf(groups, deployedHere(run, ref.region), named);
  const snapshot = source ? sizeOf(source) : null;
  return succeeded(
    { sourceServerGroupCapacitySnapshot: snapshot },
    {
      sourceServerGroup: source?.name ?? null,
      sourceServerGroupCapacitySnapshot: snapshot,
      ...(source
        ? { sourceHealthyPercentage: healthyPercentage(source), sourceServerGroupImage: imageFacts(source) }
        : {}),
      ...(source && strategy.definition.pinsSource ? { sourcePinned: true } : {}),
    },
  );
}

/** Share of the wanted instances that are healthy now, at least 1 %: what a way back has to reach again. */
const healthyPercentage = (group: ServerGroup): number =>
  Math.max(1, Math.min(100, Math.floor((100 * upCount(group)) / Math.max(1, group.capacity.desired))));

const imageFacts = ({ image }: ServerGroup) => ({ imageId: image.id, imageName: image.name });

async function strategyStart(run: CreateRun, strategy: Strategy): Promise<StrategyStart<unknown>> {
  const { context } = run;
  const groups = await run.ports.serverGroups.list(clusterRef(run));
  const source = groups.find(({ name }) => name === context.sourceServerGroup) ?? null;
  return { ...strategyPlace(strategy, context, run.execution.application), groups, source, run };
}

/** Lets the strategy look at the world before anything is made. */
export async function prepareStrategy(run: CreateRun): Promise<TaskResult> {
  const strategy = strategyOf(run.context);
  return strategy?.prepare ? strategy.prepare(await strategyStart(run, strategy)) : succeeded();
}

/** Lets the strategy change what is around the cluster before the group is made. */
export async function beginStrategy(run: CreateRun): Promise<TaskResult> {
  const strategy = strategyOf(run.context);
  return strategy?.begin ? strategy.begin(await strategyStart(run, strategy)) : succeeded();
}

/** Why a strategy cannot be carried out: it is kept only, or nobody knows it. */
function noStrategy(name: string): Failure {
  const kept = Object.hasOwn(keptStrategyDefinitions, name) ? keptStrategyDefinitions[name] : undefined;
  if (kept)
    return {
      code: 'deploy.strategy-not-run',
      message: `The deploy strategy "${name}" is kept but not carried out here; nothing was changed.`,
      advice: kept.why,
    };
  return {
    code: 'deploy.unknown-strategy',
    message: `There is no deploy strategy "${name}".`,
    advice: 'Choose one of the strategies offered in the stage.',
  };
}

/** Keeps the serving group from shrinking while the new one comes up. */
export async function pinSource(run: CreateRun): Promise<TaskResult> {
  const { sourceServerGroup, sourcePinned } = run.context;
  if (!sourceServerGroup || !sourcePinned) return succeeded();
  const ref = { account: accountOf(run.context), region: regionOf(run.context), name: sourceServerGroup };
  const group = await run.ports.serverGroups.watch(ref);
  if (group && !group.beingDeleted) await pinGroup(run, group);
  return succeeded();
}

async function imageOf(run: CreateRun): Promise<Image> {
  const { context } = run;
  const region = regionOf(context);
  const account = accountOf(context);
  const nameOrId = context.imageId || context.amiName || upstreamImage(run.lookupAll('deploymentDetails'), region);
  if (!nameOrId)
    throw new FailureError({
      code: 'deploy.no-image',
      message: `No image is known for ${region}: the stage names none and no earlier stage found one.`,
      advice: 'Name an image in the stage, or put a stage before it that finds or bakes one for this region.',
    });
  const image = await run.ports.images.find({ account, region, nameOrId });
  if (image) return image;
  throw new FailureError({
    code: 'deploy.image-not-found',
    message: `Image ${nameOrId} does not exist in ${region} of account ${account}.`,
    advice: 'It may have been deregistered, or live in another region or account.',
  });
}

/** Reserves a name, writes it down, and makes the group under it; a name taken meanwhile leads to the next. */
export async function create(run: CreateRun): Promise<TaskResult> {
  const image = await imageOf(run);
  const { serverGroups } = run.ports;
  const { application } = run.execution;
  const parts = await sourceParts(run);
  const receiving = trafficShiftOf(run.context)?.receiving;
  const specFor = (as: string) => ({
    ...specOf(run.context, application, image, as),
    ...parts,
    ...(receiving ? { targetGroups: [receiving] } : {}),
  });
  const draft = specFor('');
  const ref = clusterRef(run);
  let name = typeof run.memory['name'] === 'string' ? run.memory['name'] : '';
  if (!name) {
    const problems = await serverGroups.preflight(draft);
    if (problems.length > 0) return failed(notPossible(ref.cluster, ref.region, problems));
  }
  for (let tries = 0; tries < MOST_NAMES; tries++) {
    if (!name) {
      name = await serverGroups.nextName(ref, partsOf(run.context, application));
      await run.remember({ name, operationKey: run.operation().key, parts });
    }
    const spec = specFor(name);
    const made = await createAs(run, startsEmpty(run) ? { ...spec, capacity: EMPTY } : spec);
    if (made) return created(run, image, name);
    name = '';
  }
  return failed({
    code: 'deploy.no-free-name',
    message: `${MOST_NAMES} names of ${ref.cluster} in ${ref.region} were taken one after another by somebody else.`,
    advice: 'Another tool deploys to the same cluster; try again when it has finished.',
    retry: true,
  });
}

const startsEmpty = ({ context }: CreateRun): boolean => strategyOf(context)?.definition.startsEmpty === true;

async function createAs(run: CreateRun, spec: ReturnType<typeof specOf>): Promise<boolean> {
  const { account, region, name } = spec;
  const settle = await run.intend({ kind: 'serverGroup', account, region, name, action: 'create' });
  try {
    await run.ports.serverGroups.create(spec, run.operation());
    settle('done');
    return true;
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    if (error.failure.code !== 'aws.name-taken') {
      if (!error.failure.retry && (await isUndone(run, spec))) settle('absent');
      throw error;
    }
    settle('absent');
    await run.remember({ name: null });
    return false;
  }
}

/** A group that AWS refused for good is not there, unless it could not be taken away again. */
async function isUndone(run: CreateRun, { account, region, name }: ReturnType<typeof specOf>): Promise<boolean> {
  const left = await run.ports.serverGroups.read({ account, region, name }).catch(() => undefined);
  return left !== undefined && left?.operationKey !== run.operation().key;
}

const notPossible = (cluster: string, region: string, problems: readonly string[]) => ({
  code: 'deploy.preflight',
  message: `A new server group of ${cluster} cannot be made in ${region}: ${problems.join(' ')}`,
  advice: 'Nothing was changed. Mend what is named and restart the stage.',
  details: { errors: problems },
});

function created(run: CreateRun, image: Image, name: string): TaskResult {
  const spec = specOf(run.context, run.execution.application, image, name);
  const { account, region } = spec;
  const capacity = startsEmpty(run) ? grownCapacity(run.context) : spec.capacity;
  return succeeded(
    {
      'deploy.server.groups': { [region]: [name] },
      'deploy.account.name': account,
      deploymentDetails: [deploymentDetail(image)],
      capacity,
      region,
    },
    { createdServerGroup: name, createdCapacity: capacity, 'deploy.server.groups': { [region]: [name] } },
  );
}
