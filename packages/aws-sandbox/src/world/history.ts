import { copyOf as copyState } from './copy.ts';
import type { RegionStore } from './state.ts';

interface Entry {
  at: number;
  revision: number;
  regions: Record<string, RegionStore>;
}

const maxEntries = 400;

/** Copies of the state at each change, kept only while a fault wants reads from the past. */
export class History {
  #entries: Entry[] = [];
  #keeping = false;

  /** Starts or stops keeping copies. */
  keep(wanted: boolean): void {
    this.#keeping = wanted;
    if (!wanted) this.#entries = [];
  }

  clear(): void {
    this.#entries = [];
  }

  record(regions: Record<string, RegionStore>, at: number, revision: number): void {
    if (!this.#keeping) return;
    if (this.#entries.at(-1)?.revision === revision) return;
    const copies = Object.entries(regions).map(([key, store]) => [key, copyOf(store)]);
    this.#entries.push({ at, revision, regions: Object.fromEntries(copies) });
    if (this.#entries.length > maxEntries) this.#entries.shift();
  }

  /** The region as it was at `time`, or at the oldest time known; undefined when nothing was kept. */
  at(key: string, time: number): RegionStore | undefined {
    let found = this.#entries[0];
    for (const entry of this.#entries) {
      if (entry.at > time) break;
      found = entry;
    }
    return found?.regions[key];
  }
}

/** A copy of what reads can lag behind in; what is measured and remembered is large, and shared. */
function copyOf(store: RegionStore): RegionStore {
  const { metrics, eventMemory, ...rest } = store;
  return { ...copyState(rest), metrics, eventMemory };
}
