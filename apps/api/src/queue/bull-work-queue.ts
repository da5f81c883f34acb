import type { Queue } from 'bullmq';
import { type Message, messageSchema } from '../engine/messages.ts';
import type { Due, WorkQueue } from '../engine/ports.ts';

/** Jobs are echoes of rows: none is kept, neither when done nor when failed. */
const FORGET = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

/** Wake-ups further off than this stay rows until the sweep finds them near: thousands of parked runs cost no queue. */
const HORIZON_MS = 30_000;

/**
 * Of many wake-ups due at once only so many become jobs; one more job, at most one in so many ms, tells a worker to find
 * the others in the rows. A job costs several times what its row does.
 */
const JOBS_AT_ONCE = 4;
const LOOK_EVERY_MS = 25;

/** Wake-ups as BullMQ jobs. The job's id is the wake-up's key and time, so that doubling one is harmless. */
export class BullWorkQueue implements WorkQueue {
  private readonly queue: Queue;
  private readonly now: () => number;
  private readonly problem: (error: Error) => void;
  private gathering: Due[] = [];

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

  private async send(): Promise<void> {
    const dues = this.gathering;
    this.gathering = [];
    const now = this.now();
    const later = dues.filter((due) => due.at > now);
    const atOnce = dues.filter((due) => due.at <= now);
    const told = [...atOnce.slice(0, JOBS_AT_ONCE), ...later];
    const jobs = told.map((due) => ({
      name: due.message.type as string,
      data: due.message,
      opts: { ...FORGET, jobId: `${due.key}@${due.at}`, delay: Math.max(0, due.at - now) },
    }));
    if (atOnce.length > JOBS_AT_ONCE) jobs.push(lookJob(now));
    try {
      if (jobs.length === 1) await this.queue.add(jobs[0]!.name, jobs[0]!.data, jobs[0]!.opts);
      else await this.queue.addBulk(jobs);
    } catch (error) {
      this.problem(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** One look for all bursts of its slice of time. */
function lookJob(now: number) {
  const at = (Math.floor(now / LOOK_EVERY_MS) + 1) * LOOK_EVERY_MS;
  const data: Message = { type: 'LookForWork' };
  return { name: data.type as string, data, opts: { ...FORGET, jobId: `look@${at}`, delay: at - now } };
}

/** The message of a job; a job of another shape (an older release's, say) is refused by the schema. */
export const messageOf = (job: { data: unknown }): Message => messageSchema.parse(job.data);
