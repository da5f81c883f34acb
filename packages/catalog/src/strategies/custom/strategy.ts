import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { inSequence, planStrategy } from '../../kit/index.ts';
import { customStrategy } from './definition.ts';

/** Fields of the deploy that say how it is run, not what is deployed. */
const NOT_OF_THE_CLUSTER: ReadonlySet<string> = new Set([
  'name',
  'strategy',
  'strategyApplication',
  'strategyPipeline',
  'pipelineParameters',
  'sourceServerGroup',
  'sourceServerGroupCapacitySnapshot',
  'sourceServerGroupImage',
  'sourceHealthyPercentage',
]);

/** What is to be deployed; deploy stages of the strategy pipeline deploy this in the place of clusters of their own. */
const clusterOf = (context: unknown): JsonObject =>
  isJsonObject(context)
    ? Object.fromEntries(Object.entries(context).filter(([key]) => !NOT_OF_THE_CLUSTER.has(key)))
    : {};

export const custom = planStrategy(customStrategy, {
  after({ options, target, account, region, cluster, plan }) {
    const { execution, stage } = plan;
    const parameters = {
      application: execution.application,
      credentials: account,
      cluster,
      moniker: target['moniker'],
      region,
      strategy: true,
      parentPipelineId: execution.id,
      parentStageId: stage.id,
      ...options.pipelineParameters,
      deployCluster: clusterOf(plan.context),
    };
    return inSequence([
      {
        type: 'pipeline',
        name: `Run strategy ${options.strategyPipeline}`,
        context: {
          application: options.strategyApplication,
          pipeline: options.strategyPipeline,
          pipelineParameters: parameters,
        },
      },
    ]);
  },
});
