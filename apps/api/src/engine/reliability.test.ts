import { executeStage, succeeded } from '@gennaker/catalog/kit';
import { defineStage } from '@gennaker/pipeline-dsl';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { MemoryStore } from './in-memory/memory-store.ts';
import { createRegistry } from './registry.ts';
import { crashingStore, Died } from './testing/crashing-store.ts';
import { Harness } from './testing/harness.ts';
import { hooked } from './testing/toy-stages.ts';

const stages = [
  { refId: 'A', type: 'parent', name: 'A', requisiteStageRefIds: [], before: [{}], after: [{}, {}] },
  { refId: 'B', type: 'twoSteps', name: 'B', requisiteStageRefIds: ['A'] },
  { refId: 'C', type: 'holding', name: 'C', requisiteStageRefIds: ['A'], locks: ['web'] },
  { refId: 'D', type: 'work', name: 'D', requisiteStageRefIds: ['B', 'C'] },
];
const ended = { A: 'SUCCEEDED', B: 'SUCCEEDED', C: 'SUCCEEDED', D: 'SUCCEEDED', execution: 'SUCCEEDED' };

/** Runs the pipeline with a worker that dies at one store call, and then with one that does not. */
async function crashedAt(at: number, side: 'before' | 'after') {
  const world = new Harness();
  const crashing = crashingStore(world.store, { at, side });
  const id = await world.start(stages);
  const first = world.worker('doomed', { store: crashing.store });
  try {
    await world.settle(Number.MAX_SAFE_INTEGER, first);
  } catch (error) {
    if (!(error instanceof Died)) throw error;
  }
  await world.settle();
  return { world, id, calls: crashing.calls() };
}

describe('a worker that dies', () => {
  it('at any call to the store, before or after its effect, changes nothing in the end', async () => {
    const { calls } = await crashedAt(Number.MAX_SAFE_INTEGER, 'before');
    expect(calls).toBeGreaterThan(8);
    for (let at = 1; at <= calls; at += 1) {
      for (const side of ['before', 'after'] as const) {
        const { world, id } = await crashedAt(at, side);
        expect(await world.statuses(id), `died ${side} call ${at}`).toEqual(ended);
        const { ledger } = world.store as MemoryStore;
        expect(
          ledger.map((entry) => [entry.kind, entry.state]),
          `died ${side} call ${at}`,
        ).toEqual([['thing', 'done']]);
        const log = await world.under.events(id);
        expect(log.map((event) => event.sequence)).toEqual(log.map((_event, i) => i + 1));
      }
    }
  });

  it('a message that comes twice, to two workers at once, is acted on once', async () => {
    const world = new Harness();
    const id = await world.start(stages);
    const other = world.worker('other', {});
    const message = { type: 'DriveExecution', executionId: id } as const;
    await Promise.allSettled([world.engine.handle(message), other.handle(message), world.engine.handle(message)]);
    await world.settle();
    expect(await world.statuses(id)).toEqual(ended);
    const starts = (await world.under.events(id)).filter((event) => event.type === 'stage.started');
    expect(starts.length).toBe((await world.read(id)).stages.length);
  });

  it('a round that throws is tried again, and its stage says so meanwhile', async () => {
    const world = new Harness();
    const id = await world.start([{ refId: 'A', type: 'crashing', name: 'A', requisiteStageRefIds: [], times: 3 }]);
    await world.settleNow();
    expect((await world.read(id)).stages[0]!.wait).toMatchObject({
      kind: 'retry',
      reason: expect.stringContaining('connection reset'),
    });
    await world.settle();
    expect(await world.statuses(id)).toEqual({ A: 'SUCCEEDED', execution: 'SUCCEEDED' });
  });

  it('a round that always throws ends the stage with its reason', async () => {
    const world = new Harness();
    const id = await world.start([{ refId: 'A', type: 'crashing', name: 'A', requisiteStageRefIds: [], times: 1_000 }]);
    await world.settle();
    const [stage] = (await world.read(id)).stages;
    expect(stage).toMatchObject({
      status: 'TERMINAL',
      context: { exception: { details: { error: 'connection reset' } } },
    });
  });
});

describe('nothing waits in silence', () => {
  it('each stage that is not ended has a live lease, a due wake-up, or a named wait', async () => {
    const world = new Harness();
    const id = await world.start([
      { refId: 'A', type: 'judge', name: 'A', requisiteStageRefIds: [] },
      { refId: 'B', type: 'sleep', name: 'B', requisiteStageRefIds: [], forSeconds: 3_600 },
      { refId: 'C', type: 'clinging', name: 'C', requisiteStageRefIds: [] },
    ]);
    for (let turn = 0; turn < 5; turn += 1) {
      await world.settle(world.clock.now() + 1_000);
      const open = (await world.read(id)).stages.filter((stage) => stage.status === 'RUNNING');
      expect(open).toHaveLength(3);
      for (const stage of open) {
        expect(stage.wait?.reason, stage.name).toBeTruthy();
        expect(stage.dueAt, stage.name).not.toBeNull();
      }
      const dues = await world.store.overdue(Number.MAX_SAFE_INTEGER, 10);
      expect(dues.map((due) => due.at)).toEqual([Math.min(...open.map((stage) => stage.dueAt!))]);
    }
  });
});

