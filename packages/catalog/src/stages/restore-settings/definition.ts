import { clusterLock, defineStage, parseMoniker } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { placeFields } from '../../clusters/fields.ts';
import { describeField, text } from '../../kit/fields.ts';

const picture = z.record(z.string(), z.unknown());

export const restoreSettingsStage = defineStage({
  type: 'restoreSettings',
  version: 1,
  provider: 'aws',
  label: 'Restore settings',
  description: 'Gives a thing back the settings it had before a stage changed them and did not succeed.',
  group: 'Cluster',
  icon: 'undo-2',
  internal: true,
  context: z.looseObject({
    ...placeFields,
    kind: describeField(z.enum(['serverGroup', 'loadBalancer', 'targetGroup', 'securityGroup', 'image']), {
      label: 'Kind',
      help: 'What kind of thing it is.',
      group: 'Target',
      order: 3,
    }),
    objectName: text({ label: 'Name', help: 'Its name.', group: 'Target', order: 4 }),
    before: describeField(picture, { label: 'Before', help: 'What it was like.', widget: 'hidden' }),
    wanted: describeField(picture, {
      label: 'Wanted',
      help: 'What the stage was to make of it: what is otherwise was changed by somebody else.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({
    restored: z.array(z.string()).optional().describe('What was given back'),
    left: z.array(z.string()).optional().describe('What was left as it is, and why'),
  }),
  changesTheWorld: true,
  locks: ({ kind, objectName, credentials, account, regions, region }) =>
    kind === 'serverGroup'
      ? [
          clusterLock(
            String(credentials ?? account ?? ''),
            String(regions?.[0] ?? region ?? ''),
            parseMoniker(objectName)?.cluster ?? objectName,
          ),
        ]
      : [],
});
