import type {
  CreateTopicInput,
  DeleteTopicInput,
  GetTopicAttributesInput,
  ListTagsForResourceRequest,
  ListTopicsInput,
  MessageAttributeValue,
  PublishBatchInput,
  PublishInput,
  SetTopicAttributesInput,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-sns';
import { refuse, ServiceError } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import { policyAllows } from '../policy.ts';
import type { Call, Handler } from '../service.ts';
import type { MessageAttribute } from '../sqs/state.ts';
import { publishTo } from './publish.ts';
import type { Topic } from './state.ts';

/** The topic an ARN names: the caller's own, or another account's that its policy opens to the caller. */
export function topicOf(call: Call, arn: string | undefined): Topic {
  const [, , service, region, account = ''] = (arn ?? '').split(':');
  if (service !== 'sns' || region !== call.store.region) refuse('InvalidParameter', 'Invalid parameter: TopicArn', 400);
  const { identity } = call;
  const store = account === identity.account ? call.store : call.world.region(account, call.store.region);
  const topic = store?.topics[arn ?? ''];
  const principal = { arn: identity.arn, account: identity.account };
  const open =
    account === identity.account ||
    policyAllows(topic?.attributes['Policy'], { action: `SNS:${call.action}`, resource: arn ?? '', principal });
  if (!open)
    refuse(
      'AuthorizationError',
      `User: ${identity.arn} is not authorized to perform: SNS:${call.action} on resource: ${arn}`,
      403,
    );
  if (topic === undefined) refuse('NotFound', 'Topic does not exist', 404);
  return topic;
}

const settable = new Set([
  'DisplayName',
  'Policy',
  'DeliveryPolicy',
  'KmsMasterKeyId',
  'SignatureVersion',
  'TracingConfig',
]);

function checkAttribute(name: string): void {
  if (name === 'FifoTopic' || name === 'ContentBasedDeduplication')
    refuse('InvalidParameter', 'Invalid parameter: the sandbox serves standard topics only');
  if (!settable.has(name)) refuse('InvalidParameter', `Invalid parameter: AttributeName`);
}

function createTopic({ store }: Call, input: CreateTopicInput) {
  const name = input.Name ?? '';
  if (!/^[\w-]{1,256}$/.test(name)) refuse('InvalidParameter', 'Invalid parameter: Topic Name');
  for (const attribute of Object.keys(input.Attributes ?? {})) checkAttribute(attribute);
  const arn = `arn:aws:sns:${store.region}:${store.account}:${name}`;
  const tags = Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const existing = store.topics[arn];
  if (existing !== undefined) {
    const differs = Object.entries(input.Attributes ?? {}).some(([key, value]) => existing.attributes[key] !== value);
    if (differs)
      refuse(
        'InvalidParameter',
        'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
      );
    if (Object.entries(tags).some(([key, value]) => existing.tags[key] !== value))
      refuse('InvalidParameter', 'Invalid parameter: Tags Reason: Topic already exists with different tags');
    return { TopicArn: arn };
  }
  store.topics[arn] = { arn, name, attributes: { ...input.Attributes }, tags, subscriptions: [] };
  return { TopicArn: arn };
}

function deleteTopic(call: Call, input: DeleteTopicInput): void {
  if (call.store.topics[input.TopicArn ?? ''] === undefined) return;
  delete call.store.topics[topicOf(call, input.TopicArn).arn];
}

function getTopicAttributes(call: Call, input: GetTopicAttributesInput) {
  const topic = topicOf(call, input.TopicArn);
  const confirmed = topic.subscriptions.filter((each) => each.confirmed).length;
  return {
    Attributes: {
      ...topic.attributes,
      TopicArn: topic.arn,
      Owner: topic.arn.split(':')[4] ?? '',
      DisplayName: topic.attributes['DisplayName'] ?? '',
      SubscriptionsConfirmed: String(confirmed),
      SubscriptionsPending: String(topic.subscriptions.length - confirmed),
      SubscriptionsDeleted: '0',
    },
  };
}

function attributesIn(given: Record<string, MessageAttributeValue> | undefined): Record<string, MessageAttribute> {
  const entries = Object.entries(given ?? {}).map(([name, value]): [string, MessageAttribute] => {
    const { DataType: type = '', StringValue: text, BinaryValue: binary } = value;
    if (!/^(?:String|String\.Array|Number|Binary)$/.test(type))
      refuse(
        'ParameterValueInvalid',
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    return [name, binary === undefined ? { type, text } : { type, binary: Buffer.from(binary).toString('base64') }];
  });
  return Object.fromEntries(entries);
}

type Published = Pick<PublishInput, 'Message' | 'Subject' | 'MessageStructure' | 'MessageAttributes'>;

function publishOne(call: Call, topic: Topic, input: Published): string {
  const text = input.Message ?? '';
  if (text === '') refuse('InvalidParameter', 'Invalid parameter: Empty message');
  if (Buffer.byteLength(text) > 262_144) refuse('InvalidParameter', 'Invalid parameter: Message too long');
  if (input.Subject !== undefined && (input.Subject.length > 100 || input.Subject === ''))
    refuse('InvalidParameter', 'Invalid parameter: Subject');
  const message = input.MessageStructure === 'json' ? forQueues(text) : text;
  const publication = { message, subject: input.Subject ?? null, attributes: attributesIn(input.MessageAttributes) };
  return publishTo(call.world, topic, publication, call.now);
}

function forQueues(text: string): string {
  try {
    const parts = JSON.parse(text) as Record<string, string>;
    const { sqs, default: fallback } = parts;
    if (fallback === undefined)
      refuse('InvalidParameter', 'Invalid parameter: Message Structure - No default entry in JSON message body');
    return sqs ?? fallback;
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    return refuse('InvalidParameter', 'Invalid parameter: Message Structure - JSON message body failed to parse');
  }
}

function publish(call: Call, input: PublishInput) {
  if (input.PhoneNumber !== undefined)
    refuse('InvalidParameter', 'Invalid parameter: the sandbox sends no text messages');
  return { MessageId: publishOne(call, topicOf(call, input.TopicArn ?? input.TargetArn), input) };
}

function publishBatch(call: Call, input: PublishBatchInput) {
  const topic = topicOf(call, input.TopicArn);
  const entries = input.PublishBatchRequestEntries ?? [];
  if (entries.length === 0) refuse('EmptyBatchRequest', 'The batch request does not contain any entries.');
  if (entries.length > 10)
    refuse('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
  return {
    Successful: entries.map((entry) => ({ Id: entry.Id, MessageId: publishOne(call, topic, entry) })),
    Failed: [],
  };
}

export const topicHandlers: Record<string, Handler> = {
  CreateTopic: createTopic,
  DeleteTopic: deleteTopic,
  ListTopics({ view }: Call, input: ListTopicsInput) {
    const { items, next } = page(Object.keys(view.topics).sort(), input.NextToken, 100);
    return { Topics: items.map((TopicArn) => ({ TopicArn })), NextToken: next };
  },
  GetTopicAttributes: getTopicAttributes,
  SetTopicAttributes(call: Call, input: SetTopicAttributesInput): void {
    const topic = topicOf(call, input.TopicArn);
    const name = input.AttributeName ?? '';
    checkAttribute(name);
    if (input.AttributeValue === undefined || input.AttributeValue === '') delete topic.attributes[name];
    else topic.attributes[name] = input.AttributeValue;
  },
  Publish: publish,
  PublishBatch: publishBatch,
  TagResource(call: Call, input: TagResourceRequest) {
    const topic = topicOf(call, input.ResourceArn);
    for (const { Key = '', Value = '' } of input.Tags ?? []) topic.tags[Key] = Value;
    return {};
  },
  UntagResource(call: Call, input: UntagResourceRequest) {
    const topic = topicOf(call, input.ResourceArn);
    for (const key of input.TagKeys ?? []) delete topic.tags[key];
    return {};
  },
  ListTagsForResource: (call: Call, input: ListTagsForResourceRequest) => ({
    Tags: Object.entries(topicOf(call, input.ResourceArn).tags).map(([Key, Value]) => ({ Key, Value })),
  }),
};
