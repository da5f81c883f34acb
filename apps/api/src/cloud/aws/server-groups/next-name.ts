import type { ClusterRef } from '@gennaker/catalog/kit';
import {
  clusterName,
  FailureError,
  monikerProblem,
  nextSequence,
  parseMoniker,
  serverGroupName,
} from '@gennaker/pipeline-dsl';
import type { Place } from '../place.ts';
import { findCluster } from './read.ts';

/** Names that turn out taken although the cluster did not list them: how many more are tried. */
const MORE_TRIES = 5;

/** A free name for the cluster's next version, looked up live. Creating is what really takes it. */
export async function nextServerGroupName(
  place: Place,
  ref: ClusterRef,
  moniker: { app: string; stack: string | null; detail: string | null },
): Promise<string> {
  const cluster = clusterName(moniker);
  const problem = monikerProblem(moniker);
  if (problem)
    throw new FailureError({ code: 'aws.wrong-input', message: `No name for ${cluster}: ${problem}`, retry: false });
  const groups = await findCluster(place, ref.cluster);
  const taken = groups.map((group) => parseMoniker(group.AutoScalingGroupName ?? '')?.sequence ?? null);
  for (let tries = 0; tries <= MORE_TRIES; tries++) {
    const sequence = nextSequence(taken);
    if (sequence === null) break;
    const name = serverGroupName(cluster, sequence);
    if (!(await place.group(name))) return name;
    taken.push(sequence);
  }
  throw new FailureError({
    code: 'aws.no-free-name',
    message: `Cluster ${cluster} in ${ref.account} ${ref.region} has no free version number left`,
    retry: false,
    advice: 'Destroy server groups that are no longer needed.',
    details: { provider: 'aws', resource: `cluster ${cluster}`, existing: groups.length },
  });
}
