import { clusterName, FailureError, isJsonObject, type Moniker, parseMoniker } from '@gennaker/pipeline-dsl';
import type { ClusterRef } from '../kit/ports/index.ts';
import type { DeployContext } from './deploy-fields.ts';

interface Place {
  readonly credentials?: string | null;
  readonly account?: string | null;
  readonly regions?: readonly string[] | null;
  readonly region?: string | null;
  readonly location?: string | null;
}

interface ClusterPlace extends Place {
  readonly cluster?: string | null;
  readonly moniker?: {
    app?: string | null;
    stack?: string | null;
    detail?: string | null;
    cluster?: string | null;
  } | null;
}

const incomplete = (what: string): FailureError =>
  new FailureError({
    code: 'cluster.incomplete',
    message: `The stage does not say which ${what} to act on.`,
    advice: `Set the ${what} in the stage.`,
  });

/** Account of the stage; throws `cluster.incomplete` when it names none. */
export function accountOf(place: Place): string {
  const account = place.credentials || place.account;
  if (!account) throw incomplete('account');
  return account;
}

/** Regions of the stage, at least one; throws `cluster.incomplete` when it names none. */
export function regionsOf(place: Place): readonly string[] {
  const one = place.region || place.location;
  const regions = place.regions?.length ? [...new Set(place.regions)] : one ? [one] : [];
  if (regions.length === 0) throw incomplete('region');
  return regions;
}

/** Cluster name of the stage; throws `cluster.incomplete` when it names none. */
export function clusterOf(place: ClusterPlace): string {
  const { moniker } = place;
  const fromMoniker = moniker?.cluster || (moniker?.app ? clusterName({ ...moniker, app: moniker.app }) : null);
  const cluster = place.cluster || fromMoniker;
  if (!cluster) throw incomplete('cluster');
  return cluster;
}

/** One reference for each region of the stage. */
export function clusterRefsOf(place: ClusterPlace): readonly ClusterRef[] {
  const account = accountOf(place);
  const cluster = clusterOf(place);
  return regionsOf(place).map((region) => ({ account, region, cluster }));
}

/** Cluster a server group's name belongs to; the name itself when it has no version. */
export const clusterOfServerGroup = (name: string): string => parseMoniker(name)?.cluster ?? name;

export const monikerOf = (
  parts: { app: string; stack?: string | null; detail?: string | null },
  name: string,
): Moniker => ({
  app: parts.app,
  stack: parts.stack || null,
  detail: parts.detail || null,
  cluster: clusterName(parts),
  sequence: parseMoniker(name)?.sequence ?? null,
});

/** Names by region of a `deploy.server.groups` value. */
export function namesByRegion(value: unknown): ReadonlyMap<string, readonly string[]> {
  if (!isJsonObject(value)) return new Map();
  return new Map(
    Object.entries(value).map(([region, names]) => [
      region,
      Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [],
    ]),
  );
}

/** Regions of one cluster: those with zones named, else its single region. */
export function regionsOfCluster(cluster: Pick<DeployContext, 'region' | 'availabilityZones'>): readonly string[] {
  const zoned = Object.keys(cluster.availabilityZones ?? {});
  if (cluster.region && (zoned.length === 0 || zoned.includes(cluster.region))) return [cluster.region];
  return zoned;
}
