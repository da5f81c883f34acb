import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { actedOnOutputs, targetFields } from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';
import { describeField } from '../../kit/fields.ts';

const size = z.coerce.number().int().min(0).max(10_000).nullish();
const moment = z.union([z.number(), z.string().max(40)]).nullish();

const actionSchema = z.looseObject({
  scheduledActionName: z.string().max(255).nullish(),
  name: z.string().max(255).nullish(),
  recurrence: z.string().max(255).nullish(),
  timeZone: z.string().max(100).nullish(),
  startTime: moment,
  endTime: moment,
  minSize: size,
  maxSize: size,
  desiredCapacity: size,
});

export const upsertAsgScheduledActionsStage = defineStage({
  type: 'upsertAsgScheduledActions',
  version: 1,
  provider: 'aws',
  label: 'Save scheduled actions',
  description: 'Creates or changes sizes of a server group by time.',
  group: 'Cluster',
  icon: 'calendar-clock',
  context: z.looseObject({
    ...targetFields,
    scheduledActions: describeField(z.array(actionSchema).min(1).max(100), {
      label: 'Actions',
      help: 'Each with recurrence (cron) or startTime, minSize, maxSize, desiredCapacity, and timeZone, endTime or scheduledActionName where wanted.',
      group: 'Actions',
      widget: 'json',
      required: true,
    }),
  }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
  clearOnRestart: ['chosenServerGroups'],
});

export type ScheduledActionsContext = z.output<typeof upsertAsgScheduledActionsStage.context>;
