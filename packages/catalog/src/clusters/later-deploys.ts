import { isJsonObject, type JsonObject, type Stage } from '@gennaker/pipeline-dsl';
import { allDownstreamOf, indexGraph } from '@gennaker/pipeline-dsl/graph';
import type { PlanView } from '../kit/index.ts';
import type { DeployContext } from './deploy-fields.ts';
import { regionsOfCluster } from './place.ts';

type View = Pick<PlanView<unknown>, 'stages' | 'stage'>;

/** Clusters that deploy stages behind this one name, as they are written: expressions are not resolved yet. */
export function laterClusters(view: View): readonly JsonObject[] {
  const graph = indexGraph(view.stages);
  const self = view.stages.find((stage) => stage.id === view.stage.id);
  const later: readonly Stage[] = self ? allDownstreamOf(self, graph) : [];
  return later
    .filter((stage) => stage.type === 'deploy')
    .flatMap(({ context }) => (Array.isArray(context['clusters']) ? context['clusters'] : [context['cluster']]))
    .filter(isJsonObject);
}

/** A value that is written out, not an expression. */
export const isPlain = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && !value.includes('${');

/** Regions that deploy stages behind this one name. */
export const laterRegions = (view: View): readonly string[] => [
  ...new Set(laterClusters(view).flatMap((cluster) => regionsOfCluster(cluster as DeployContext).filter(isPlain))),
];
