import { jsonProtocol } from '../../wire/json-protocol.ts';
import { nextAfter } from '../../world/world.ts';
import type { Service } from '../service.ts';
import { messageHandlers } from './messages.ts';
import { queueHandlers } from './queues.ts';

/** Amazon SQS: standard queues with long polling, visibility time-outs and dead letters. */
export const sqs: Service = {
  signingName: 'sqs',
  protocols: [jsonProtocol({ version: '1.0', targetPrefix: 'AmazonSQS' })],
  loadSchemas: () => import('./operations.ts'),
  handlers: { ...queueHandlers, ...messageHandlers },
  // Nothing changes by itself, but whoever waits at a queue wants to be asked when a message can be seen.
  machine: ({ store, now }) =>
    nextAfter(now, ...Object.values(store.queues).flatMap((queue) => queue.messages.map((each) => each.visibleAt))),
};
