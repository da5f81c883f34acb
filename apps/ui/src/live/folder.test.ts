import type { ExecutionEvent } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { FakeWorld, type StoredPipeline } from '../../dev/fake-world.ts';
import { foldBatch } from './folder.ts';

const START = Date.UTC(2026, 0, 1);

function playedRun() {
  const world = new FakeWorld(START);
  const run = world.create(world.pipelines[1] as StoredPipeline, { type: 'manual', parameters: {} }, START);
  const begin = structuredClone(run.picture);
  run.start();
  run.advanceToEnd();
  return { begin, events: run.events, end: run.picture };
}

describe('folding events', () => {
  it('gives the same picture as the server has, whatever the batches', () => {
    const { begin, events, end } = playedRun();
    for (const size of [1, 3, events.length]) {
      let picture = begin;
      for (let i = 0; i < events.length; i += size) picture = foldBatch(picture, events.slice(i, i + size)).picture;
      expect(picture).toEqual(end);
    }
  });

  it('does nothing twice when events are replayed, and leaves the old picture untouched', () => {
    const { begin, events, end } = playedRun();
    const copy = structuredClone(begin);
    const once = foldBatch(begin, events).picture;
    expect(begin).toEqual(copy);
    expect(foldBatch(once, events).picture).toBe(once);
    expect(once).toEqual(end);
  });

  it('stops at a gap, so that the picture is fetched anew', () => {
    const { begin, events } = playedRun();
    const [first, , third] = events as [ExecutionEvent, ExecutionEvent, ExecutionEvent];
    const folded = foldBatch(begin, [third, first]);
    expect(folded.gap).toBe(true);
    expect(folded.picture.sequence).toBe(1);
  });
});
