import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { actedOnOutputs, targetFields } from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';
import { describeField } from '../../kit/fields.ts';

const pair = z.looseObject({ key: z.string().nullish(), name: z.string().nullish(), value: z.coerce.string() });

export const upsertServerGroupTagsStage = defineStage({
  type: 'upsertServerGroupTags',
  version: 1,
  provider: 'aws',
  label: 'Tag server group',
  description: 'Sets tags of a server group.',
  group: 'Cluster',
  icon: 'tag',
  context: z.looseObject({
    ...targetFields,
    tags: describeField(z.union([z.record(z.string(), z.coerce.string()), z.array(pair).max(50)]), {
      label: 'Tags',
      help: 'Tags to set, by name. Others stay.',
      group: 'Tags',
      widget: 'map',
      required: true,
    }),
  }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
  clearOnRestart: ['chosenServerGroups'],
});
