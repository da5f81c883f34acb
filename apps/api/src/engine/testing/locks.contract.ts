import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import type { VirtualClock } from '../in-memory/virtual-clock.ts';
import { Harness, type StoreUnderTest } from './harness.ts';

let worlds = 0;

/** One stage at a time changes a thing, whatever keeps the locks: run by every execution store. */
export function locksContract(makeStore: (clock: VirtualClock) => StoreUnderTest): void {
  /** Keys of one test are no other's, where all share a database. */
  function newWorld() {
    const world = new Harness({ makeStore });
    const own = `w${++worlds}`;
    const key = (name: string): string => `cluster:prod:us-east-1:${own}-${name}`;
    const holding = (refId: string, names: string[], more: JsonObject = {}): JsonObject => ({
      refId,
      name: `Hold ${refId}`,
      type: 'holding',
      locks: names.map(key),
      ...more,
    });
    const start = (...stages: JsonObject[]) => world.start(stages, { pipelineConfigId: `p${own}.${++worlds}` });
    async function stage(id: string, refId = 'A') {
      const found = (await world.read(id)).stages.find((each) => each.refId === refId);
      if (!found) throw new Error(`no stage ${refId}`);
      return found;
    }
    const span = async (id: string, refId = 'A') => {
      const { tasks } = await stage(id, refId);
      return [tasks[0]?.startTime ?? 0, tasks[0]?.endTime ?? 0] as const;
    };
    return { world, own, holding, start, stage, span };
  }

  describe('locks of stages', () => {
    it('make the second wait until the first has ended, and say for whom', async () => {
      const { world, own, holding, start, stage, span } = newWorld();
      const first = await start(holding('A', ['web']));
      const second = await start(holding('A', ['web']));
      await world.settleNow();
      const { wait, tasks } = await stage(second);
      expect(tasks[0]?.status).toBe('NOT_STARTED');
      expect(wait).toMatchObject({
        kind: 'lease',
        reason: `cluster ${own}-web in us-east-1 of account prod: stage "Hold A" of execution ${first} (toy / toy pipeline)`,
        holder: { executionId: first, application: 'toy' },
      });
      await world.settle();
      expect(await world.statuses(second)).toEqual({ A: 'SUCCEEDED', execution: 'SUCCEEDED' });
      expect((await span(second))[0]).toBe((await span(first))[1]);
    });

    it('go first come, first served', async () => {
      const { world, holding, start, span } = newWorld();
      const ids: string[] = [];
      for (let i = 0; i < 4; i += 1) {
        ids.push(await start(holding('A', ['web'])));
        await world.settleNow();
      }
      await world.settle();
      const spans = await Promise.all(ids.map((id) => span(id)));
      for (let i = 1; i < 4; i += 1) expect(spans[i]![0]).toBe(spans[i - 1]![1]);
    });

    it('are taken all at once or not at all', async () => {
      const { world, holding, start, stage, span } = newWorld();
      const one = await start(holding('A', ['web']));
      const both = await start(holding('A', ['api', 'web']));
      await world.settleNow();
      const later = await start(holding('A', ['jobs']));
      await world.settleNow();
      expect((await stage(both)).wait?.kind).toBe('lease');
      expect((await stage(later)).wait?.kind).toBe('time');
      const behind = await start(holding('A', ['api']));
      await world.settleNow();
      expect((await stage(behind)).wait?.reason).toContain(`of execution ${both} `);
      await world.settle();
      expect((await span(both))[0]).toBe((await span(one))[1]);
      expect((await span(behind))[0]).toBe((await span(both))[1]);
    });

    it('are taken when a first task has found which', async () => {
      const { world, holding, start, stage } = newWorld();
      const holder = await start(holding('A', ['web']));
      await world.settleNow();
      const found = holding('A', ['web'])['locks'];
      const id = await start({ ...holding('A', []), type: 'finding', found });
      await world.settleNow();
      const { tasks, wait } = await stage(id);
      expect(tasks.map(({ status }) => status)).toEqual(['SUCCEEDED', 'NOT_STARTED']);
      expect(wait?.kind).toBe('lease');
      await world.settle();
      const ended = (await stage(id)).tasks[1];
      expect(ended?.startTime).toBe((await stage(holder)).endTime);
      expect((await world.read(id)).status).toBe('SUCCEEDED');
    });

    it('hold two stages of one execution apart too', async () => {
      const { world, holding, start, span } = newWorld();
      const id = await start(holding('A', ['web']), holding('B', ['web']));
      await world.settle();
      const [a, b] = [await span(id, 'A'), await span(id, 'B')].sort(([x], [y]) => x - y);
      expect(b![0]).toBe(a![1]);
    });

    it('are inherited by what the stage plans and by what it starts', async () => {
      const { world, holding, start, stage } = newWorld();
      const child = { type: 'holding', name: 'inner', context: { locks: [holding('x', ['web'])['locks']].flat() } };
      const id = await start(holding('A', ['web'], { before: [child] }));
      await world.settleNow();
      expect((await stage(id, 'A<1')).wait?.kind).toBe('time');
      const started = await world.start([holding('S', ['web'])], {
        parent: { executionId: id, stageId: (await stage(id)).id, rootId: id },
      });
      await world.settleNow();
      expect((await stage(started, 'S')).wait?.kind).toBe('time');
      await world.settle();
      expect(await world.statuses(id)).toEqual({ A: 'SUCCEEDED', execution: 'SUCCEEDED' });
    });

    it('stay with a failed stage until its clean-up has ended', async () => {
      const { world, holding, start, stage, span } = newWorld();
      const cleanUp = { type: 'sleep', name: 'tidy', context: { forSeconds: 60 } };
      const first = await start(holding('A', ['web'], { result: 'fail', onFailure: [cleanUp] }));
      const second = await start(holding('A', ['web']));
      await world.settle();
      expect((await world.read(first)).status).toBe('TERMINAL');
      expect((await span(second))[0]).toBe((await stage(first)).endTime);
      expect((await span(second))[0] - (await span(first))[1]).toBe(60_000);
    });

    it('do not keep one from being canceled who waits, nor those behind it', async () => {
      const { world, holding, start, stage, span } = newWorld();
      const first = await start(holding('A', ['web']));
      const second = await start(holding('A', ['web']));
      await world.settleNow();
      const third = await start(holding('A', ['web']));
      await world.settleNow();
      await world.engine.cancel(second, 'ana', null);
      await world.settleNow();
      expect((await stage(second)).status).toBe('CANCELED');
      await world.settle();
      expect((await span(third))[0]).toBe((await span(first))[1]);
    });

    it('leave the time in line out of the time limit', async () => {
      const { world, holding, start, stage } = newWorld();
      for (let i = 0; i < 3; i += 1) await start(holding('A', ['web']));
      const id = await start(holding('A', ['web'], { stageTimeoutMs: 15_000 }));
      await world.settle();
      const { status, context } = await stage(id);
      expect(status).toBe('SUCCEEDED');
      expect(context['waitedForLeaseMs']).toBe(30_000);
    });

    it('stay with the stage when another worker goes on with it', async () => {
      const { world, holding, start } = newWorld();
      const id = await start(holding('A', ['web']));
      await world.settleNow();
      const other = world.worker('worker-2');
      await world.settle(Number.MAX_SAFE_INTEGER, other);
      expect(await world.statuses(id)).toEqual({ A: 'SUCCEEDED', execution: 'SUCCEEDED' });
    });

    it('let the younger of two give way that wait for each other', async () => {
      const { world, holding, start, stage } = newWorld();
      const inner = (name: string) => ({
        type: 'parent',
        name: 'later',
        context: { before: [{ type: 'sleep', context: { forSeconds: 5 } }], after: [asking(name)] },
      });
      const asking = (name: string) => ({ type: 'holding', name: 'asks', context: holding('x', [name]) });
      const older = await start(holding('A', ['web'], { before: [inner('api')] }));
      const younger = await start(holding('A', ['api'], { before: [inner('web')] }));
      await world.settle();
      expect(await world.statuses(older)).toEqual({ A: 'SUCCEEDED', execution: 'SUCCEEDED' });
      expect(await world.statuses(younger)).toEqual({ A: 'TERMINAL', execution: 'TERMINAL' });
      const { stages } = await world.read(younger);
      const failed = stages.find(({ name, status }) => name === 'asks' && status === 'TERMINAL');
      expect(JSON.stringify(failed?.context['exception'])).toContain('gave way before it began');
      expect((await stage(older)).status).toBe('SUCCEEDED');
    });

    it('are handed to the execution that puts right what the stage left', async () => {
      const { world, holding, start, stage } = newWorld();
      const first = await start(holding('A', ['web']));
      await world.settleNow();
      await start(holding('A', ['web']));
      await world.settleNow();
      const { id: stageId } = await stage(first);
      const heir = await world.start([holding('R', ['web'])], {
        trigger: { type: 'manual', causedBy: { executionId: first, stageId } },
      });
      await world.settleNow();
      expect((await stage(heir, 'R')).wait?.kind).toBe('time');
      await world.settle();
      expect((await world.read(heir)).status).toBe('SUCCEEDED');
    });

    it('are asked for anew when the stage is restarted', async () => {
      const { world, holding, start, stage, span } = newWorld();
      const first = await start(holding('A', ['web'], { result: 'fail' }));
      await world.settle();
      const second = await start(holding('A', ['web']));
      await world.settleNow();
      await world.engine.restartStage(first, (await stage(first)).id, 'ana');
      await world.settleNow();
      expect((await stage(first)).wait?.kind).toBe('lease');
      await world.settle();
      expect((await span(first))[0]).toBe((await span(second))[1]);
    });
  });
}
