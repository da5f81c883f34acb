import { clusterName, FailureError, type JsonObject } from '@gennaker/pipeline-dsl';
import { accountOf, clusterOf, regionsOf, regionsOfCluster } from '../../clusters/place.ts';
import { absent, pickDynamic } from '../../clusters/target.ts';
import {
  executeStage,
  failed,
  inParallel,
  minutes,
  type PlanView,
  type SyntheticSpec,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import type { ServerGroup, ServerGroupSpec } from '../../kit/ports/index.ts';
import { type CloneContext, cloneServerGroupStage } from './definition.ts';
import { fieldsOf } from './recipe-fields.ts';

type Run = TaskRun<CloneContext, 'serverGroups' | 'images'>;

/** Fields that say which group is copied, and what this stage wrote: not for the new one. */
const NOT_OF_THE_NEW = new Set([
  'source',
  'cloneFields',
  'target',
  'serverGroupName',
  'asgName',
  'cluster',
  'moniker',
  'regions',
  'location',
  'availabilityZones',
  'useSourceCapacity',
  'preferSourceCapacity',
]);

/** Regions of the new groups: those with zones named, else those the stage acts in. */
function newRegions(context: CloneContext): readonly string[] {
  const named = regionsOfCluster(context);
  return named.length > 0 ? named : regionsOf(context);
}

async function findSource(run: Run): Promise<ServerGroup> {
  const { context } = run;
  const { source } = context;
  const account = source?.account || accountOf(context);
  const region = source?.region || regionsOf(context)[0]!;
  const name = source?.asgName || source?.serverGroupName || context.serverGroupName || context.asgName;
  if (name) {
    const group = await run.ports.serverGroups.read({ account, region, name });
    if (group) return group;
    throw new FailureError(absent({ account, region, name }));
  }
  const cluster = clusterOf(context);
  const groups = await run.ports.serverGroups.list({ account, region, cluster });
  const group = pickDynamic(groups, context.target ?? 'current_asg_dynamic');
  if (group) return group;
  throw new FailureError({
    code: 'cluster.no-target',
    message: `No server group of ${cluster} in ${region} fits "${context.target ?? 'current_asg_dynamic'}".`,
    advice: 'Look at the cluster: it may have fewer server groups than the stage expects.',
  });
}

/** The image's name, by which another region or account knows it. */
async function imageName(run: Run, { account, region, imageId }: ServerGroupSpec): Promise<string> {
  const image = await run.ports.images.find({ account, region, nameOrId: imageId });
  if (image) return image.name;
  throw new FailureError({
    code: 'clone.no-image',
    message: `Image ${imageId} of the source does not exist in ${region} any more, so its name is not known.`,
    advice: 'Name an image in the stage.',
  });
}

/** Reads what the source is made of, once: the copy is the same whatever happens to the source afterwards. */
async function readSource(run: Run): Promise<TaskResult> {
  const { context } = run;
  const group = await findSource(run);
  const { account, region, name } = group;
  const spec = await run.ports.serverGroups.recipe({ account, region, name });
  if (!spec) return failed(absent({ account, region, name }));
  const size = group.intendedCapacity ?? group.capacity;
  const isOtherAccount = account !== accountOf(context);
  const byRegion: Record<string, JsonObject> = {};
  for (const to of newRegions(context)) {
    const isOtherRegion = to !== region;
    const fields = fieldsOf(spec, size, { isOtherRegion, isOtherAccount });
    const isElsewhere = (isOtherRegion || isOtherAccount) && !context.imageId && !context.amiName;
    const image = isElsewhere ? { imageId: null, amiName: await imageName(run, spec) } : {};
    byRegion[to] = { ...fields, ...image };
  }
  const sourceFacts = { account, region, name };
  return succeeded({ sourceServerGroup: name }, { cloneFields: { byRegion, source: sourceFacts } });
}

const isGiven = (value: unknown): boolean => value !== null && value !== undefined && value !== '';

/** What the stage says beats what the source is. An instance type that is given alone beats a mix of types as well. */
function merged(context: CloneContext, fields: JsonObject): JsonObject {
  const given = Object.fromEntries(
    Object.entries(context).filter(([key, value]) => !NOT_OF_THE_NEW.has(key) && isGiven(value)),
  );
  const mix = given['instanceType'] && !given['launchTemplateOverridesForInstanceType'];
  const image = given['imageId'] || given['amiName'] ? { imageId: null, amiName: null } : {};
  const subnets = given['subnetType'] && !given['subnetIds'] ? { subnetIds: [] } : {};
  const useSource = context.useSourceCapacity ? { capacity: fields['capacity'] } : {};
  return {
    ...fields,
    ...image,
    ...subnets,
    ...(mix ? { launchTemplateOverridesForInstanceType: [] } : {}),
    ...given,
    ...useSource,
  };
}

function childIn(view: PlanView<CloneContext>, region: string): SyntheticSpec {
  const { context } = view;
  const { byRegion, source } = context.cloneFields as {
    byRegion: Record<string, JsonObject>;
    source: { account: string; region: string; name: string };
  };
  const account = accountOf(context);
  const fields = merged(context, byRegion[region] ?? {});
  const app = String(fields['application'] ?? view.execution.application);
  const parts = { app, stack: fields['stack'] as string | null, detail: fields['freeFormDetails'] as string | null };
  const cluster = clusterName(parts);
  const zones = context.availabilityZones?.[region];
  return {
    type: 'createServerGroup',
    name: `Clone ${source.name} in ${region}`,
    context: {
      ...fields,
      application: app,
      account,
      credentials: account,
      region,
      cluster,
      copyScalingFrom: source,
      ...(zones?.length ? { availabilityZones: { [region]: zones } } : {}),
    },
  };
}

export const cloneServerGroup = executeStage(cloneServerGroupStage, {
  needs: ['serverGroups', 'images'],
  tasks: [{ name: 'readSource', timeoutMs: minutes(5), run: readSource }],
  after: (view) => inParallel(newRegions(view.context).map((region) => childIn(view, region))),
});
