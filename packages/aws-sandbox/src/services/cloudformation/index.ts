import { queryProtocol } from '../../wire/query-protocol.ts';
import type { Service } from '../service.ts';
import { changeSetHandlers } from './change-sets.ts';
import { describeHandlers } from './describe.ts';
import { progress } from './progress.ts';
import { stackHandlers } from './stacks.ts';

/** AWS CloudFormation: stacks whose resources are names only, and change sets. */
export const cloudFormation: Service = {
  signingName: 'cloudformation',
  protocols: [
    queryProtocol({
      version: '2010-05-15',
      envelope: { dialect: 'query', xmlns: 'http://cloudformation.amazonaws.com/doc/2010-05-15/' },
    }),
  ],
  loadSchemas: () => import('./operations.ts'),
  handlers: { ...stackHandlers, ...changeSetHandlers, ...describeHandlers },
  machine({ world, store, now, changed }) {
    let due = Number.POSITIVE_INFINITY;
    for (const stack of Object.values(store.stacks)) {
      const told = stack.events.length;
      due = Math.min(due, progress(world, store, stack, now));
      if (stack.events.length !== told) changed();
    }
    return due;
  },
};
