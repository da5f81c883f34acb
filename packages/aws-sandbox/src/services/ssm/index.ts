import { jsonProtocol } from '../../wire/json-protocol.ts';
import type { Service } from '../service.ts';
import { commandHandlers } from './commands.ts';
import { ssmMachine } from './machine.ts';
import { parameterHandlers } from './parameters.ts';

/** AWS Systems Manager: parameters, and shell commands on instances whose agent answers. */
export const ssm: Service = {
  signingName: 'ssm',
  protocols: [jsonProtocol({ version: '1.1', targetPrefix: 'AmazonSSM' })],
  loadSchemas: () => import('./operations.ts'),
  handlers: { ...parameterHandlers, ...commandHandlers },
  machine: ssmMachine,
};
