import type { Execution } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { Harness } from '../testing/harness.ts';
import { copyOf } from './copies.ts';

const stages = [
  { refId: 'A', name: 'A', type: 'judge', settings: { deep: ['one'] } },
  { refId: 'B', name: 'B', type: 'work', requisiteStageRefIds: ['A'] },
];

async function started() {
  const world = new Harness();
  const id = await world.start(stages);
  await world.settleNow();
  return { world, id, store: world.store };
}

/** Tries to change everything that can be reached; answers how much refused. */
function deface(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce((sum: number, item) => sum + deface(item), 0);
  try {
    Object.assign(value, { defaced: true });
    return inner;
  } catch {
    return inner + 1;
  }
}

describe('what the store in memory gives out', () => {
  it('cannot be changed where it is read', async () => {
    const { id, store } = await started();
    const before = JSON.stringify(await store.read(id));
    expect(deface(await store.read(id))).toBeGreaterThan(10);
    expect(JSON.stringify(await store.read(id))).toBe(before);
  });

  it('is a copy where it is claimed, changed as one likes', async () => {
    const { id, store } = await started();
    const before = JSON.stringify(await store.read(id));
    const claimed = await store.claim(id, 'another');
    expect(deface(claimed)).toBe(0);
    expect(JSON.stringify(await store.read(id))).toBe(before);
  });

  it('does not follow what a worker does to a commit afterwards', async () => {
    const { id, store, world } = await started();
    const claimed = (await store.claim(id, 'another'))!;
    const [stage] = claimed.execution.stages;
    const context = { ...stage!.context, list: [1] };
    Object.assign(stage!, { context });
    const data = { contextPatch: { list: context.list } };
    await store.commit({
      lease: claimed.lease,
      sequence: claimed.execution.sequence,
      at: world.clock.now(),
      events: [{ type: 'stage.updated', stageId: stage!.id, data }],
      execution: claimed.execution,
      stages: new Map([
        [stage!.id, { stage: stage!, was: 'RUNNING', context: true, outputs: false, tasks: new Set<string>() }],
      ]),
      memories: new Map(),
      attempts: [],
      ledger: [],
      consumedSignals: [],
      dues: [],
      release: null,
    });
    context.list.push(2);
    stage!.tasks.length = 0;
    const read = (await store.read(id))!;
    expect(read.stages[0]).toMatchObject({ context: { list: [1] }, tasks: [{ status: 'RUNNING' }] });
    expect((await world.under.events(id)).at(-1)).toMatchObject({ data: { contextPatch: { list: [1] } } });
  });

  it('shares with an earlier picture what has not changed', async () => {
    const { id, world } = await started();
    const earlier: Execution = await world.read(id);
    await world.engine.patchStage(id, earlier.stages[0]!.id, { note: 'x' }, { user: 'ana', roles: [] });
    await world.settleNow();
    const later = await world.read(id);
    expect(later.stages[0]).not.toBe(earlier.stages[0]);
    expect(later.stages[1]).toBe(earlier.stages[1]);
    expect(later.initialConfig).toBe(earlier.initialConfig);
    expect(earlier.stages[0]!.context).not.toHaveProperty('note');
  });
});

describe('taking up again what was given back', () => {
  it('needs no picture while nobody else has held it, and is refused afterwards', async () => {
    const { id, store } = await started();
    const { lease } = (await store.claim(id, 'one'))!;
    expect(await store.claimAgain!(lease, 'one')).toBeNull();
    await store.retire('one');
    const again = (await store.claimAgain!(lease, 'one'))!;
    expect(again.lease.fence).toBe(lease.fence + 1);
    await store.retire('one');
    await store.claim(id, 'two');
    await store.retire('two');
    expect(await store.claimAgain!(again.lease, 'one')).toBeNull();
  });
});

describe('copyOf', () => {
  it('copies plain data and dates, and refuses functions', () => {
    const value = { a: [{ b: 1 }], c: new Date(0), d: undefined, e: null };
    expect(copyOf(value)).toEqual(value);
    expect(copyOf(value).a[0]).not.toBe(value.a[0]);
    expect(() => copyOf({ f: () => 1 })).toThrow();
    const odd = JSON.parse('{"__proto__": {"x": 1}}');
    expect(JSON.stringify(copyOf(odd))).toBe('{"__proto__":{"x":1}}');
  });
});
