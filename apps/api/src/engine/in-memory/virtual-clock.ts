import type { Clock } from '../ports.ts';

/** Time that moves only when told. Starts at 2026-01-01T00:00:00Z. */
export class VirtualClock implements Clock {
  private ms: number;

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.ms = start;
  }

  now(): number {
    return this.ms;
  }

  advanceTo(ms: number): void {
    this.ms = Math.max(this.ms, ms);
  }

  advance(ms: number): void {
    this.ms += ms;
  }
}
