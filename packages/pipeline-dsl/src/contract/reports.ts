import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { executionId } from './fields.ts';

/** A thing as far as executions change it; its fields depend on its kind. */
const picture = z.looseObject({
  traffic: z.string().optional(),
  capacity: z.object({ min: z.number(), desired: z.number(), max: z.number() }).optional(),
  suspendedProcesses: z.array(z.string()).optional(),
});

const object = z.object({
  kind: z.string().describe('serverGroup, image, instance, listener, …'),
  account: z.string(),
  region: z.string(),
  name: z.string(),
  stageId: z.string(),
  stageName: z.string(),
  at: z.number().describe('Epoch ms of the newest entry'),
});

const leftover = z.looseObject({
  kind: z.string(),
  account: z.string(),
  region: z.string(),
  name: z.string(),
  action: z.string().describe('destroy, unpin, enable, terminate, deleteImage, …'),
  what: z.string().describe('What is done, as a sentence without its end'),
  why: z.string(),
});

const report = z.object({
  executionId: z.string(),
  ended: z.boolean(),
  summary: z.string().describe('How the execution ended and what is left to clean up, as sentences'),
  created: z.array(
    object.extend({
      there: z.boolean().nullable().describe('Null: it was not looked for'),
      why: z.string().describe('Why it is there, or not, as a sentence'),
    }),
  ),
  changed: z.array(
    object.extend({
      before: z.looseObject({}).nullable().describe('As it was before the first change'),
      now: picture.nullable().describe('As it is now; null when it is gone or was not looked for'),
      asBefore: z.boolean().nullable().describe('Is it as it was? Null: not known'),
      why: z.string().describe('Why it is so now, as a sentence'),
    }),
  ),
  removed: z.array(object.extend({ why: z.string().describe('What removed it, as a sentence') })),
  kept: z.array(object.extend({ why: z.string().describe('Why it is still there, as a sentence') })),
  unsettled: z.array(object.extend({ action: z.string(), why: z.string() })),
  cleanUp: z.array(leftover).describe('What cleaning up would do'),
});

export type ExecutionReport = z.infer<typeof report>;
export type Leftover = z.infer<typeof leftover>;

/** What an execution left in the cloud, and the rest of its work. */
export const reports = {
  executionReport: endpoint({
    method: 'GET',
    path: '/executions/:id/report',
    tag: 'executions',
    summary: 'What the execution created, changed, removed and kept, and why; everything is read live',
    status: 200,
    params: executionId,
    answer: report,
  }),
  janitor: endpoint({
    method: 'GET',
    path: '/janitor',
    tag: 'system',
    summary: 'What dead executions left in the cloud, found by the marks that things carry; every region is read live',
    status: 200,
    answer: z.object({
      mode: z.enum(['off', 'report', 'act']).describe('What is done about it every hour'),
      at: z.number().describe('Epoch ms of the look'),
      remains: z.array(
        leftover.extend({
          isOurs: z.boolean().describe('Its execution has ended here; only then it is ever acted on'),
        }),
      ),
      unread: z.array(z.object({ account: z.string(), region: z.string(), why: z.string() })),
    }),
  }),
  cleanUpExecution: endpoint({
    method: 'POST',
    path: '/executions/:id/cleanUp',
    tag: 'executions',
    summary: 'Finish what an ended execution left, as an execution of its own',
    status: 200,
    params: executionId,
    answer: z.object({ ref: z.string(), id: z.string() }),
  }),
};
