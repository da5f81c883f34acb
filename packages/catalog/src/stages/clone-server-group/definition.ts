import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { deployFields } from '../../clusters/deploy-fields.ts';
import { targetFields } from '../../clusters/fields.ts';
import { cloneLocks } from '../../clusters/locks.ts';
import { describeField } from '../../kit/fields.ts';

export const cloneServerGroupStage = defineStage({
  type: 'cloneServerGroup',
  version: 1,
  provider: 'aws',
  label: 'Clone server group',
  description: 'Makes a new server group like an existing one, with what the stage says otherwise.',
  group: 'Deploy',
  icon: 'copy',
  context: z.looseObject({
    ...deployFields,
    ...targetFields,
    source: describeField(
      z
        .looseObject({
          account: z.string().nullish(),
          region: z.string().nullish(),
          asgName: z.string().nullish(),
          serverGroupName: z.string().nullish(),
        })
        .nullish(),
      {
        label: 'Source',
        help: 'Server group to copy: account, region, asgName. Default: the one that the target names.',
        group: 'Target',
        order: 6,
        widget: 'json',
      },
    ),
    cloneFields: describeField(z.looseObject({}).nullish(), {
      label: 'What it was made of',
      help: 'Fields of the source, read when the stage began.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({
    sourceServerGroup: z.string().optional().describe('Server group that was copied'),
  }),
  changesTheWorld: true,
  locks: cloneLocks,
  changesTraffic: true,
  clearOnRestart: ['cloneFields'],
});

export type CloneContext = z.output<typeof cloneServerGroupStage.context>;
