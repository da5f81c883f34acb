import { FailureError } from '@gennaker/pipeline-dsl';
import type { Place } from './place.ts';

/** Pauses between looks at a change that is not seen yet, ms: 30 s in all. */
export const LOOKS: readonly number[] = [0, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** A failure of our own finding: no call to AWS has failed. */
export const refusal = (place: Place, code: string, message: string, advice: string, retry = false): FailureError =>
  new FailureError({
    code,
    message,
    retry,
    advice,
    details: { provider: 'aws', account: place.account.name, region: place.region },
  });

/** AWS has accepted a change and still shows what was before it. */
export const notSeen = (place: Place, resource: string): FailureError =>
  refusal(
    place,
    'aws.not-there-yet',
    `The change of ${resource} in ${place.account.name} ${place.region} was accepted, but 30 s later it still reads as before.`,
    'It is tried again. If it lasts, look whether something else changes the same thing.',
    true,
  );
