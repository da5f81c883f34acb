import type {
  CreateQueueRequest,
  DeleteQueueRequest,
  GetQueueAttributesRequest,
  GetQueueUrlRequest,
  ListQueuesRequest,
  ListQueueTagsRequest,
  PurgeQueueRequest,
  SetQueueAttributesRequest,
  TagQueueRequest,
  UntagQueueRequest,
} from '@aws-sdk/client-sqs';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { page } from '../paging.ts';
import { policyAllows } from '../policy.ts';
import type { Call, Handler } from '../service.ts';
import type { Queue } from './state.ts';

const restMs = 60_000;

const limits: Record<string, { fallback: string; from: number; to: number } | null> = {
  DelaySeconds: { fallback: '0', from: 0, to: 900 },
  MaximumMessageSize: { fallback: '1048576', from: 1024, to: 1_048_576 },
  MessageRetentionPeriod: { fallback: '345600', from: 60, to: 1_209_600 },
  ReceiveMessageWaitTimeSeconds: { fallback: '0', from: 0, to: 20 },
  VisibilityTimeout: { fallback: '30', from: 0, to: 43_200 },
  Policy: null,
  RedrivePolicy: null,
  RedriveAllowPolicy: null,
  KmsMasterKeyId: null,
  KmsDataKeyReusePeriodSeconds: null,
  SqsManagedSseEnabled: null,
};

/** Where a queue is served: clients that find the endpoint in their environment send to the host of this address. */
const queueUrl = ({ account }: RegionStore, name: string, { address }: World): string =>
  `${address}/${account}/${name}`;

export function attributeOf(queue: Queue, name: string): number {
  return Number(queue.attributes[name] ?? limits[name]?.fallback ?? '0');
}

const missing = (): never => refuse('QueueDoesNotExist', 'The specified queue does not exist.');

/** The queue an address names: the caller's own, or another account's that its policy opens to the caller. */
export function queueAt(call: Call, url: string | undefined): { queue: Queue; store: RegionStore } {
  const [name = '', account = ''] = (url ?? '').split('?')[0]?.split('/').reverse() ?? [];
  const owner = /^\d{12}$/.test(account) ? account : call.identity.account;
  const store = owner === call.identity.account ? call.store : call.world.region(owner, call.store.region);
  const queue = store?.queues[name];
  if (store === undefined || queue === undefined) return missing();
  const { arn } = call.identity;
  const request = {
    action: `sqs:${call.action}`,
    resource: queue.arn,
    principal: { arn, account: call.identity.account },
  };
  if (owner !== call.identity.account && !policyAllows(queue.attributes['Policy'], request))
    refuse(
      'AccessDeniedException',
      `User: ${arn} is not authorized to perform: sqs:${call.action.toLowerCase()} on resource: ${queue.arn} because no resource-based policy allows the sqs:${call.action.toLowerCase()} action`,
      403,
    );
  return { queue, store };
}

function checkAttributes(attributes: Record<string, string>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'FifoQueue' || name === 'ContentBasedDeduplication')
      refuse('UnsupportedOperation', 'The sandbox serves standard queues only.');
    const limit = limits[name];
    if (limit === undefined) refuse('InvalidAttributeName', `Unknown Attribute ${name}.`);
    const number = Number(value);
    if (limit !== null && (!Number.isInteger(number) || number < limit.from || number > limit.to))
      refuse('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
    if (limit === null && name.endsWith('Policy') && value !== '') checkJson(name, value);
  }
}

