import type { Ids } from '../ports.ts';

/** Ids that count up and sort by creation. */
export class CountingIds implements Ids {
  private count = 0;
  private readonly prefix: string;

  constructor(prefix = '') {
    this.prefix = prefix;
  }

  next(): string {
    this.count += 1;
    return `${this.prefix}${String(this.count).padStart(8, '0')}`;
  }
}
