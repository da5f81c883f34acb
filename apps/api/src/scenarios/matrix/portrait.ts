import type { Sandbox } from '@gennaker/aws-sandbox';
import type { MemoryStore } from '../../engine/in-memory/index.ts';
import type { MemoryLeases } from './memory-ports.ts';

interface Sitters {
  readonly now: number;
  readonly store: MemoryStore;
  readonly leases: MemoryLeases;
  readonly state: ReturnType<Sandbox['state']>;
}

interface Drawing {
  /** Everything but the times in it; ids are numbered as they come. */
  readonly features: string;
  /** The times in it, ms from the moment itself, in the order of `features`. */
  readonly times: readonly number[];
}

const EARLIEST = Date.UTC(2020, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);
/** A time in words, or an id or key that somebody made up: of a row, of an operation, of a thing in AWS. */
const MADE_UP =
  /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)|\b(?:01MATRX\d{19}|[0-9a-f]{17,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g;
const SHORTEST_MADE_UP = 17;
/** What counts writes and claims, what names the worker, and what repeats the rest. */
const LEFT_OUT: ReadonlySet<string> = new Set(['sequence', 'fence', 'leaseOwner', 'picture', 'fresh']);

/** Draws plain data, the ids in it numbered as in `names`. */
function draw(sitter: unknown, now: number, names: Map<string, string>): Drawing {
  const times: number[] = [];
  const nameOf = (madeUp: string): string => {
    const known = names.get(madeUp) ?? `#${names.size}`;
    names.set(madeUp, known);
    return known;
  };
  const drawText = (text: string): string =>
    text.length < SHORTEST_MADE_UP
      ? text
      : text.replace(MADE_UP, (word: string, time?: string) => {
          if (time === undefined) return nameOf(word);
          times.push(Date.parse(time) - now);
          return '@';
        });
  const drawAny = (value: unknown): string => {
    if (typeof value === 'number' && value > EARLIEST && value < LATEST) {
      times.push(value - now);
      return '@';
    }
    if (typeof value === 'string') return drawText(value);
    if (typeof value === 'function') return '';
    if (typeof value !== 'object' || value === null) return String(value);
    if (value instanceof Map || value instanceof Set || Array.isArray(value))
      return `[${[...value].map(drawAny).join()}]`;
    let text = '{';
    for (const [key, item] of Object.entries(value))
      if (!LEFT_OUT.has(key)) text += `${drawText(key)}:${drawAny(item)},`;
    return `${text}}`;
  };
  return { features: drawAny(sitter), times };
}

/** All that outlives a worker at one moment, in a form that can be compared. */
export class Portrait {
  private readonly sitters: Sitters;
  private readonly names = new Map<string, string>();
  private drawnRows: Drawing | null = null;
  private drawnAws: Drawing | null = null;

  /** The sitters must hold still for as long as the portrait is compared. */
  constructor(sitters: Sitters) {
    this.sitters = sitters;
  }

  /** Whether both show the same, whatever the times in it. */
  shows(other: Portrait): boolean {
    return this.rows.features === other.rows.features && this.aws.features === other.aws.features;
  }

  /** Whether both show the same, with no time further apart than so many ms. */
  isLike(other: Portrait, ms: number): boolean {
    const near = (one: Drawing, two: Drawing) => one.times.every((time, at) => Math.abs(time - two.times[at]!) <= ms);
    return this.shows(other) && near(this.rows, other.rows) && near(this.aws, other.aws);
  }

  /** Rows, locks and leases. */
  private get rows(): Drawing {
    const { now, store, leases } = this.sitters;
    const { executions, dues, ledger, locks } = store;
    this.drawnRows ??= draw([executions, dues, ledger, locks.held, locks.line, leases], now, this.names);
    return this.drawnRows;
  }

  /** AWS, but for which requests were answered so far: nothing follows from that. */
  private get aws(): Drawing {
    void this.rows;
    const { now, state } = this.sitters;
    this.drawnAws ??= draw([state.regions, state.buckets], now, this.names);
    return this.drawnAws;
  }
}
