import { queryProtocol } from '../../wire/query-protocol.ts';
import type { Service } from '../service.ts';
import { subscriptionHandlers } from './subscriptions.ts';
import { topicHandlers } from './topics.ts';

/** Amazon SNS: topics that deliver to queues. */
export const sns: Service = {
  signingName: 'sns',
  protocols: [
    queryProtocol({
      version: '2010-03-31',
      envelope: { dialect: 'query', xmlns: 'http://sns.amazonaws.com/doc/2010-03-31/' },
    }),
  ],
  loadSchemas: () => import('./operations.ts'),
  handlers: { ...topicHandlers, ...subscriptionHandlers },
};
