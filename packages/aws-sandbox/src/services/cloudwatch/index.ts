import { jsonProtocol } from '../../wire/json-protocol.ts';
import { queryProtocol } from '../../wire/query-protocol.ts';
import type { Service } from '../service.ts';
import { alarmHandlers } from './alarms.ts';
import { cloudWatchMachine } from './machine.ts';
import { dataHandlers } from './put-data.ts';
import { queryHandlers } from './query.ts';

/** Amazon CloudWatch: metrics that are sent, metrics that the pretended applications make, and alarms that act. */
export const cloudWatch: Service = {
  signingName: 'monitoring',
  protocols: [
    jsonProtocol({ version: '1.0', targetPrefix: 'GraniteServiceVersion20100801' }),
    queryProtocol({
      version: '2010-08-01',
      envelope: { dialect: 'query', xmlns: 'http://monitoring.amazonaws.com/doc/2010-08-01/' },
    }),
  ],
  loadSchemas: () => import('./operations.ts'),
  handlers: { ...dataHandlers, ...queryHandlers, ...alarmHandlers },
  machine: cloudWatchMachine,
};
