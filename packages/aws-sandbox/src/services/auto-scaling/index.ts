import { queryProtocol } from '../../wire/query-protocol.ts';
import type { Service } from '../service.ts';
import { groupHandlers } from './groups.ts';
import { instanceRefreshHandlers } from './instance-refresh.ts';
import { instanceHandlers } from './instances.ts';
import { lifecycleHookHandlers } from './lifecycle-hooks.ts';
import { autoScalingMachine } from './machine.ts';
import { policyHandlers } from './policies.ts';
import { reportingHandlers } from './reporting.ts';
import { scheduledActionHandlers } from './scheduled-actions.ts';
import { trafficSourceHandlers } from './traffic-sources.ts';
import { warmPoolHandlers } from './warm-pools.ts';

/** Amazon EC2 Auto Scaling: groups, their members, hooks, processes and activities. */
export const autoScaling: Service = {
  signingName: 'autoscaling',
  protocols: [
    queryProtocol({
      version: '2011-01-01',
      envelope: { dialect: 'query', xmlns: 'http://autoscaling.amazonaws.com/doc/2011-01-01/' },
    }),
  ],
  loadSchemas: () => import('./operations.ts'),
  handlers: {
    ...groupHandlers,
    ...instanceHandlers,
    ...lifecycleHookHandlers,
    ...trafficSourceHandlers,
    ...instanceRefreshHandlers,
    ...policyHandlers,
    ...scheduledActionHandlers,
    ...reportingHandlers,
    ...warmPoolHandlers,
  },
  machine: autoScalingMachine,
};
