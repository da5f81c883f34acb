import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { Leases } from '@gennaker/catalog/kit';
import { type AroundCall, resourceOf } from '../../cloud/aws/calls.ts';
import type { Claimed, Commit, ExecutionStore } from '../../engine/index.ts';
import type { IdleClock } from './idle-clock.ts';

/** Calls of the store, and of the leases that stages take, that write. */
const WRITES: ReadonlySet<string | symbol> = new Set([
  ...['create', 'claim', 'commit', 'commitStart', 'admitNext', 'takeLocks', 'freeLocks', 'signal', 'removeDue'],
  ...['take', 'note', 'handOver', 'release'],
]);

const never = (): Promise<never> => new Promise(() => undefined);

/** Ends the process by SIGKILL as soon as each story that it works on stands at a boundary, or has ended. */
export class Doom {
  private moving: number;
  private standing = 0;

  constructor(stories: number) {
    this.moving = stories;
  }

  /** A story stands at a boundary for good. */
  stands(): void {
    this.moving -= 1;
    this.standing += 1;
    this.strike();
  }

  /** A story has ended. */
  ended(): void {
    this.moving -= 1;
    this.strike();
  }

  private strike(): void {
    if (this.moving === 0 && this.standing > 0) process.kill(process.pid, 'SIGKILL');
  }
}

/** Says what became of a story, so that it is heard even when the process dies at once. */
export const tell = (story: number, line: string): void => void writeSync(1, `${story} ${line}\n`);

/**
 * A worker's hands in one story: all that writes goes through them. They stop for good, each call left as it is, at the
 * first boundary that nobody has died at yet: before a write leaves the process, or after its answer has come, before
 * that is used.
 *
 * A boundary is named by what is written, and by the newest event of the execution: whoever does again what a dead worker
 * did comes to the same one.
 */
export class Mortal {
  private readonly story: number;
  /** Boundaries at which others died before it; null: it never dies, and tells each one it passes. */
  private readonly passed: ReadonlySet<string> | null;
  private readonly clock: IdleClock;
  private readonly doom: Doom;
  private stands = false;
  /** The execution that was worked on last, and its newest event. */
  private at = '';

  constructor(story: number, passed: readonly string[] | null, clock: IdleClock, doom: Doom) {
    this.story = story;
    this.passed = passed && new Set(passed);
    this.clock = clock;
    this.doom = doom;
  }

  around: AroundCall = ({ operation, kind, input }, send) =>
    this.clock.during(() =>
      kind === 'write' ? this.step(`${operation} of ${resourceOf(input)}, ${digest(input)}`, send) : this.living(send),
    );

  leases(leases: Leases): Leases {
    return this.guard(leases, (name, [key]) => `${name} of lease ${key}`);
  }

  /** What only reads, and is under way all the same until it has its answer. */
  reads<Port extends object>(port: Port): Port {
    return this.guard(port, (name) => name);
  }

  store(store: ExecutionStore): ExecutionStore {
    return this.guard(store, (name, [first]) => {
      if (name === 'commit' || name === 'commitStart') return this.describe(first as Commit);
      return typeof first === 'string' ? `${name} of ${first}` : name;
    });
  }

  private guard<Target extends object>(target: Target, describe: (name: string, args: unknown[]) => string): Target {
    return new Proxy(target, {
      get: (_target, name) => {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
        if (!WRITES.has(name)) return (...args: unknown[]) => this.clock.during(() => this.living(() => call(...args)));
        return (...args: unknown[]) =>
          this.clock.during(async () => {
            const answer = await this.step(describe(String(name), args), () => call(...args));
            this.follow(String(name), args[0], answer);
            return answer;
          });
      },
    });
  }

  private follow(name: string, argument: unknown, answer: unknown): void {
    if (name === 'claim' && answer) {
      const { id, sequence } = (answer as Claimed).execution;
      this.at = `${id} ${sequence}`;
    }
    if (name !== 'commit' && name !== 'commitStart') return;
    const { lease, sequence, events } = argument as Commit;
    this.at = `${lease.executionId} ${sequence + events.length}`;
  }

  private describe({ lease, events, memories, ledger, release, execution, sequence }: Commit): string {
    this.at = `${lease.executionId} ${sequence}`;
    const words = events.map((event) => {
      const stage = 'stageId' in event ? execution.stages.find(({ id }) => id === event.stageId) : undefined;
      return stage ? `${event.type} ${stage.name}` : event.type;
    });
    const facts = [...memories.values()].flatMap((memory) => Object.keys(memory)).sort();
    const rows = ledger.map(({ kind, name, action, state }) => `${state} ${action} ${kind} ${name}`);
    return `commit of ${[...words, ...facts, ...rows].join(', ') || 'nothing'}${release ? ', given back' : ''}`;
  }

  private async step(what: string, act: () => Promise<unknown>): Promise<unknown> {
    const where = `${what} | ${this.at}`;
    // Nothing is in hand yet before a claim: that is the end of whatever came before it.
    if (!what.startsWith('claim ')) await this.pass(`before ${where}`);
    const answer = await this.living(act);
    await this.pass(`after ${where}`);
    return answer;
  }

  private async living<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    if (this.stands) return never();
    const answer = await act();
    return this.stands ? never() : answer;
  }

  private async pass(boundary: string): Promise<void> {
    if (this.stands) return never();
    if (this.passed?.has(boundary)) return;
    tell(this.story, boundary);
    if (!this.passed) return;
    this.stands = true;
    this.doom.stands();
    return never();
  }
}

/** Tells inputs apart; moments in them do not count, as the next worker comes later. */
const digest = (input: unknown): string =>
  createHash('sha256')
    .update((JSON.stringify(input) ?? '').replace(/\b\d{13}\b|\d{4}-\d\d-\d\dT[\d:.]+Z/g, ''))
    .digest('hex')
    .slice(0, 8);
