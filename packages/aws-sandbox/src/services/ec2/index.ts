import { queryProtocol } from '../../wire/query-protocol.ts';
import type { Service } from '../service.ts';
import { imageHandlers } from './images.ts';
import { instanceHandlers } from './instances.ts';
import { launchTemplateHandlers } from './launch-templates.ts';
import { ec2Machine } from './machine.ts';
import { networkHandlers } from './network.ts';
import { securityGroupHandlers } from './security-groups.ts';
import { snapshotHandlers } from './snapshots.ts';
import { tagHandlers } from './tags.ts';

/** Amazon EC2: instances, images, launch templates, tags and a seeded network. */
export const ec2: Service = {
  signingName: 'ec2',
  protocols: [
    queryProtocol({
      version: '2016-11-15',
      envelope: { dialect: 'ec2', xmlns: 'http://ec2.amazonaws.com/doc/2016-11-15/' },
    }),
  ],
  loadSchemas: () => import('./operations.ts'),
  handlers: {
    ...networkHandlers,
    ...securityGroupHandlers,
    ...instanceHandlers,
    ...imageHandlers,
    ...snapshotHandlers,
    ...tagHandlers,
    ...launchTemplateHandlers,
  },
  machine: ec2Machine,
};
