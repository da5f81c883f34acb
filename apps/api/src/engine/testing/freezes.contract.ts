import type { Freeze, JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import type { VirtualClock } from '../in-memory/virtual-clock.ts';
import { Harness, type StoreUnderTest } from './harness.ts';

const HOUR_MS = 3_600_000;

let worlds = 0;

/** A freeze stops what would start and what would change anything, whatever keeps the executions. */
export function freezesContract(makeStore: (clock: VirtualClock) => StoreUnderTest): void {
  function newWorld() {
    const own = `f${++worlds}`;
    const inForce: Freeze[] = [];
    const world = new Harness({ makeStore, freezes: { inForce: async () => inForce } });
    const freeze = (more: Partial<Freeze> = {}): void => {
      inForce.push({
        id: String(inForce.length),
        scope: 'global',
        target: null,
        reason: 'holidays',
        from: 0,
        until: null,
        exempt: { users: [], applications: [], pipelines: [] },
        createdAt: 0,
        createdBy: 'eve',
        endedAt: null,
        endedBy: null,
        ...more,
      });
    };
    const thaw = async (): Promise<void> => {
      inForce.length = 0;
      await world.engine.handle({ type: 'Thaw' });
    };
    const changing = (refId: string, requires: string[] = [], more: JsonObject = {}): JsonObject => ({
      refId,
      name: refId,
      type: 'holding',
      locks: [`cluster:prod:us-east-1:${own}`],
      requisiteStageRefIds: requires,
      ...more,
    });
    const stage = async (id: string, refId = 'A') => {
      const found = (await world.read(id)).stages.find((each) => each.refId === refId);
      if (!found) throw new Error(`no stage ${refId}`);
      return found;
    };
    return { world, own, freeze, thaw, changing, stage };
  }

  describe('a freeze', () => {
    it('keeps an execution from starting, visibly, and lets it go when it is ended', async () => {
      const { world, freeze, thaw, changing } = newWorld();
      freeze();
      const id = await world.start([changing('A')]);
      await world.settleNow();
      expect(await world.read(id)).toMatchObject({
        status: 'NOT_STARTED',
        wait: { kind: 'freeze', reason: 'everything to be unfrozen (frozen by eve until it is ended: holidays)' },
      });
      expect(await world.store.frozen()).toContainEqual({ executionId: id, stageId: null });
      const at = world.clock.now();
      await thaw();
      await world.settleNow();
      expect(await world.read(id)).toMatchObject({ status: 'RUNNING', startTime: at, wait: null });
      await world.settle();
      expect(await world.statuses(id)).toEqual({ A: 'SUCCEEDED', execution: 'SUCCEEDED' });
    });

    it('that ends at its time lets go then, without anybody looking', async () => {
      const { world, freeze, changing } = newWorld();
      const until = world.clock.now() + HOUR_MS;
      freeze({ until });
      const id = await world.start([changing('A')]);
      await world.settle();
      expect(await world.read(id)).toMatchObject({ status: 'SUCCEEDED', startTime: until });
    });

    it('holds the next stage that would change something, and no other', async () => {
      const { world, freeze, thaw, changing, stage } = newWorld();
      const harmless = { refId: 'W', name: 'W', type: 'work' };
      const id = await world.start([changing('A'), changing('B', ['A']), harmless]);
      await world.settleNow();
      freeze({ scope: 'account', target: 'prod', reason: 'audit' });
      await world.settle(world.clock.now() + 60_000);
      expect(await world.statuses(id)).toEqual({ A: 'SUCCEEDED', B: 'RUNNING', W: 'SUCCEEDED', execution: 'RUNNING' });
      const held = await stage(id, 'B');
      expect(held.wait).toMatchObject({ kind: 'freeze', reason: expect.stringContaining('account prod') });
      expect(held.tasks.every(({ status }) => status === 'NOT_STARTED')).toBe(true);
      expect(await world.store.frozen()).toContainEqual({ executionId: id, stageId: held.id });
      await thaw();
      await world.settle();
      expect(await world.statuses(id)).toMatchObject({ B: 'SUCCEEDED', execution: 'SUCCEEDED' });
      expect(await world.store.frozen()).toEqual([]);
    });

    it('holds what it comes upon in line for a cluster, which then stands in nobody’s way', async () => {
      const { world, freeze, changing, stage } = newWorld();
      const first = await world.start([changing('A')]);
      await world.settleNow();
      const second = await world.start([changing('A')], { pipelineConfigId: 'second' });
      await world.settleNow();
      expect((await stage(second)).wait?.kind).toBe('lease');
      freeze({ exempt: { users: ['boss'], applications: [], pipelines: [] } });
      await world.settle(world.clock.now() + 60_000);
      expect((await world.read(first)).status).toBe('SUCCEEDED');
      expect((await stage(second)).wait?.kind).toBe('freeze');
      const urgent = await world.start([changing('A')], { user: 'boss', pipelineConfigId: null });
      await world.settle(world.clock.now() + 60_000);
      expect((await world.read(urgent)).status).toBe('SUCCEEDED');
      expect((await stage(second)).wait?.kind).toBe('freeze');
      await world.engine.cancel(second, 'ann', null);
      await world.settleNow();
      expect((await world.read(second)).status).toBe('CANCELED');
    });

    it('does not hold back cleaning up, and lets what waits be canceled', async () => {
      const { world, freeze, changing, stage } = newWorld();
      const undo = [{ type: 'holding', name: 'undo' }];
      const id = await world.start([changing('A', [], { result: 'fail', onFailure: undo })]);
      await world.settleNow();
      freeze();
      await world.settle(world.clock.now() + 60_000);
      expect(await world.statuses(id)).toEqual({ A: 'TERMINAL', execution: 'TERMINAL' });
      expect((await stage(id, 'A>1')).status).toBe('SUCCEEDED');
      const waiting = await world.start([changing('A')]);
      await world.settleNow();
      await world.engine.cancel(waiting, 'ann', null);
      await world.settleNow();
      expect((await world.read(waiting)).status).toBe('CANCELED');
    });

    it('refuses what a person starts, in a sentence, unless a reason overrides it', async () => {
      const { world, freeze, changing } = newWorld();
      freeze({ scope: 'application', target: 'toy' });
      const asked = { onFreeze: 'refuse' } as const;
      await expect(world.start([changing('A')], asked)).rejects.toMatchObject({
        status: 409,
        code: 'freezes.frozen',
        message: expect.stringContaining('application toy is frozen by eve until it is ended: holidays'),
      });
      const id = await world.start([changing('A')], { ...asked, overrideFreeze: 'prod is down' });
      await world.settle(world.clock.now() + 60_000);
      expect(await world.read(id)).toMatchObject({ status: 'SUCCEEDED', trigger: { overrideFreeze: 'prod is down' } });
      const smuggled = await world.start([changing('A')], { trigger: { type: 'webhook', overrideFreeze: 'me too' } });
      await world.settleNow();
      expect((await world.read(smuggled)).wait?.kind).toBe('freeze');
      await world.engine.cancel(smuggled, 'ann', null);
      await world.settleNow();
    });

    it('lets ad-hoc runs start that change nothing, and refuses those in its account', async () => {
      const { world, freeze, changing } = newWorld();
      freeze({ scope: 'account', target: 'prod' });
      const adHoc = { type: 'ORCHESTRATION', pipelineConfigId: null, onFreeze: 'refuse' } as const;
      await expect(world.start([changing('A')], adHoc)).rejects.toThrow('account prod is frozen');
      const id = await world.start([{ refId: 'W', name: 'W', type: 'work' }], adHoc);
      await world.settleNow();
      expect((await world.read(id)).status).toBe('SUCCEEDED');
    });
  });
}
