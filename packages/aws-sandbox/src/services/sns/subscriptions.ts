import type {
  GetSubscriptionAttributesInput,
  ListSubscriptionsByTopicInput,
  ListSubscriptionsInput,
  SetSubscriptionAttributesInput,
  SubscribeInput,
  UnsubscribeInput,
} from '@aws-sdk/client-sns';
import { refuse } from '../../wire/service-error.ts';
import { PatternError, parsePattern } from '../event-pattern.ts';
import { page } from '../paging.ts';
import type { Call, Handler } from '../service.ts';
import type { Subscription, Topic } from './state.ts';
import { topicOf } from './topics.ts';

const protocols = new Set(['http', 'https', 'email', 'email-json', 'sms', 'sqs', 'application', 'lambda', 'firehose']);
const settable = new Set([
  'RawMessageDelivery',
  'FilterPolicy',
  'FilterPolicyScope',
  'DeliveryPolicy',
  'RedrivePolicy',
]);

function checkAttribute(name: string, value: string): void {
  if (!settable.has(name)) refuse('InvalidParameter', 'Invalid parameter: AttributeName');
  if (name === 'RawMessageDelivery' && value !== 'true' && value !== 'false')
    refuse(
      'InvalidParameter',
      `Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [${value}]. Must be true or false.`,
    );
  if (name === 'FilterPolicyScope' && value !== 'MessageAttributes' && value !== 'MessageBody')
    refuse(
      'InvalidParameter',
      `Invalid parameter: FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`,
    );
  if (name !== 'FilterPolicy' || value === '') return;
  try {
    parsePattern(value);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    refuse('InvalidParameter', `Invalid parameter: FilterPolicy: ${error.message}`);
  }
}

function subscribe(call: Call, input: SubscribeInput) {
  const topic = topicOf(call, input.TopicArn);
  const { Protocol: protocol = '', Endpoint: endpoint = '' } = input;
  if (!protocols.has(protocol))
    refuse('InvalidParameter', `Invalid parameter: Does not support this protocol string: ${protocol}`);
  if (protocol === 'sqs' && !/^arn:aws:sqs:[\w-]+:\d{12}:[\w-]+$/.test(endpoint))
    refuse('InvalidParameter', 'Invalid parameter: SQS endpoint ARN');
  for (const [name, value] of Object.entries(input.Attributes ?? {})) checkAttribute(name, value);
  const existing = topic.subscriptions.find((each) => each.protocol === protocol && each.endpoint === endpoint);
  if (existing !== undefined) {
    const differs = Object.entries(input.Attributes ?? {}).some(([key, value]) => existing.attributes[key] !== value);
    if (differs)
      refuse(
        'InvalidParameter',
        'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
      );
    return { SubscriptionArn: shownArn(existing, input.ReturnSubscriptionArn ?? false) };
  }
  const subscription: Subscription = {
    arn: `${topic.arn}:${call.world.random.uuid()}`,
    topicArn: topic.arn,
    protocol,
    endpoint,
    owner: call.identity.account,
    confirmed: protocol === 'sqs',
    attributes: { ...input.Attributes },
  };
  topic.subscriptions.push(subscription);
  return { SubscriptionArn: shownArn(subscription, input.ReturnSubscriptionArn ?? false) };
}

const shownArn = ({ arn, confirmed }: Subscription, always: boolean): string =>
  confirmed || always ? arn : 'pending confirmation';

function subscriptionOf(call: Call, arn: string | undefined): { topic: Topic; subscription: Subscription } {
  for (const topic of Object.values(call.store.topics)) {
    const subscription = topic.subscriptions.find((each) => each.arn === arn);
    if (subscription !== undefined) return { topic, subscription };
  }
  return refuse('NotFound', 'Subscription does not exist', 404);
}

function unsubscribe(call: Call, input: UnsubscribeInput): void {
  const found = Object.values(call.store.topics).find((topic) =>
    topic.subscriptions.some((each) => each.arn === input.SubscriptionArn),
  );
  if (found !== undefined)
    found.subscriptions = found.subscriptions.filter((each) => each.arn !== input.SubscriptionArn);
}

const describe = (each: Subscription) => ({
  SubscriptionArn: each.confirmed ? each.arn : 'PendingConfirmation',
  Owner: each.owner,
  Protocol: each.protocol,
  Endpoint: each.endpoint,
  TopicArn: each.topicArn,
});

function getSubscriptionAttributes(call: Call, input: GetSubscriptionAttributesInput) {
  const { subscription } = subscriptionOf(call, input.SubscriptionArn);
  return {
    Attributes: {
      RawMessageDelivery: 'false',
      ...subscription.attributes,
      SubscriptionArn: subscription.arn,
      TopicArn: subscription.topicArn,
      Protocol: subscription.protocol,
      Endpoint: subscription.endpoint,
      Owner: subscription.owner,
      PendingConfirmation: String(!subscription.confirmed),
      ConfirmationWasAuthenticated: String(subscription.confirmed),
    },
  };
}

export const subscriptionHandlers: Record<string, Handler> = {
  Subscribe: subscribe,
  Unsubscribe: unsubscribe,
  GetSubscriptionAttributes: getSubscriptionAttributes,
  SetSubscriptionAttributes(call: Call, input: SetSubscriptionAttributesInput): void {
    const { subscription } = subscriptionOf(call, input.SubscriptionArn);
    const { AttributeName: name = '', AttributeValue: value = '' } = input;
    checkAttribute(name, value);
    if (value === '') delete subscription.attributes[name];
    else subscription.attributes[name] = value;
  },
  ListSubscriptions({ view }: Call, input: ListSubscriptionsInput) {
    const all = Object.values(view.topics).flatMap((topic) => topic.subscriptions);
    const { items, next } = page(all, input.NextToken, 100);
    return { Subscriptions: items.map(describe), NextToken: next };
  },
  ListSubscriptionsByTopic(call: Call, input: ListSubscriptionsByTopicInput) {
    const { items, next } = page(topicOf(call, input.TopicArn).subscriptions, input.NextToken, 100);
    return { Subscriptions: items.map(describe), NextToken: next };
  },
};
