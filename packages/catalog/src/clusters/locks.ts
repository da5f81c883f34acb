import { clusterLock, clusterName, isJsonObject, parseMoniker } from '@gennaker/pipeline-dsl';

/** Where a stage acts, as its context says it. */
interface TargetContext {
  readonly credentials?: string | null;
  readonly account?: string | null;
  readonly regions?: readonly string[] | null;
  readonly region?: string | null;
  readonly location?: string | null;
  readonly cluster?: string | null;
  readonly moniker?: {
    readonly app?: string | null;
    readonly stack?: string | null;
    readonly detail?: string | null;
    readonly cluster?: string | null;
  } | null;
  readonly serverGroupName?: string | null;
  readonly asgName?: string | null;
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string' && each !== '') : [];
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function keysOf(account: string | null, regions: readonly string[], cluster: string | null): readonly string[] {
  return account && cluster ? regions.map((region) => clusterLock(account, region, cluster)) : [];
}

/** The clusters a stage changes that acts on server groups: of the one it names, else of the cluster it chooses in. */
export function clusterLocks(context: TargetContext): readonly string[] {
  const { moniker } = context;
  const named = context.serverGroupName || context.asgName;
  const parts = moniker?.cluster || (moniker?.app ? clusterName({ ...moniker, app: moniker.app }) : null);
  const cluster = named ? (parseMoniker(named)?.cluster ?? named) : context.cluster || parts;
  const regions = context.regions?.length ? context.regions : texts([context.region || context.location]);
  return keysOf(context.credentials || context.account || null, regions, cluster || null);
}

/** Key of a stage's own context: server group of each instance, by its id. */
export const GROUPS_OF_INSTANCES = 'serverGroupsOfInstances';

/** The clusters of the instances a stage takes: as it found them, else of the server group it names. */
export function instanceLocks(context: TargetContext & Readonly<Record<string, unknown>>): readonly string[] {
  const found = context[GROUPS_OF_INSTANCES];
  const names = isJsonObject(found) ? texts(Object.values(found)) : [];
  if (names.length === 0) return clusterLocks(context);
  return [...new Set(names)].flatMap((serverGroupName) => clusterLocks({ ...context, serverGroupName }));
}

/** The clusters that a stage deploys into: those of its list, or the one kept in it. */
export function deployLocks(context: Readonly<Record<string, unknown>>, application: string): readonly string[] {
  const { clusters, cluster } = context;
  const listed = Array.isArray(clusters) ? clusters.filter(isJsonObject) : [];
  const all = listed.length > 0 ? listed : [isJsonObject(cluster) ? cluster : context];
  return all.flatMap((each) => locksOfDeployed(each, application));
}

function locksOfDeployed(deployed: Readonly<Record<string, unknown>>, application: string): readonly string[] {
  const region = text(deployed['region']);
  const zoned = isJsonObject(deployed['availabilityZones']) ? Object.keys(deployed['availabilityZones']) : [];
  const regions = region && (zoned.length === 0 || zoned.includes(region)) ? [region] : zoned;
  const app = text(deployed['application']) ?? application;
  const name = clusterName({ app, stack: text(deployed['stack']), detail: text(deployed['freeFormDetails']) });
  return keysOf(text(deployed['account']) ?? text(deployed['credentials']), regions, name);
}

interface CloneContext extends TargetContext {
  readonly source?: {
    readonly account?: string | null;
    readonly region?: string | null;
    readonly asgName?: string | null;
    readonly serverGroupName?: string | null;
  } | null;
}

/** The cluster that is copied and the one that the copy goes to. */
export function cloneLocks(context: CloneContext, application: string): readonly string[] {
  const { source } = context;
  const named = source?.asgName || source?.serverGroupName;
  const from: TargetContext = named
    ? {
        account: source?.account || context.credentials || context.account,
        regions: texts([source?.region]).length > 0 ? texts([source?.region]) : context.regions,
        region: context.region,
        serverGroupName: named,
      }
    : context;
  return [...clusterLocks(from), ...deployLocks({ ...context, clusters: null, cluster: null }, application)];
}
