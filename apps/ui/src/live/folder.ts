import { applyEvent, type Execution, type ExecutionEvent } from '@gennaker/pipeline-dsl';

/** What came of folding a batch: the new picture, and whether events are missing between it and the batch. */
export interface Folded {
  readonly picture: Execution;
  readonly gap: boolean;
}

/** Folds events in order. Known ones are passed over; at the first gap folding stops, for the picture must be fetched. */
export function foldBatch(picture: Execution, events: readonly ExecutionEvent[]): Folded {
  let current = picture;
  for (const event of [...events].sort((a, b) => a.sequence - b.sequence)) {
    if (event.sequence > current.sequence + 1) return { picture: current, gap: true };
    current = applyEvent(current, event);
  }
  return { picture: current, gap: false };
}

/** Collects events and hands them on together, at most ten times a second. */
export function createQueue<Item>(
  flush: (items: readonly Item[]) => void,
  timers: { setTimeout(run: () => void, ms: number): unknown } = { setTimeout: (run, ms) => setTimeout(run, ms) },
): (item: Item) => void {
  let waiting: Item[] = [];
  let armed = false;
  return (item) => {
    waiting.push(item);
    if (armed) return;
    armed = true;
    timers.setTimeout(() => {
      armed = false;
      const items = waiting;
      waiting = [];
      flush(items);
    }, 100);
  };
}
