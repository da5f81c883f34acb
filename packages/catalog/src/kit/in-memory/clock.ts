/** Time that stands still until it is moved. Things planned for a moment happen when it is passed. */
export class VirtualClock {
  private time: number;
  private planned: Array<{ readonly at: number; readonly act: () => void }> = [];

  constructor(start = 1_700_000_000_000) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  /** Does something `afterMs` from now. */
  in(afterMs: number, act: () => void): void {
    this.planned.push({ at: this.time + afterMs, act });
  }

  /** Ms until the next planned thing; null when nothing is planned. */
  untilNext(): number | null {
    if (this.planned.length === 0) return null;
    return Math.max(0, Math.min(...this.planned.map(({ at }) => at)) - this.time);
  }

  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = this.planned.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.planned = this.planned.filter((other) => other !== due);
      this.time = Math.max(this.time, due.at);
      due.act();
    }
    this.time = end;
  }
}