describe('random graphs', () => {
  /** A DAG as lists of earlier stages, with an outcome and a failure policy for each stage. */
  const dag = fc
    .array(
      fc.record({
        needs: fc.array(fc.nat({ max: 20 }), { maxLength: 4 }),
        fails: fc.boolean(),
        policy: fc.constantFrom('halt', 'branch', 'ignore'),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((nodes) =>
      nodes.map((node, i) => ({ ...node, needs: i === 0 ? [] : [...new Set(node.needs.map((n) => n % i))] })),
    );
  const flags = { halt: {}, branch: { failPipeline: false }, ignore: { continuePipeline: true, failPipeline: false } };

  it('end with each stage run exactly when what it needs allows it', async () => {
    await fc.assert(
      fc.asyncProperty(dag, async (nodes) => {
        const harmless = nodes.map((node) => (node.policy === 'halt' ? { ...node, fails: false } : node));
        const world = new Harness();
        const id = await world.start(
          harmless.map((node, i) => ({
            refId: String(i),
            type: 'work',
            name: `s${i}`,
            requisiteStageRefIds: node.needs.map(String),
            result: node.fails ? 'fail' : 'ok',
            ...flags[node.policy as keyof typeof flags],
          })),
        );
        await world.settle();
        const expected: string[] = [];
        for (const node of harmless) {
          const runs = node.needs.every(
            (need) => expected[need] === 'SUCCEEDED' || expected[need] === 'FAILED_CONTINUE',
          );
          const failed = node.policy === 'ignore' ? 'FAILED_CONTINUE' : 'STOPPED';
          expected.push(runs ? (node.fails ? failed : 'SUCCEEDED') : 'NOT_STARTED');
        }
        const execution = await world.read(id);
        expect(execution.stages.map((stage) => stage.status)).toEqual(expected);
        expect(execution.status).toBe('SUCCEEDED');
      }),
      { numRuns: 150, seed: 20260101 },
    );
  });

  it('end TERMINAL as soon as one stage halts the pipeline, with nothing left running', async () => {
    await fc.assert(
      fc.asyncProperty(dag, fc.nat(), async (nodes, pick) => {
        const culprit = pick % nodes.length;
        const world = new Harness();
        const id = await world.start(
          nodes.map((node, i) => ({
            refId: String(i),
            type: i === culprit ? 'work' : i % 2 === 0 ? 'sleep' : 'work',
            name: `s${i}`,
            requisiteStageRefIds: node.needs.map(String),
            result: i === culprit ? 'fail' : 'ok',
          })),
        );
        await world.settle();
        const execution = await world.read(id);
        expect(execution.status).toBe('TERMINAL');
        expect(execution.stages[culprit]!.status).toBe('TERMINAL');
        expect(execution.stages.filter((stage) => stage.status === 'RUNNING')).toEqual([]);
      }),
      { numRuns: 80, seed: 20260102 },
    );
  });
});

describe('a stage with a cancel hook', () => {
  it.each([
    [{}, { A: 'TERMINAL', execution: 'TERMINAL' }],
    [{ failPipeline: false }, { A: 'STOPPED', execution: 'SUCCEEDED' }],
    [{ continuePipeline: true }, { A: 'FAILED_CONTINUE', execution: 'SUCCEEDED' }],
  ])('lets go of the world when it fails, once, and keeps its own end: %o', async (flags, statuses) => {
    const world = new Harness();
    hooked.length = 0;
    const id = await world.start([
      { refId: 'A', type: 'clinging', name: 'A', requisiteStageRefIds: [], stageTimeoutMs: 60_000, ...flags },
    ]);
    await world.settle();
    expect(await world.statuses(id)).toEqual(statuses);
    expect(hooked).toEqual(['A']);
  });

  it('lets go as a child too, and its parent fails with it', async () => {
    const world = new Harness();
    hooked.length = 0;
    const child = { type: 'clinging', name: 'child', context: { stageTimeoutMs: 60_000 } };
    const id = await world.start([
      { refId: 'A', type: 'parent', name: 'A', requisiteStageRefIds: [], before: [child, { name: 'sibling' }] },
    ]);
    await world.settle();
    expect(await world.statuses(id)).toEqual({ A: 'TERMINAL', execution: 'TERMINAL' });
    expect(hooked).toEqual(['child']);
  });
});

describe('a change whose call was cut off', () => {
  it('is settled in the ledger once a later round has found it made', async () => {
    const changing = executeStage(
      defineStage({
        type: 'changing',
        version: 1,
        label: 'changing',
        description: 'Changes a thing once.',
        group: 'Control',
        icon: 'blocks',
        context: z.looseObject({}),
        outputs: z.looseObject({}),
      }),
      {
        needs: [],
        tasks: [
          {
            name: 'change',
            async run(run) {
              if (run.memory['changed'] === true) return succeeded();
              const entry = { kind: 'thing', account: 'toy', region: 'here', name: 'thing' };
              await run.intend({ ...entry, action: 'change', before: { size: 1 } });
              await run.intend({ ...entry, action: 'create' });
              await run.remember({ changed: true });
              throw new Error('connection reset');
            },
          },
        ],
      },
    );
    const world = new Harness({ registry: createRegistry([changing]) });
    await world.start([{ refId: 'A', name: 'A', type: 'changing' }]);
    await world.settle();
    const { ledger } = world.store as MemoryStore;
    expect(ledger.map(({ action, state, before }) => [action, state, before])).toEqual([
      ['change', 'done', { size: 1 }],
      ['create', 'intended', undefined],
    ]);
  });
});
