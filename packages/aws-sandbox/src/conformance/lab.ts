/** A command class of an SDK package, as `sent` keeps them. */
export type CommandClass = new (...args: never[]) => unknown;

/** One line of the table: an operation, and how it went. */
export interface Row {
  service: string;
  operation: string;
  calls: number;
  /** Null: every call was answered as expected. */
  problem: string | null;
}

interface Client {
  config: { serviceId?: string };
  send(command: never): Promise<unknown>;
}

interface CommandOf<O> {
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: O }>;
}

const pollSeconds = 5;

/** Sends commands through SDK clients as they come, notes how each operation went, and remembers what to clean up. */
export class Lab {
  readonly #rows = new Map<string, Row>();
  readonly #cleanups: Array<{ what: string; act: () => Promise<unknown> }> = [];
  readonly #pause: (seconds: number) => Promise<void>;
  readonly #say: (line: string) => void;
  /** Commands that were sent and answered as expected at least once. */
  readonly sent = new Set<CommandClass>();
  /** What went wrong beside single operations: a chapter that ended early, a thing left behind. */
  readonly problems: string[] = [];

  constructor(options: { pause: (seconds: number) => Promise<void>; say: (line: string) => void }) {
    this.#pause = options.pause;
    this.#say = options.say;
  }

  get rows(): Row[] {
    return [...this.#rows.values()].sort(
      (a, b) => a.service.localeCompare(b.service) || a.operation.localeCompare(b.operation),
    );
  }

  /** Sends a command that must succeed. */
  async send<O>(client: Client, command: CommandOf<O>): Promise<O> {
    const row = this.#rowOf(client, command);
    try {
      const output = (await client.send(command as never)) as O;
      this.sent.add(command.constructor as CommandClass);
      return output;
    } catch (error) {
      row.problem = messageOf(error);
      throw error;
    }
  }

  /** Sends a command that must be refused with an error of this name. */
  async refused(client: Client, command: CommandOf<unknown>, name: string): Promise<void> {
    const row = this.#rowOf(client, command);
    try {
      await client.send(command as never);
      row.problem = `should have been refused with ${name}`;
    } catch (error) {
      if (error instanceof Error && error.name === name) return;
      row.problem = `should have been refused with ${name}, but: ${messageOf(error)}`;
    }
  }

  /** Asks again and again until the answer is yes; throws when it is not within the limit. */
  async until(what: string, limitSeconds: number, ask: () => Promise<boolean>): Promise<void> {
    for (let waited = 0; waited <= limitSeconds; waited += pollSeconds) {
      if (await ask()) return;
      await this.#pause(pollSeconds);
    }
    throw new Error(`After ${limitSeconds} seconds there is still no ${what}`);
  }

  pause(seconds: number): Promise<void> {
    return this.#pause(seconds);
  }

  /** Remembers how to take away what was made; the last made goes first. */
  later(what: string, act: () => Promise<unknown>): void {
    this.#cleanups.push({ what, act });
  }

  /** Does a part of the suite; a failure ends this part only. */
  async chapter(name: string, act: () => Promise<void>): Promise<void> {
    this.#say(name);
    try {
      await act();
    } catch (error) {
      this.problems.push(`${name} ended early: ${messageOf(error)}`);
    }
  }

  /** Takes away everything that was made, trying again while other things still use it. */
  async cleanUp(): Promise<void> {
    for (let next = this.#cleanups.pop(); next !== undefined; next = this.#cleanups.pop()) {
      const { what, act } = next;
      let problem: unknown;
      for (let attempt = 0; attempt < 40; attempt += 1) {
        try {
          await act();
          problem = undefined;
          break;
        } catch (error) {
          problem = error;
          await this.#pause(10);
        }
      }
      if (problem !== undefined) this.problems.push(`${what} is left behind: ${messageOf(problem)}`);
    }
  }

  #rowOf(client: Client, command: object): Row {
    const service = client.config.serviceId ?? '';
    const operation = command.constructor.name.replace(/Command$/, '');
    const key = `${service}/${operation}`;
    const row = this.#rows.get(key) ?? { service, operation, calls: 0, problem: null };
    row.calls += 1;
    this.#rows.set(key, row);
    return row;
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** The table of operations, ready to print. */
export function tableOf(rows: Row[]): string {
  const width = Math.max(...rows.map((row) => row.service.length + row.operation.length + 1), 0);
  return rows
    .map((row) => {
      const name = `${row.service} ${row.operation}`.padEnd(width);
      return `${name}  ${row.problem === null ? 'ok' : `FAILED  ${row.problem}`}`;
    })
    .join('\n');
}
