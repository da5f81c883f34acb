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
    const last = this.#entries.at(-1);
    if (last?.revision === revision && last.at === at) return;
    this.#entries.push({ at, revision, regions: structuredClone(regions) });
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