function checkJson(name: string, value: string): void {
  try {
    JSON.parse(value);
  } catch {
    refuse('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
  }
}

function createQueue({ world, store, now }: Call, input: CreateQueueRequest) {
  const name = input.QueueName ?? '';
  if (name.endsWith('.fifo')) refuse('UnsupportedOperation', 'The sandbox serves standard queues only.');
  if (!/^[\w-]{1,80}$/.test(name))
    refuse(
      'InvalidParameterValue',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  const attributes = (input.Attributes ?? {}) as Record<string, string>;
  checkAttributes(attributes);
  const existing = store.queues[name];
  if (existing !== undefined) {
    const other = Object.entries(attributes).find(
      ([key, value]) => (existing.attributes[key] ?? limits[key]?.fallback) !== value,
    );
    if (other !== undefined)
      refuse(
        'QueueNameExists',
        `A queue already exists with the same name and a different value for attribute ${other[0]}`,
      );
    return { QueueUrl: queueUrl(store, name, world) };
  }
  if (now < (store.deletedQueues[name] ?? Number.NEGATIVE_INFINITY) + restMs)
    refuse(
      'QueueDeletedRecently',
      'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    );
  delete store.deletedQueues[name];
  store.queues[name] = {
    name,
    arn: `arn:aws:sqs:${store.region}:${store.account}:${name}`,
    createdAt: now,
    modifiedAt: now,
    attributes,
    tags: input.tags ?? {},
    messages: [],
    purgedAt: null,
  };
  return { QueueUrl: queueUrl(store, name, world) };
}

function getQueueUrl(call: Call, input: GetQueueUrlRequest) {
  const account = input.QueueOwnerAWSAccountId ?? call.identity.account;
  const { queue, store } = queueAt(call, `/${account}/${input.QueueName ?? ''}`);
  return { QueueUrl: queueUrl(store, queue.name, call.world) };
}

function listQueues({ world, view }: Call, input: ListQueuesRequest) {
  const names = Object.keys(view.queues).filter((name) => name.startsWith(input.QueueNamePrefix ?? ''));
  const { items, next } = page(names.sort(), input.NextToken, input.MaxResults);
  return { QueueUrls: items.map((name) => queueUrl(view, name, world)), NextToken: next };
}

function deleteQueue(call: Call, input: DeleteQueueRequest): void {
  const { queue, store } = queueAt(call, input.QueueUrl);
  delete store.queues[queue.name];
  store.deletedQueues[queue.name] = call.now;
}

function setQueueAttributes(call: Call, input: SetQueueAttributesRequest): void {
  const { queue } = queueAt(call, input.QueueUrl);
  const attributes = (input.Attributes ?? {}) as Record<string, string>;
  checkAttributes(attributes);
  Object.assign(queue.attributes, attributes);
  for (const [name, value] of Object.entries(queue.attributes)) if (value === '') delete queue.attributes[name];
  queue.modifiedAt = call.now;
}

function getQueueAttributes(call: Call, input: GetQueueAttributesRequest) {
  const { queue } = queueAt(call, input.QueueUrl);
  const { now } = call;
  const count = (test: (visible: boolean, taken: boolean) => boolean) =>
    String(queue.messages.filter((message) => test(now >= message.visibleAt, message.receipt !== null)).length);
  const fallbacks = Object.entries(limits).flatMap(([name, limit]) => (limit === null ? [] : [[name, limit.fallback]]));
  const all: Record<string, string> = {
    ...Object.fromEntries(fallbacks),
    SqsManagedSseEnabled: 'true',
    ...queue.attributes,
    ApproximateNumberOfMessages: count((visible) => visible),
    ApproximateNumberOfMessagesNotVisible: count((visible, taken) => !visible && taken),
    ApproximateNumberOfMessagesDelayed: count((visible, taken) => !visible && !taken),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    QueueArn: queue.arn,
  };
  const names = (input.AttributeNames ?? []) as string[];
  for (const name of names) {
    if (name !== 'All' && all[name] === undefined && limits[name] === undefined)
      refuse('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
  const wanted = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
  return { Attributes: wanted.length === 0 ? undefined : Object.fromEntries(wanted) };
}

function purgeQueue(call: Call, input: PurgeQueueRequest): void {
  const { queue } = queueAt(call, input.QueueUrl);
  if (queue.purgedAt !== null && call.now < queue.purgedAt + restMs)
    refuse('PurgeQueueInProgress', `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`, 403);
  queue.purgedAt = call.now;
  queue.messages = [];
}

export const queueHandlers: Record<string, Handler> = {
  CreateQueue: createQueue,
  GetQueueUrl: getQueueUrl,
  ListQueues: listQueues,
  DeleteQueue: deleteQueue,
  SetQueueAttributes: setQueueAttributes,
  GetQueueAttributes: getQueueAttributes,
  PurgeQueue: purgeQueue,
  TagQueue(call: Call, input: TagQueueRequest): void {
    Object.assign(queueAt(call, input.QueueUrl).queue.tags, input.Tags ?? {});
  },
  UntagQueue(call: Call, input: UntagQueueRequest): void {
    const { queue } = queueAt(call, input.QueueUrl);
    for (const key of input.TagKeys ?? []) delete queue.tags[key];
  },
  ListQueueTags: (call: Call, input: ListQueueTagsRequest) => ({ Tags: queueAt(call, input.QueueUrl).queue.tags }),
};
