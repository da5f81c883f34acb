/** How something was from a moment on, until the next point. */
export interface Point<T> {
  from: number;
  value: T;
}

/** How something was over time, oldest first. Plain JSON. */
export type Timeline<T> = Array<Point<T>>;

export interface Span<T> {
  from: number;
  to: number;
  value: T;
}

const maxPoints = 5000;

/** What is kept under a key, made when it is not there. */
export function kept<T>(record: Record<string, T>, key: string, make: () => T): T {
  record[key] ??= make();
  return record[key];
}

/** Notes how something is now; nothing happens when that is how it was. */
export function notePoint<T>(timeline: Timeline<T>, value: T, now: number): void {
  const last = timeline.at(-1);
  if (last !== undefined && JSON.stringify(last.value) === JSON.stringify(value)) return;
  if (last?.from === now) timeline.pop();
  timeline.push({ from: now, value });
  if (timeline.length > maxPoints) timeline.shift();
}

/** The index of the point in force at `time`, -1 before the first. */
function indexAt<T>(timeline: Timeline<T>, time: number): number {
  let low = 0;
  let high = timeline.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timeline[middle]?.from ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** How something was at `time`; undefined before it was first noted. */
export function valueAt<T>(timeline: Timeline<T> | undefined, time: number): T | undefined {
  return timeline === undefined ? undefined : timeline[indexAt(timeline, time)]?.value;
}

/** The pieces of [from, to) over which something stayed the same; time before the first point is left out. */
export function spansOf<T>(timeline: Timeline<T> | undefined, from: number, to: number): Array<Span<T>> {
  if (timeline === undefined) return [];
  const spans: Array<Span<T>> = [];
  for (let index = Math.max(0, indexAt(timeline, from)); index < timeline.length; index += 1) {
    const point = timeline[index]!;
    if (point.from >= to) break;
    const end = Math.min(to, timeline[index + 1]?.from ?? to);
    const start = Math.max(from, point.from);
    if (start < end) spans.push({ from: start, to: end, value: point.value });
  }
  return spans;
}

/** The moments inside (from, to) at which something changed. */
export function changesOf(timeline: Timeline<unknown> | undefined, from: number, to: number): number[] {
  return spansOf(timeline, from, to)
    .map((span) => span.from)
    .filter((time) => time > from);
}
