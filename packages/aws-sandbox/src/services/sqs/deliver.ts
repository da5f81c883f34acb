import type { World } from '../../world/world.ts';
import { policyAllows } from '../policy.ts';
import { attributeOf } from './queues.ts';
import type { MessageAttribute, Queue, QueueMessage } from './state.ts';

/** Puts a message at the end of a queue. */
export function addMessage(
  world: World,
  queue: Queue,
  message: { body: string; attributes?: Record<string, MessageAttribute>; senderId: string; delaySeconds?: number },
  now: number,
): QueueMessage {
  const delay = message.delaySeconds ?? attributeOf(queue, 'DelaySeconds');
  const added: QueueMessage = {
    id: world.random.uuid(),
    body: message.body,
    attributes: message.attributes ?? {},
    senderId: message.senderId,
    sentAt: now,
    visibleAt: now + delay * 1000,
    receiveCount: 0,
    firstReceivedAt: null,
    receipt: null,
  };
  queue.messages.push(added);
  return added;
}

/** Where another service delivers to, and for whom. */
export interface Delivery {
  queueArn: string;
  body: string;
  attributes?: Record<string, MessageAttribute>;
  service: string;
  sourceArn: string;
  sourceAccount: string;
}

/**
 * Delivers for another service. True when the queue is there and its policy lets that service send; a service that
 * sends `withRole` needs no policy.
 */
export function deliverToQueue(world: World, delivery: Delivery, now: number, withRole = false): boolean {
  const { queueArn, service, sourceArn, sourceAccount, body, attributes } = delivery;
  const [, , , region = '', account = '', name = ''] = queueArn.split(':');
  const queue = world.region(account, region)?.queues[name];
  if (queue === undefined) return false;
  const principal = { service, sourceArn, sourceAccount };
  const request = { action: 'sqs:SendMessage', resource: queue.arn, principal };
  if (!withRole && !policyAllows(queue.attributes['Policy'], request)) return false;
  addMessage(world, queue, { body, attributes, senderId: service }, now);
  return true;
}
