import {
  again,
  executeStage,
  failed,
  inParallel,
  inSequence,
  type StageExecutor,
  skipped,
  succeeded,
  waitFor,
} from '@gennaker/catalog/kit';
import { defineSignal, defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { createRegistry } from '../registry.ts';

const context = z.looseObject({});
const toy = <T extends string>(type: T) =>
  defineStage({
    type,
    version: 1,
    label: type,
    description: `Toy stage ${type}`,
    group: 'Control',
    icon: 'blocks',
    context,
    outputs: context,
  });

/** Ends as its context says: `result` ok | fail | skip, with `outputs`. Instant. */
const work = executeStage(toy('work'), {
  needs: [],
  tasks: [
    {
      name: 'work',
      instant: true,
      run({ context: given }) {
        const outputs = (given['outputs'] ?? {}) as Record<string, unknown>;
        if (given['result'] === 'fail')
          return failed({ code: 'toy.failed', message: 'it was told to fail' }, { outputs });
        return given['result'] === 'skip' ? skipped() : succeeded(outputs);
      },
    },
  ],
});

/** Waits until `until` seconds after its start, looking each second. */
const sleep = executeStage(toy('sleep'), {
  needs: [],
  tasks: [
    {
      name: 'sleep',
      run({ context: given, stage, now }) {
        const end = stage.startTime + Number(given['forSeconds'] ?? 10) * 1_000;
        if (given['skipRemainingWait'] === true || now() >= end) return succeeded();
        return again(end - now(), 'time to pass', { kind: 'time' });
      },
    },
  ],
});

const judgment = executeStage(
  {
    ...toy('judge'),
    signals: [
      defineSignal({
        name: 'judgment',
        once: true,
        body: z.looseObject({ judgmentStatus: z.enum(['continue', 'stop']) }),
        decide: (body, _stage, actor) =>
          actor.user === 'stranger'
            ? { refuse: { status: 403, message: 'you may not judge' } }
            : { accept: { judgmentStatus: body.judgmentStatus } },
      }),
    ],
  },
  {
    needs: [],
    tasks: [
      {
        name: 'waitForJudgment',
        run({ context: given }) {
          if (given['judgmentStatus'] === 'continue') return succeeded();
          if (given['judgmentStatus'] === 'stop') return failed({ code: 'toy.rejected', message: 'rejected' });
          return waitFor({ kind: 'person', reason: 'a decision' });
        },
      },
    ],
  },
);

/** Two tasks, each outside the hand (not instant), that leave a trace in the ledger and in memory. */
const twoSteps = executeStage(toy('twoSteps'), {
  needs: [],
  tasks: [
    {
      name: 'first',
      async run(run) {
        if (run.memory['name'] === undefined) await run.remember({ name: `thing-${run.operation().key.slice(0, 4)}` });
        const done = await run.intend({
          kind: 'thing',
          account: 'toy',
          region: 'here',
          name: String(run.memory['name'] ?? 'thing'),
          action: 'create',
        });
        done('done');
        return succeeded({ made: true });
      },
    },
    { name: 'second', run: async () => succeeded() },
  ],
});

/** Plans `before`, `after` and `onFailure` children given in its context. */
const parent = executeStage(toy('parent'), {
  needs: [],
  tasks: [
    {
      name: 'own',
      instant: true,
      run: ({ context: given }) =>
        given['result'] === 'fail' ? failed({ code: 'toy.failed', message: 'own task failed' }) : succeeded(),
    },
  ],
  choose: ({ context: given }) => (given['noTasks'] === true ? [] : ['own']),
  before: ({ context: given }) => inParallel(children(given['before'])),
  after: ({ context: given }) => inSequence(children(given['after'])),
  onFailure: ({ context: given }) => inSequence(children(given['onFailure'])),
});

function children(given: unknown): Array<{ type: string; name: string; context: Record<string, unknown> }> {
  return Array.isArray(given)
    ? given.map((child) => ({ type: 'work', name: 'child', context: {}, ...(child as object) }))
    : [];
}

/** Never ends by itself; its cancel hook takes note. */
export const hooked: string[] = [];
const clinging = executeStage(toy('clinging'), {
  needs: [],
  tasks: [{ name: 'cling', run: () => again(5_000, 'the end of time') }],
  async onCancel({ stage }) {
    hooked.push(stage.name);
  },
});

/** Changes what its `locks` name, for ten seconds, after the children given in `before`. */
const holding = executeStage(
  {
    ...toy('holding'),
    changesTheWorld: true,
    locks: (given) => (Array.isArray(given['locks']) ? given['locks'].map(String) : []),
  },
  {
    needs: [],
    tasks: [
      {
        name: 'hold',
        run({ context: given, task, now }) {
          const end = task.startTime + 10_000;
          if (now() < end) return again(end - now(), 'time to pass', { kind: 'time' });
          return given['result'] === 'fail' ? failed({ code: 'toy.failed', message: 'it was told to' }) : succeeded();
        },
      },
    ],
    before: ({ context: given }) => inSequence(children(given['before'])),
    onFailure: ({ context: given }) => inSequence(children(given['onFailure'])),
  },
);

/** Finds out which `locks` it needs, those in `found`, before it holds them for ten seconds. */
const finding = executeStage(
  { ...holding.definition, type: 'finding', context, outputs: context, locksAfter: 'find' },
  {
    needs: [],
    tasks: [
      { name: 'find', run: ({ context: given }) => succeeded(undefined, { locks: given['found'] }) },
      {
        name: 'hold',
        run({ task, now }) {
          const end = task.startTime + 10_000;
          return now() < end ? again(end - now(), 'time to pass', { kind: 'time' }) : succeeded();
        },
      },
    ],
  },
);

/** Throws as often as `times` says before it succeeds. */
const crashing = executeStage(toy('crashing'), {
  needs: [],
  tasks: [
    {
      name: 'crash',
      async run(run) {
        const tries = Number(run.memory['tries'] ?? 0);
        if (tries >= Number(run.context['times'] ?? 1)) return succeeded();
        await run.remember({ tries: tries + 1 });
        throw new Error('connection reset');
      },
    },
  ],
});

const all: readonly StageExecutor[] = [work, sleep, judgment, twoSteps, parent, clinging, holding, finding, crashing];

export const toyRegistry = createRegistry(all);
