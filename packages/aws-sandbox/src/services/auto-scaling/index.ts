import { queryProtocol } from '../../wire/query-protocol.ts';
import type { Service } from '../service.ts';
import { groupHandlers } from './groups.ts';
import { instanceHandlers } from './instances.ts';
import { autoScalingMachine } from './machine.ts';
import { policyHandlers } from './policies.ts';
import { reportingHandlers } from './reporting.ts';
import { scheduledActionHandlers } from './scheduled-actions.ts';

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
    ...policyHandlers,
    ...scheduledActionHandlers,
    ...reportingHandlers,
  },
  machine: autoScalingMachine,
};
