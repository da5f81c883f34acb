import { restXmlProtocol } from '../../wire/rest-xml.ts';
import type { Service } from '../service.ts';
import { bucketHandlers } from './buckets.ts';
import { multipartHandlers } from './multipart.ts';
import { objectHandlers } from './objects.ts';

/** Amazon S3: buckets and objects without versions, addressed in path style. */
export const s3: Service = {
  signingName: 's3',
  protocols: [restXmlProtocol({ xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/' })],
  loadSchemas: () => import('./operations.ts'),
  handlers: { ...bucketHandlers, ...objectHandlers, ...multipartHandlers },
};
