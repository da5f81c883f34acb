import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { AwsAccount } from '../accounts.ts';
import type { CloudClock } from '../clock.ts';

/** What the SDK signs with. */
export interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

const SESSION_SECONDS = 3600;
const RENEW_BEFORE_MS = 10 * 60_000;

/**
 * In the past for the SDK, so that it asks for every call and never keeps a session of its own: each client object
 * would otherwise assume the role once more, and hold on to a session that has ended.
 */
const ASK_EVERY_TIME = new Date(0);

/** The session of one account, shared by all its clients; renewed ten minutes before its end by one call at a time. */
export class RoleSession {
  readonly #account: AwsAccount;
  readonly #sts: () => STSClient;
  readonly #clock: CloudClock;
  #current: { readonly keys: SessionKeys; readonly endsAt: number } | null = null;
  #coming: Promise<SessionKeys> | null = null;
  #generation = 0;

  constructor(account: AwsAccount, sts: () => STSClient, clock: CloudClock) {
    this.#account = account;
    this.#sts = sts;
    this.#clock = clock;
  }

  /** Keys good for at least one call. */
  readonly keys = async (): Promise<SessionKeys> => {
    const current = this.#current;
    if (current && current.endsAt - this.#clock.now() > RENEW_BEFORE_MS) return current.keys;
    this.#coming ??= this.#assume().finally(() => {
      this.#coming = null;
    });
    return this.#coming;
  };

  /** Names the session in use now, for `drop`. */
  mark(): number {
    return this.#generation;
  }

  /** AWS says that the session has ended: forgets it, unless another call has replaced it since `mark`. */
  drop(mark: number): void {
    if (mark === this.#generation) this.#current = null;
  }

  async #assume(): Promise<SessionKeys> {
    const answer = await this.#sts().send(
      new AssumeRoleCommand({
        RoleArn: this.#account.roleArn,
        RoleSessionName: 'gennaker',
        ExternalId: this.#account.externalId,
        DurationSeconds: SESSION_SECONDS,
      }),
    );
    const given = answer.Credentials;
    if (!given?.AccessKeyId || !given.SecretAccessKey)
      throw new Error(`AWS answered without credentials for role ${this.#account.roleArn}`);
    const keys: SessionKeys = {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
      expiration: ASK_EVERY_TIME,
    };
    this.#generation += 1;
    this.#current = { keys, endsAt: given.Expiration?.getTime() ?? this.#clock.now() + SESSION_SECONDS * 1000 };
    return keys;
  }
}
