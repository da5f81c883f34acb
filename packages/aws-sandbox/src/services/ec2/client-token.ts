import { createHash } from 'node:crypto';
import { refuse } from '../../wire/service-error.ts';
import type { Call } from '../service.ts';

const keptMs = 24 * 3600 * 1000;

/**
 * Does something once per client token: a second call with the same token and the same parameters gets the first
 * answer's ids, other parameters give `IdempotentParameterMismatch`. Tokens are kept for 24 hours.
 */
export function onceByToken(call: Call, token: string | undefined, input: object, make: () => string[]): string[] {
  if (token === undefined || token === '') return make();
  const tokens = call.store.clientTokens;
  const key = `${call.action}:${token}`;
  const fingerprint = createHash('sha256').update(JSON.stringify(input)).digest('hex');
  const before = tokens[key];
  if (before !== undefined && call.now - before.at < keptMs) {
    if (before.fingerprint !== fingerprint) {
      refuse(
        'IdempotentParameterMismatch',
        'The client token you have provided is associated with a resource that is no longer the same as the request.',
      );
    }
    call.repeats();
    return before.ids;
  }
  const ids = make();
  tokens[key] = { fingerprint, ids, at: call.now };
  dropOld(call);
  return ids;
}

function dropOld(call: Call): void {
  for (const [key, use] of Object.entries(call.store.clientTokens)) {
    if (call.now - use.at >= keptMs) delete call.store.clientTokens[key];
  }
}
