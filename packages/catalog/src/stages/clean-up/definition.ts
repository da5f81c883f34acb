import { clusterLock, defineStage, parseMoniker } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, optionalText } from '../../kit/fields.ts';
import { LEFTOVER_ACTIONS } from '../../leftovers/actions.ts';

const name = z.string().min(1).max(300);

const ids = z.array(name).max(100);

const leftoverSchema = z.looseObject({
  kind: name.default('serverGroup'),
  account: name,
  region: name,
  name,
  action: z.enum(LEFTOVER_ACTIONS),
  what: z.string().max(1_000).default(''),
  min: z.number().int().min(0).nullish(),
  ids: ids.nullish(),
  targetGroups: ids.nullish(),
  actions: z.record(z.string(), z.unknown()).nullish(),
  before: z.record(z.string(), z.unknown()).nullish(),
  wanted: z.record(z.string(), z.unknown()).nullish(),
  giving: name.nullish(),
  receiving: name.nullish(),
  executionId: name.nullish(),
  operationKey: name.nullish(),
  lease: name.nullish(),
});

export const cleanUpStage = defineStage({
  type: 'cleanUp',
  version: 1,
  provider: 'aws',
  label: 'Clean up',
  description: 'Finishes what an ended execution left half done, and removes what it made and nobody uses.',
  group: 'Cluster',
  icon: 'brush-cleaning',
  internal: true,
  context: z.looseObject({
    executionId: optionalText({ label: 'Execution', help: 'The execution that left them.', widget: 'hidden' }),
    leftovers: describeField(z.array(leftoverSchema).max(200), {
      label: 'What is left',
      help: 'Things in the cloud, each with what to do about it.',
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
    leftovers
      .filter(({ kind }) => kind === 'serverGroup')
      .map((each) => clusterLock(each.account, each.region, parseMoniker(each.name)?.cluster ?? each.name)),
  changesTraffic: true,
  clearOnRestart: ['cleanUpPlan'],
});
