import { queryProtocol } from '../../wire/query-protocol.ts';
import type { Service } from '../service.ts';
import { listenerHandlers } from './listeners.ts';

import { loadBalancerHandlers } from './load-balancers.ts';
import { elbv2Machine } from './machine.ts';
import { tagHandlers } from './tags.ts';
import { targetGroupHandlers } from './target-groups.ts';

/** Elastic Load Balancing v2: application and network load balancers, target groups, listeners, rules. */
export const elbv2: Service = {
  signingName: 'elasticloadbalancing',
  protocols: [
    queryProtocol({
      version: '2015-12-01',
      envelope: { dialect: 'query', xmlns: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/' },
    }),
  ],
  loadSchemas: () => import('./operations.ts'),
  handlers: { ...loadBalancerHandlers, ...targetGroupHandlers, ...listenerHandlers, ...tagHandlers },
  machine: elbv2Machine,
};
