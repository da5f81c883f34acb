import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { app, csv, empty, executionId, flag, overrideFreeze, startBody, whole } from './fields.ts';
import * as shape from './shapes.ts';

const account = z.looseObject({ name: z.string(), type: z.string() });
const nothing = z.array(z.looseObject({}));
const reason = z.object({ reason: z.string().max(2_000).optional() });

/** What existing clients and scripts ask besides: accounts, tasks, starts in other spellings, lists of what is set up. */
export const gate = {
  listAccounts: endpoint({
    method: 'GET',
    path: '/credentials',
    tag: 'accounts',
    summary: 'Accounts that pipelines may deploy into',
    status: 200,
    query: z.object({ expand: flag(false) }),
    answer: z.array(account),
  }),
  getAccount: endpoint({
    method: 'GET',
    path: '/credentials/:name',
    tag: 'accounts',
    summary: 'One account',
    status: 200,
    params: z.object({ name: z.string().max(200) }),
    answer: account,
  }),
  search: endpoint({
    method: 'GET',
    path: '/search',
    tag: 'system',
    summary: 'Find applications and projects by a part of their name',
    status: 200,
    query: z.object({
      q: z.string().max(500).default(''),
      type: csv,
      platform: z.string().max(100).optional(),
      page: whole(1, 100_000),
      pageSize: whole(10, 500),
    }),
    answer: z.array(
      z.looseObject({ query: z.string(), results: z.array(z.looseObject({})), totalMatches: z.number() }),
    ),
  }),
  validateCron: endpoint({
    method: 'GET',
    path: '/cron/validate',
    tag: 'system',
    summary: 'Is this a schedule, and what does it mean',
    status: 200,
    query: z.object({ expression: z.string().min(1).max(500) }),
    answer: z.object({ response: z.string(), description: z.string() }),
  }),
  preconfiguredWebhooks: endpoint({
    method: 'GET',
    path: '/webhooks/preconfigured',
    tag: 'system',
    summary: 'Webhook stages set up for this installation: none can be',
    status: 200,
    answer: nothing,
  }),
  preconfiguredJobs: endpoint({
    method: 'GET',
    path: '/jobs/preconfigured',
    tag: 'system',
    summary: 'Job stages set up for this installation: none can be',
    status: 200,
    answer: nothing,
  }),
  subscriptions: endpoint({
    method: 'GET',
    path: '/pubsub/subscriptions',
    tag: 'system',
    summary: 'Message subscriptions set up for this installation: none can be',
    status: 200,
    answer: nothing,
  }),

  createTaskInApplication: endpoint({
    method: 'POST',
    path: '/applications/:application/tasks',
    tag: 'tasks',
    summary: 'Run an ad-hoc list of stages in an application',
    status: 200,
    params: app,
    body: z.looseObject({
      description: z.string().max(2_000).optional(),
      overrideFreeze,
      job: z
        .array(z.looseObject({ type: z.string().min(1) }))
        .min(1)
        .max(50),
    }),
    answer: shape.reference,
  }),
  applicationTasks: endpoint({
    method: 'GET',
    path: '/applications/:application/tasks',
    tag: 'tasks',
    summary: 'Ad-hoc runs of the application, newest first',
    status: 200,
    params: app,
    query: z.object({
      page: z.coerce.number().int().min(1).max(10_000).default(1),
      limit: z.coerce.number().int().min(1).max(200).default(20),
      statuses: csv,
    }),
    answer: z.array(shape.taskRun),
  }),
  cancelTasks: endpoint({
    method: 'PUT',
    path: '/tasks/cancel',
    tag: 'tasks',
    summary: 'Cancel several ad-hoc runs',
    status: 200,
    query: z.object({ ids: csv }),
    answer: empty,
  }),
  deleteTask: endpoint({
    method: 'DELETE',
    path: '/tasks/:id',
    tag: 'tasks',
    summary: 'Delete an ended ad-hoc run',
    status: 200,
    params: executionId,
    answer: empty,
  }),

  startPipelineByEvent: endpoint({
    method: 'POST',
    path: '/pipelines/v2/:application/:nameOrId',
    tag: 'executions',
    summary: 'Start a pipeline by hand, with the id of the event',
    status: 202,
    params: app.extend({ nameOrId: z.string().max(500) }),
    body: startBody,
    answer: shape.reference.extend({ eventId: z.string() }),
  }),
  startConfig: endpoint({
    method: 'POST',
    path: '/pipelines/start',
    tag: 'executions',
    summary: 'Start a pipeline that is sent whole; with `plan: true` only tell what would be run',
    status: 200,
    body: z.looseObject({ trigger: z.looseObject({}).optional(), plan: z.boolean().optional() }),
    answer: z.looseObject({}),
  }),
  cancelExecutionOfApplication: endpoint({
    method: 'PUT',
    path: '/applications/:application/pipelines/:id/cancel',
    tag: 'executions',
    summary: 'Cancel, as one client spells it; the application is not looked at',
    status: 200,
    params: app.extend({ id: z.string().max(64) }),
    query: reason,
    answer: empty,
  }),
  failedStages: endpoint({
    method: 'GET',
    path: '/executions/failedStages',
    tag: 'executions',
    summary: 'Stages that failed in an execution and in the executions it started, newest first',
    status: 200,
    query: z.object({
      executionId: z.string().min(1).max(64),
      deckOrigin: z.string().max(1_000).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(1),
    }),
    answer: z.array(z.looseObject({ executionId: z.string(), stageId: z.string(), name: z.string() })),
  }),
} as const;
