import type { CloudClock, CloudLogger } from './clock.ts';
import type { CallOptions, Calls, CommandRow } from './commands.ts';
import { failureOf, MEANINGS, meaningOf } from './errors.ts';
import type { RoleSession } from './identity/session.ts';
import type { Limiter } from './throttle.ts';

/** Tries of one call, the first included. */
const MOST_TRIES = { read: 5, write: 3 } as const;
const LONGEST_PAUSE_MS = 20_000;

/** How often an operation was sent since the process started, repeats included. */
export interface CallCount {
  readonly service: string;
  readonly operation: string;
  readonly calls: number;
  readonly throttled: number;
  /** Ended in a failure after all tries. */
  readonly failed: number;
}

/** Adds up calls over accounts and regions. */
export class CallCounters {
  readonly #rows = new Map<string, { -readonly [K in keyof CallCount]: CallCount[K] }>();

  add(service: string, operation: string, what: 'calls' | 'throttled' | 'failed'): void {
    const key = `${service}.${operation}`;
    const row = this.#rows.get(key) ?? { service, operation, calls: 0, throttled: 0, failed: 0 };
    row[what] += 1;
    this.#rows.set(key, row);
  }

  list(): readonly CallCount[] {
    return [...this.#rows.values()].map((row) => ({ ...row }));
  }
}

/** Stands around every try of a call: may count it, hold it back, or keep its answer. */
export type AroundCall = (
  call: {
    readonly service: string;
    readonly operation: string;
    readonly kind: CommandRow['kind'];
    readonly input: unknown;
  },
  send: () => Promise<unknown>,
) => Promise<unknown>;

/** The part of an SDK client we use. */
export interface Sender {
  send(command: unknown, options: { readonly abortSignal?: AbortSignal }): Promise<unknown>;
}

export interface CallSetting {
  readonly service: string;
  readonly account: string;
  readonly region: string;
  readonly clock: CloudClock;
  readonly logger: CloudLogger;
  readonly counters: CallCounters;
  readonly limiter: Limiter;
  readonly client: () => Sender;
  /** Null when no role is assumed. */
  readonly session: Pick<RoleSession, 'mark' | 'drop'> | null;
  /** 0 … 1, spreads pauses. */
  readonly random: () => number;
  readonly around?: AroundCall | undefined;
}

const NAMED_BY: ReadonlyArray<readonly [string, string]> = [
  ['AutoScalingGroupName', 'server group'],
  ['AutoScalingGroupNames', 'server group'],
  ['LaunchTemplateName', 'launch template'],
  ['LaunchTemplateId', 'launch template'],
  ['LaunchTemplateNames', 'launch template'],
  ['TargetGroupArn', 'target group'],
  ['TargetGroupArns', 'target group'],
  ['Names', 'target group'],
  ['ImageIds', 'image'],
  ['InstanceId', 'instance'],
  ['InstanceIds', 'instance'],
  ['GroupIds', 'security group'],
  ['SubnetIds', 'subnet'],
  ['KeyNames', 'key pair'],
  ['InstanceTypes', 'instance type'],
  ['InstanceProfileName', 'instance profile'],
];

/** What a call is about, read off its input. */
export function resourceOf(input: unknown): string {
  const fields = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  for (const [field, noun] of NAMED_BY) {
    const value = fields[field];
    const names = (Array.isArray(value) ? value : [value]).filter((name) => typeof name === 'string');
    if (names.length > 0) return `${noun} ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`;
  }
  return 'resources';
}

const pauseMs = (attempt: number, throttled: boolean, random: () => number): number =>
  Math.min(LONGEST_PAUSE_MS, (throttled ? 500 : 100) * 2 ** attempt) * (0.5 + random() / 2);

interface Turn {
  /** Called whenever the call waits for its turn, and right before it is sent. */
  readonly waits: (waiting: boolean) => void;
}

async function sendRow(
  setting: CallSetting,
  operation: string,
  row: CommandRow,
  input: unknown,
  how: CallOptions,
  turn: Turn,
) {
  const { clock, counters, limiter, logger, service } = setting;
  const Command = row.command as new (input: unknown) => unknown;
  const send = () => setting.client().send(new Command(input), { abortSignal: how.abort });
  let renewed = false;
  for (let attempt = 1; ; attempt++) {
    await limiter.take(row.kind === 'write' ? 'change' : 'poll', how.abort);
    turn.waits(false);
    counters.add(service, operation, 'calls');
    const mark = setting.session?.mark() ?? 0;
    try {
      return await (setting.around ? setting.around({ service, operation, kind: row.kind, input }, send) : send());
    } catch (error) {
      how.abort?.throwIfAborted();
      turn.waits(true);
      const meaning = meaningOf(error);
      if (meaning === 'aws.throttled') {
        limiter.throttled();
        counters.add(service, operation, 'throttled');
      }
      if (meaning === 'aws.session-ended' && !renewed) {
        renewed = true;
        setting.session?.drop(mark);
        continue;
      }
      const again = MEANINGS[meaning].retry && meaning !== 'aws.busy' && meaning !== 'aws.session-ended';
      const place = { service, operation, account: setting.account, region: setting.region };
      if (!again || attempt >= (how.once ? 1 : MOST_TRIES[row.kind])) {
        counters.add(service, operation, 'failed');
        const resource = how.resource ?? resourceOf(input);
        throw failureOf(error, { ...place, doing: row.doing, resource, attempts: attempt });
      }
      const ms = Math.round(pauseMs(attempt, meaning === 'aws.throttled', setting.random));
      logger.debug('AWS call is repeated', { ...place, meaning, attempt, pauseMs: ms });
      await clock.wait(ms, how.abort);
    }
  }
}

/**
 * Lets one who asks the same as a call that was not sent yet share its answer: the answer is younger than both questions.
 * Under pressure that is often.
 */
function shared() {
  const waiting = new Map<string, Promise<unknown>>();
  return (key: string, call: (turn: Turn) => Promise<unknown>): Promise<unknown> => {
    const known = waiting.get(key);
    if (known) return known;
    let own: Promise<unknown> | null = null;
    const waits = (isWaiting: boolean) => {
      if (isWaiting && own && !waiting.has(key)) waiting.set(key, own);
      else if (!isWaiting && waiting.get(key) === own) waiting.delete(key);
    };
    own = call({ waits }).finally(() => waits(false));
    waiting.set(key, own);
    return own;
  };
}

/**
 * The narrow client of a service. Repeats what is worth repeating (the SDK itself is told to try once, so that every
 * try passes the limiter and every throttle slows it), renews an ended session once, and throws `FailureError` with
 * a code of the table in errors.ts. An aborted call throws the abort's reason.
 */
export function callsOf<Rows extends Record<string, CommandRow>>(rows: Rows, setting: CallSetting): Calls<Rows> {
  const share = shared();
  const entries = Object.entries(rows).map(([operation, row]) => [
    operation,
    (input: unknown, how: CallOptions = {}) => {
      const send = (turn: Turn) => sendRow(setting, operation, row, input, how, turn);
      const isOwn = row.kind === 'write' || how.abort !== undefined || how.once === true;
      return isOwn ? send({ waits: () => undefined }) : share(`${operation} ${JSON.stringify(input)}`, send);
    },
  ]);
  return Object.fromEntries(entries) as Calls<Rows>;
}
