import type { Queue } from 'bullmq';
import { type Message, messageSchema } from '../engine/messages.ts';
import type { Due, WorkQueue } from '../engine/ports.ts';

/** Jobs are echoes of rows: none is kept, neither when done nor when failed. */
const FORGET = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

/** Wake-ups further off than this stay rows until the sweep finds them near: thousands of parked runs cost no queue. */
const HORIZON_MS = 30_000;

/**
 * Of the wake-ups due at once only so many in a slice of time become jobs; one more job at the slice's end tells a worker
 * to find the others in the rows. While a burst lasts there is only that one: a job costs several times what its row
 * does, and whoever looks finds many rows at once.
 */
const JOBS_IN_A_SLICE = 4;
const SLICE_MS = 50;

/** Wake-ups as BullMQ jobs. The job's id is the wake-up's key and time, so that doubling one is harmless. */
export class BullWorkQueue implements WorkQueue {
  private readonly queue: Queue;
  private readonly now: () => number;
  private readonly problem: (error: Error) => void;
  private gathering: Due[] = [];
  private slice = { number: -1, jobsLeft: 0, hasLook: false };

  /** `problem` hears why wake-ups were lost; the rows bring them back. */
  constructor(queue: Queue, now: () => number, problem: (error: Error) => void) {
    this.queue = queue;
    this.now = now;
    this.problem = problem;
  }

  /** Gathers what is asked for in one turn of the event loop and sends it together; does not wait for the answer. */
  async wake(dues: readonly Due[]): Promise<void> {
    const horizon = this.now() + HORIZON_MS;
    const near = dues.filter((due) => due.at <= horizon);
    if (near.length === 0) return;
    this.gathering.push(...near);
    if (this.gathering.length === near.length) setImmediate(() => void this.send());
  }

  private sliceAt(now: number) {
    const number = Math.floor(now / SLICE_MS);
    if (number !== this.slice.number) {
      const inBurst = this.slice.hasLook && number === this.slice.number + 1;
      this.slice = { number, jobsLeft: inBurst ? 0 : JOBS_IN_A_SLICE, hasLook: false };
    }
    return this.slice;
  }

  private async send(): Promise<void> {
    const dues = this.gathering;
    this.gathering = [];
    const now = this.now();
    const later = dues.filter((due) => due.at > now);
    const atOnce = dues.filter((due) => due.at <= now);
    const slice = this.sliceAt(now);
    const direct = atOnce.slice(0, slice.jobsLeft);
    slice.jobsLeft -= direct.length;
    const jobs = [...direct, ...later].map((due) => ({
      name: due.message.type as string,
      data: due.message,
      opts: { ...FORGET, jobId: `${due.key}@${due.at}`, delay: Math.max(0, due.at - now) },
    }));
    if (atOnce.length > direct.length && !slice.hasLook) {
      slice.hasLook = true;
      jobs.push(lookJob(slice.number, now));
    }
    if (jobs.length === 0) return;
    try {
      if (jobs.length === 1) await this.queue.add(jobs[0]!.name, jobs[0]!.data, jobs[0]!.opts);
      else await this.queue.addBulk(jobs);
    } catch (error) {
      slice.hasLook = false;
      this.problem(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** One look for all that comes in a slice, at its end. Processes that send the same one make one job of it. */
function lookJob(slice: number, now: number) {
  const at = (slice + 1) * SLICE_MS;
  const data: Message = { type: 'LookForWork' };
  return { name: data.type as string, data, opts: { ...FORGET, jobId: `look@${at}`, delay: Math.max(0, at - now) } };
}

/** The message of a job; a job of another shape (an older release's, say) is refused by the schema. */
export const messageOf = (job: { data: unknown }): Message => messageSchema.parse(job.data);
