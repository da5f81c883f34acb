import { FailureError } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { settling } from './intents.ts';

const fails =
  (code: string, more = {}) =>
  async (): Promise<void> => {
    throw new FailureError({ code, message: 'It did not work.', ...more });
  };
const there = async () => true;
const gone = async () => false;
const unknown = fails('aws.denied') as () => Promise<never>;

/** What the ledger is told of a change; null: it stays open. */
async function outcomeOf(act: () => Promise<void>, isThere: () => Promise<boolean>): Promise<string | null> {
  let outcome: string | null = null;
  const settled = settling(
    (state) => {
      outcome = state;
    },
    act,
    isThere,
  );
  await settled.catch((error: unknown) => expect(error).toBeInstanceOf(Error));
  return outcome;
}

describe('what the ledger is told of a change', () => {
  it('that was made, or failed for good on a thing that is there, or may be', async () => {
    expect(await outcomeOf(async () => undefined, gone)).toBe('done');
    expect(await outcomeOf(fails('aws.wrong-input'), there)).toBeNull();
    expect(await outcomeOf(fails('aws.wrong-input'), unknown)).toBeNull();
  });

  it('that failed because the thing has gone: it is absent', async () => {
    expect(await outcomeOf(fails('aws.gone'), there)).toBe('absent');
    expect(await outcomeOf(fails('aws.wrong-input'), gone)).toBe('absent');
  });

  it('that is tried again: nothing yet', async () => {
    expect(await outcomeOf(fails('aws.busy', { retry: true }), gone)).toBeNull();
    const outage = async () => Promise.reject(new Error('No answer.'));
    expect(await outcomeOf(outage, gone)).toBeNull();
  });
});
