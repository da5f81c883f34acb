import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { describeField, flag, optionalChoice, optionalText, secondsField, text } from '../../kit/fields.ts';

const codes = z.array(z.coerce.number().int().min(100).max(599)).max(100);
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const request = {
  url: text({ label: 'Address', help: 'Where the request goes.', group: 'Request', order: 1, placeholder: 'https://' }),
  method: optionalChoice(METHODS, { label: 'Method', help: 'Default POST.', group: 'Request', order: 2 }),
  payload: describeField(z.unknown().optional(), {
    label: 'Payload',
    help: 'JSON body. Not sent with GET and HEAD.',
    group: 'Request',
    order: 3,
    widget: 'json',
  }),
  customHeaders: describeField(
    z.record(z.string(), z.union([z.string(), z.array(z.string()), z.number(), z.boolean()])).nullish(),
    {
      label: 'Headers',
      help: 'Sent with every request of this stage.',
      group: 'Request',
      order: 4,
      widget: 'map',
    },
  ),
};

const retrying = {
  failFastStatusCodes: describeField(codes.nullish(), {
    label: 'Fail at once on',
    help: 'Status codes that end the stage in failure without another try. Default 504.',
    group: 'Retries',
  }),
  webhookRetryStatusCodes: describeField(codes.nullish(), {
    label: 'Try again on',
    help: 'Status codes that repeat the first request, besides 429 and 5xx.',
    group: 'Retries',
  }),
  retries: describeField(
    z.record(z.string(), z.looseObject({ maxAttempts: z.coerce.number().int().min(1).nullish() })).nullish(),
    {
      label: 'Tries for each status',
      help: 'How often the first request is sent at most when it is answered with that status.',
      group: 'Retries',
      widget: 'json',
    },
  ),
};

const monitoring = {
  waitForCompletion: flag({
    label: 'Wait for completion',
    help: 'Ask for the state of the work until it ends.',
    group: 'Monitoring',
  }),
  monitorOnly: flag({ label: 'Only monitor', help: 'Sends no first request.', group: 'Monitoring' }),
  statusUrlResolution: optionalChoice(['getMethod', 'locationHeader', 'webhookResponse'], {
    label: 'Where to ask',
    help: 'The same address with GET, the Location header of the answer, or an address inside the answer.',
    group: 'Monitoring',
  }),
  statusUrlJsonPath: optionalText({
    label: 'Path of the address',
    help: 'Where the answer holds the address to ask.',
    group: 'Monitoring',
    placeholder: '$.links.status',
  }),
  statusJsonPath: optionalText({
    label: 'Path of the status',
    help: 'Where the polled answer holds its status.',
    group: 'Monitoring',
    placeholder: '$.status',
  }),
  progressJsonPath: optionalText({
    label: 'Path of the progress',
    help: 'Text or percentage shown while waiting.',
    group: 'Monitoring',
  }),
  successStatuses: optionalText({
    label: 'Success',
    help: 'Statuses that mean success, with commas between. Letter case does not matter.',
    group: 'Monitoring',
  }),
  canceledStatuses: optionalText({
    label: 'Canceled',
    help: 'Statuses that mean the work was canceled.',
    group: 'Monitoring',
  }),
  terminalStatuses: optionalText({ label: 'Failure', help: 'Statuses that mean failure.', group: 'Monitoring' }),
  retryStatusCodes: describeField(codes.nullish(), {
    label: 'Keep asking on',
    help: 'HTTP status codes that do not end the polling, besides 429 and 5xx.',
    group: 'Monitoring',
  }),
  waitBeforeMonitor: secondsField({
    label: 'Wait before asking',
    help: 'Time between the first request and the first look.',
    group: 'Monitoring',
  }),
};

const canceling = {
  cancelEndpoint: optionalText({
    label: 'Cancel address',
    help: 'Called when the stage is canceled or fails.',
    group: 'Cancel',
  }),
  cancelMethod: optionalChoice(METHODS, { label: 'Cancel method', help: 'Default POST.', group: 'Cancel' }),
  cancelPayload: describeField(z.unknown().optional(), {
    label: 'Cancel payload',
    help: 'JSON body of the cancel request.',
    group: 'Cancel',
    widget: 'json',
  }),
};

const artifactSchema = z.looseObject({
  type: z.string().optional(),
  name: z.string().optional(),
  version: z.string().optional(),
  location: z.string().optional(),
  reference: z.string().optional(),
  metadata: z.looseObject({}).optional(),
});

export const webhookStage = defineStage({
  type: 'webhook',
  version: 1,
  label: 'Webhook',
  description: 'Calls an address and, if asked, waits until the work it started has ended.',
  group: 'Notify and call',
  icon: 'webhook',
  context: z.looseObject({ ...request, ...retrying, ...monitoring, ...canceling }),
  outputs: z.looseObject({
    artifacts: z.array(artifactSchema).optional().describe('Artifacts named by the answer'),
  }),
  changesTheWorld: true,
  clearOnRestart: ['webhook'],
});
