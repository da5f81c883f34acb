import { jsonProtocol } from '../../wire/json-protocol.ts';
import type { Service } from '../service.ts';
import { ruleHandlers } from './rules.ts';
import { eventMachine } from './watch.ts';

/** Amazon EventBridge: rules on the default bus, and the events of the other services. */
export const eventBridge: Service = {
  signingName: 'events',
  protocols: [jsonProtocol({ version: '1.1', targetPrefix: 'AWSEvents' })],
  loadSchemas: () => import('./operations.ts'),
  handlers: ruleHandlers,
  machine: eventMachine,
};
