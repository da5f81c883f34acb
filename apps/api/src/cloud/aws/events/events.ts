import type { AwsAccount } from '../accounts.ts';
import type { PlaceAt } from '../place.ts';
import { Ear, type Tell } from './ear.ts';

/** What an installation hears of AWS by itself, by the queues that accounts name. */
export interface Events {
  /** Begins to listen to every queue; answers how to end it, which waits until nothing is in hand. */
  listen(tell: Tell): () => Promise<void>;
  /** One look at every queue, without waiting. */
  take(tell: Tell): Promise<void>;
}

const keyOf = (account: string, region: string): string => `${account}|${region}`;

/** Knows which places are heard of now. */
export class Hearing {
  private readonly ears = new Map<string, Ear>();

  /** Are changes of instances there told as they happen? */
  at(account: string, region: string): boolean {
    return this.ears.get(keyOf(account, region))?.hears() ?? false;
  }

  add(account: string, region: string, ear: Ear): void {
    this.ears.set(keyOf(account, region), ear);
  }

  of(account: string, region: string): Ear | undefined {
    return this.ears.get(keyOf(account, region));
  }
}

export function createEvents(placeAt: PlaceAt, accounts: readonly AwsAccount[], hearing: Hearing): Events {
  const earsFor = (tell: Tell): readonly Ear[] =>
    accounts.flatMap(({ name, eventQueues }) =>
      Object.entries(eventQueues ?? {}).map(([region, queueUrl]) => {
        const ear = hearing.of(name, region) ?? new Ear(placeAt(name, region), queueUrl, tell);
        hearing.add(name, region, ear);
        return ear;
      }),
    );
  return {
    listen(tell) {
      const abort = new AbortController();
      const listening = earsFor(tell).map((ear) => ear.listen(abort.signal));
      return async () => {
        abort.abort(new Error('the process ends'));
        await Promise.all(listening);
      };
    },
    async take(tell) {
      await Promise.all(earsFor(tell).map((ear) => ear.take(0)));
    },
  };
}
