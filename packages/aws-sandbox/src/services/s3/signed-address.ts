import { authenticate } from '../../wire/authenticate.ts';
import { ServiceError } from '../../wire/service-error.ts';
import { readCredential, type SignedRequest } from '../../wire/signature.ts';
import { emptyRegion } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { globMatches } from '../glob.ts';
import type { Call } from '../service.ts';
import { objectHandlers } from './objects.ts';

type Action = 'GetObject' | 'PutObject';

const methods = { GetObject: 'GET', PutObject: 'PUT' } as const;

/**
 * What a machine inside the pretended cloud does with a presigned address, under the same checks as a request from
 * outside: signature, expiry, permission, faults. `sent` is the body of a put. Answers the body of a get, or throws a
 * `ServiceError`.
 */
export function useSignedAddress(world: World, action: Action, address: string, sent: string, now: number): string {
  const url = new URL(address);
  const request: SignedRequest = {
    method: methods[action],
    path: url.pathname,
    query: url.search.slice(1),
    headers: { host: url.host },
    body: Buffer.from(sent),
  };
  const credential = readCredential(request);
  if (credential === null || credential.service !== 's3') throw new ServiceError('AccessDenied', 'Access Denied', 403);
  const identity = authenticate(world, request, credential, [now]);
  if (!identity.allow.some((glob) => globMatches(glob, `s3:${action}`)))
    throw new ServiceError('AccessDenied', 'Access Denied', 403);
  const [bucket = '', ...key] = url.pathname.slice(1).split('/').map(decodeURIComponent);
  const { region } = credential;
  const { account } = identity;
  const facts = {
    service: 's3',
    action,
    account,
    region,
    attempt: 1,
    mutating: action === 'PutObject',
    mentions: [bucket, key.join('/')],
  };
  const broken = world.faults.forCall(facts).some(({ kind }) => kind !== 'delay' && kind !== 'skew');
  if (broken) throw new ServiceError('SlowDown', 'Please reduce your request rate.', 503);
  const store = world.region(account, region) ?? emptyRegion(account, region);
  const call: Call = {
    world,
    store,
    view: store,
    look: (other) => other,
    identity,
    now,
    action,
    repeats: () => undefined,
  };
  const input = { Bucket: bucket, Key: key.join('/'), Body: request.body };
  const output = objectHandlers[action]?.(call, input as never) as { Body?: Uint8Array };
  return output.Body === undefined ? '' : Buffer.from(output.Body).toString('utf8');
}
