import type { World } from '../../world/world.ts';
import { type Pattern, patternMatches } from '../event-pattern.ts';
import { policyAllows } from '../policy.ts';
import { deliverToQueue } from '../sqs/deliver.ts';
import type { MessageAttribute } from '../sqs/state.ts';
import type { Publication, Subscription, Topic } from './state.ts';

/** Sends a publication to every confirmed queue whose filter lets it through; answers its message id. */
export function publishTo(world: World, topic: Topic, publication: Publication, now: number): string {
  const id = world.random.uuid();
  for (const subscription of topic.subscriptions) {
    if (!subscription.confirmed || !wants(subscription, publication)) continue;
    const raw = subscription.attributes['RawMessageDelivery'] === 'true';
    deliverToQueue(
      world,
      {
        queueArn: subscription.endpoint,
        body: raw ? publication.message : envelope(topic, subscription, publication, id, now),
        attributes: raw ? publication.attributes : {},
        service: 'sns.amazonaws.com',
        sourceArn: topic.arn,
        sourceAccount: accountOf(topic.arn),
      },
      now,
    );
  }
  return id;
}

/** Publishes for another service; true when the topic is there and takes its messages. */
export function publishFor(
  world: World,
  asker: { service: string; sourceArn: string; account: string },
  topicArn: string,
  publication: Publication,
  now: number,
): boolean {
  const [, , , region = '', account = ''] = topicArn.split(':');
  const topic = world.region(account, region)?.topics[topicArn];
  if (topic === undefined) return false;
  const principal = { service: asker.service, sourceArn: asker.sourceArn, sourceAccount: asker.account };
  const request = { action: 'SNS:Publish', resource: topicArn, principal };
  // A topic without a policy of its own takes what its own account's services send, except EventBridge.
  const own = topic.attributes['Policy'] === undefined && asker.account === account;
  const allowed = own ? asker.service !== 'events.amazonaws.com' : policyAllows(topic.attributes['Policy'], request);
  if (allowed) publishTo(world, topic, publication, now);
  return allowed;
}

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

function wants({ attributes }: Subscription, { message, attributes: given }: Publication): boolean {
  const policy = attributes['FilterPolicy'];
  if (policy === undefined || policy === '') return true;
  const pattern = JSON.parse(policy) as Pattern;
  if (attributes['FilterPolicyScope'] === 'MessageBody') return patternMatches(pattern, bodyOf(message));
  const values = Object.entries(given).map(([name, value]) => [name, filterValue(value)]);
  return patternMatches(pattern, Object.fromEntries(values));
}

function bodyOf(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return null;
  }
}

function filterValue({ type, text }: MessageAttribute): unknown {
  if (type === 'Number') return Number(text);
  if (type === 'String.Array') return bodyOf(text ?? '[]');
  return text;
}

function envelope(topic: Topic, subscription: Subscription, publication: Publication, id: string, now: number): string {
  const region = topic.arn.split(':')[3] ?? '';
  const attributes = Object.entries(publication.attributes).map(([name, { type, text, binary }]) => [
    name,
    { Type: type, Value: text ?? binary },
  ]);
  return JSON.stringify({
    Type: 'Notification',
    MessageId: id,
    TopicArn: topic.arn,
    ...(publication.subject === null ? {} : { Subject: publication.subject }),
    Message: publication.message,
    Timestamp: new Date(now).toISOString(),
    SignatureVersion: '1',
    Signature: Buffer.from(`sandbox ${id}`).toString('base64'),
    SigningCertURL: `https://sns.${region}.amazonaws.com/SimpleNotificationService-0000000000000000000000.pem`,
    UnsubscribeURL: `https://sns.${region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
    ...(attributes.length === 0 ? {} : { MessageAttributes: Object.fromEntries(attributes) }),
  });
}
