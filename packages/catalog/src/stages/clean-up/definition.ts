import { clusterLock, defineStage, parseMoniker } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, optionalText } from '../../kit/fields.ts';

const name = z.string().min(1).max(300);

const leftoverSchema = z.looseObject({
  account: name,
  region: name,
  name,
  action: z.enum(['destroy', 'unpin']),
  min: z.number().int().min(0).nullish(),
});

export const cleanUpStage = defineStage({
  type: 'cleanUp',
  version: 1,
  provider: 'aws',
  label: 'Clean up',
  description: 'Finishes what an ended execution left: server groups nobody uses, and sizes it had raised.',
  group: 'Cluster',
  icon: 'brush-cleaning',
  internal: true,
  context: z.looseObject({
    executionId: optionalText({ label: 'Execution', help: 'The execution that left them.', widget: 'hidden' }),
    leftovers: describeField(z.array(leftoverSchema).max(200), {
      label: 'What is left',
      help: 'Server groups, each with what to do: destroy it, or give it its least size back.',
      widget: 'hidden',
    }),
    cleanUpPlan: describeField(z.array(leftoverSchema).nullish(), {
      label: 'Plan',
      help: 'Written by the stage.',
      widget: 'hidden',
    }),
  }),
  outputs: z.looseObject({
    cleanedUp: z.array(z.string()).optional().describe('What is to be done, as sentences'),
    left: z.array(z.string()).optional().describe('What was left as it is, and why'),
  }),
  changesTheWorld: true,
  locks: ({ leftovers }) =>
    leftovers.map((each) => clusterLock(each.account, each.region, parseMoniker(each.name)?.cluster ?? each.name)),
  changesTraffic: true,
  clearOnRestart: ['cleanUpPlan'],
});
