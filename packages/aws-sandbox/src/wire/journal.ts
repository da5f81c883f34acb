/** What is remembered of one call. */
export interface CallRecord {
  sequence: number;
  time: string;
  account: string | null;
  region: string;
  service: string;
  action: string;
  parameters: unknown;
  attempt: number;
  invocationId: string | null;
  /** `ok`, the wire code of the refusal, or what a fault did to the answer. */
  outcome: string;
  /** True when the call's effect took place, even if its answer was lost. */
  applied: boolean;
  mutating: boolean;
}

const maxRecords = 20_000;
const maxText = 1000;

/** The last 20,000 calls. */
export class Journal {
  #records: CallRecord[] = [];
  #start = 0;
  #sequence = 0;

  add(record: Omit<CallRecord, 'sequence'>): void {
    this.#sequence += 1;
    const kept = { sequence: this.#sequence, ...record, parameters: shorten(record.parameters) };
    if (this.#records.length < maxRecords) {
      this.#records.push(kept);
      return;
    }
    this.#records[this.#start] = kept;
    this.#start = (this.#start + 1) % maxRecords;
  }

  /** Calls with a sequence number above `since`, oldest first. */
  list(since = 0): CallRecord[] {
    const ordered = [...this.#records.slice(this.#start), ...this.#records.slice(0, this.#start)];
    return since === 0 ? ordered : ordered.filter((record) => record.sequence > since);
  }

  clear(): void {
    this.#records = [];
    this.#start = 0;
  }
}

function shorten(value: unknown): unknown {
  if (typeof value === 'string') return value.length > maxText ? `${value.slice(0, maxText)}…` : value;
  if (Array.isArray(value)) return value.map(shorten);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shorten(each)]));
}
