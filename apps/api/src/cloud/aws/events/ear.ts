import type { Message } from '@aws-sdk/client-sqs';
import type { Place } from '../place.ts';
import { namesIn } from './event.ts';

/** Something happened to these server groups and instances. */
export interface Happening {
  readonly account: string;
  readonly region: string;
  /** Names of server groups and ids of instances. */
  readonly names: readonly string[];
}

/** Who is told. A rejection brings the messages back after a while. */
export type Tell = (happening: Happening) => Promise<void>;

/** As long as AWS lets a call wait for messages. */
const LONGEST_WAIT_SECONDS = 20;
/** Silence of the queue itself, not of events: a call that waits is answered within 20 s. */
const DEAF_AFTER_MS = 60_000;
const PAUSE_MS = 15_000;
const MOST_MESSAGES = 10;

/** Listens to the queue of events of one account and region. Events only bring looks forward: none is needed. */
export class Ear {
  private readonly place: Place;
  private readonly queueUrl: string;
  private readonly tell: Tell;
  private heardAt: number | null = null;

  constructor(place: Place, queueUrl: string, tell: Tell) {
    this.place = place;
    this.queueUrl = queueUrl;
    this.tell = tell;
  }

  /** Has the queue answered within the last minute? */
  hears(): boolean {
    return this.heardAt !== null && this.place.clock.now() - this.heardAt < DEAF_AFTER_MS;
  }

  /** Waits for messages for so many seconds, tells what they are about, and takes them off the queue. */
  async take(waitSeconds: number, abort?: AbortSignal): Promise<void> {
    const { queue, clock, account, region } = this.place;
    const about = { abort, resource: `queue ${this.queueUrl}` };
    const answer = await queue.receiveMessage(
      { QueueUrl: this.queueUrl, MaxNumberOfMessages: MOST_MESSAGES, WaitTimeSeconds: waitSeconds },
      about,
    );
    this.heardAt = clock.now();
    const messages = answer.Messages ?? [];
    const names = [...new Set(messages.flatMap((message) => this.read(message)))];
    if (names.length > 0) await this.tell({ account: account.name, region, names });
    for (const { ReceiptHandle } of messages)
      if (ReceiptHandle) await queue.deleteMessage({ QueueUrl: this.queueUrl, ReceiptHandle }, about);
  }

  /** Goes on until it is aborted; trouble of the queue is told and waited out. */
  async listen(abort: AbortSignal): Promise<void> {
    const { clock, logger, account, region } = this.place;
    while (!abort.aborted) {
      try {
        await this.take(LONGEST_WAIT_SECONDS, abort);
      } catch (error) {
        if (abort.aborted) return;
        logger.warn('Events of AWS cannot be read; looks come at their usual times', {
          ...{ account: account.name, region, queue: this.queueUrl, problem: String(error) },
        });
        await clock.wait(PAUSE_MS, abort).catch(() => undefined);
      }
    }
  }

  private read({ Body = '', MessageId }: Message): readonly string[] {
    const names = namesIn(Body);
    if (names) return names;
    this.place.logger.warn('A message is no event of AWS', { queue: this.queueUrl, message: MessageId ?? null });
    return [];
  }
}
