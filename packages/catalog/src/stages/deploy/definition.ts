import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { deployFields, deploySchema } from '../../clusters/deploy-fields.ts';
import { deployLocks } from '../../clusters/locks.ts';
import { describeField } from '../../kit/fields.ts';

export const deployStage = defineStage({
  type: 'deploy',
  version: 1,
  provider: 'aws',
  label: 'Deploy',
  description: 'Creates a new server group in each cluster, waits until it is healthy and hands traffic over.',
  group: 'Deploy',
  icon: 'rocket',
  context: z.looseObject({
    ...deployFields,
    clusters: describeField(z.array(deploySchema).max(50).nullish(), {
      label: 'Clusters',
      help: 'Each cluster gets a new server group in each of its regions, all at the same time.',
      order: 1,
      widget: 'clusters',
      required: true,
    }),
    cluster: describeField(z.union([deploySchema, z.string()]).nullish(), {
      label: 'Cluster (older form)',
      help: 'A single cluster, as older pipelines keep it.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({}),
  changesTheWorld: true,
  locks: deployLocks,
  changesTraffic: true,
});
