import { describe, expect, it } from 'vitest';
import type { VirtualClock } from '../in-memory/virtual-clock.ts';
import type { NewestFilter } from '../ports.ts';
import { Harness, type StoreUnderTest } from './harness.ts';

const HALT_BRANCH = { failPipeline: false, continuePipeline: false, completeOtherBranchesThenFail: false };
const FAIL_AT_END = { failPipeline: false, continuePipeline: false, completeOtherBranchesThenFail: true };
const IGNORE = { failPipeline: false, continuePipeline: true };

const stage = (refId: string, requires: string[] = [], more: Record<string, unknown> = {}) => ({
  refId,
  name: refId,
  type: 'work',
  requisiteStageRefIds: requires,
  ...more,
});
const fail = { result: 'fail' };

/** What pipelines come to, whatever keeps them: run by every execution store. */
export function executionStoreContract(makeStore: (clock: VirtualClock) => StoreUnderTest, keptAtHand = 0): void {
  const newWorld = () => new Harness({ makeStore, keptAtHand });
  async function outcome(stages: Record<string, unknown>[], config: Record<string, unknown> = {}) {
    const world = newWorld();
    const id = await world.start(stages, { config });
    await world.settle();
    return world.statuses(id);
  }

  describe('what a pipeline comes to', () => {
    it.each<[string, Record<string, unknown>[], Record<string, string>]>([
      [
        '1: one after another',
        [stage('A'), stage('B', ['A'])],
        { A: 'SUCCEEDED', B: 'SUCCEEDED', execution: 'SUCCEEDED' },
      ],
      [
        '2: a failure halts the pipeline',
        [stage('A', [], fail), stage('B', ['A'])],
        { A: 'TERMINAL', B: 'NOT_STARTED', execution: 'TERMINAL' },
      ],
      [
        '3: a failure cancels what runs beside it',
        [stage('A', [], fail), stage('C', [], { type: 'clinging' }), stage('D', ['C'])],
        { A: 'TERMINAL', C: 'CANCELED', D: 'NOT_STARTED', execution: 'TERMINAL' },
      ],
      [
        '4: halt branch lets other branches finish',
        [
          stage('A', [], { ...fail, ...HALT_BRANCH }),
          stage('B', ['A']),
          stage('C', [], { type: 'sleep' }),
          stage('D', ['C']),
        ],
        { A: 'STOPPED', B: 'NOT_STARTED', C: 'SUCCEEDED', D: 'SUCCEEDED', execution: 'SUCCEEDED' },
      ],
      [
        '5: halt branch and fail at the end',
        [
          stage('A', [], { ...fail, ...FAIL_AT_END }),
          stage('B', ['A']),
          stage('C', [], { type: 'sleep' }),
          stage('D', ['C']),
        ],
        { A: 'STOPPED', B: 'NOT_STARTED', C: 'SUCCEEDED', D: 'SUCCEEDED', execution: 'TERMINAL' },
      ],
      [
        '6: an ignored failure goes on',
        [stage('A', [], { ...fail, ...IGNORE }), stage('B', ['A'])],
        { A: 'FAILED_CONTINUE', B: 'SUCCEEDED', execution: 'SUCCEEDED' },
      ],
      [
        '7: a join behind a stopped branch never starts',
        [stage('A', [], { ...fail, ...HALT_BRANCH }), stage('C'), stage('J', ['A', 'C'])],
        { A: 'STOPPED', C: 'SUCCEEDED', J: 'NOT_STARTED', execution: 'SUCCEEDED' },
      ],
      [
        '8: a skipped requisite lets a join start',
        [
          stage('A', [], { stageEnabled: { type: 'expression', expression: 'false' } }),
          stage('B', ['A']),
          stage('J', ['A', 'B']),
        ],
        { A: 'SKIPPED', B: 'SUCCEEDED', J: 'SUCCEEDED', execution: 'SUCCEEDED' },
      ],
      [
        '9: only stage skipped',
        [stage('A', [], { stageEnabled: { type: 'expression', expression: 'false' } })],
        { A: 'SKIPPED', execution: 'SUCCEEDED' },
      ],
      ['10: no stages', [], { execution: 'TERMINAL' }],
      [
        '11a: a cycle never starts',
        [stage('A', ['B']), stage('B', ['A'])],
        { A: 'NOT_STARTED', B: 'NOT_STARTED', execution: 'TERMINAL' },
      ],
      ['11b: an unknown requisite never starts', [stage('A', ['nope'])], { A: 'NOT_STARTED', execution: 'TERMINAL' }],
      [
        '20: failed expressions end the stage whatever its flags',
        [
          stage('A', [], { note: '${#stage("none").status}', failOnFailedExpressions: true, ...IGNORE }),
          stage('B', ['A']),
        ],
        { A: 'TERMINAL', B: 'NOT_STARTED', execution: 'TERMINAL' },
      ],
      [
        '21: a condition that is not boolean skips',
        [stage('A', [], { stageEnabled: { type: 'expression', expression: '"maybe"' } })],
        { A: 'SKIPPED', execution: 'SUCCEEDED' },
      ],
      [
        '22: an empty condition runs',
        [stage('A', [], { stageEnabled: { type: 'expression', expression: '' } })],
        { A: 'SUCCEEDED', execution: 'SUCCEEDED' },
      ],
      [
        '28: continuePipeline wins over failPipeline',
        [stage('A', [], { ...fail, continuePipeline: true, failPipeline: true })],
        { A: 'FAILED_CONTINUE', execution: 'SUCCEEDED' },
      ],
      [
        '29: failPipeline absent halts',
        [stage('A', [], { ...fail, continuePipeline: false })],
        { A: 'TERMINAL', execution: 'TERMINAL' },
      ],
    ])('%s', async (_name, stages, expected) => {
      expect(await outcome(stages)).toEqual(expected);
    });

    it('23: a child stopped by its own flag stops the parent', async () => {
      const before = [{ context: { ...fail, failPipeline: false } }, { context: {} }];
      expect(await outcome([stage('A', [], { type: 'parent', before })])).toEqual({
        A: 'STOPPED',
        execution: 'SUCCEEDED',
      });
    });
  });

  describe('judgments, cancel and pause', () => {
    const judged = [stage('A', [], { type: 'judge' }), stage('B', ['A'])];

    async function judge(status: string, flags: Record<string, unknown> = {}) {
      const world = newWorld();
      const id = await world.start([{ ...judged[0]!, ...flags }, judged[1]!]);
      await world.settleNow();
      await world.engine.patchStage(
        id,
        await world.stageId(id, 'A'),
        { judgmentStatus: status },
        { user: 'ana', roles: [] },
      );
      await world.settleNow();
      return world.statuses(id);
    }

    it('12: a judgment to stop halts the pipeline', async () => {
      expect(await judge('stop')).toEqual({ A: 'TERMINAL', B: 'NOT_STARTED', execution: 'TERMINAL' });
    });

    it('13: a judgment to stop that is ignored goes on', async () => {
      expect(await judge('stop', IGNORE)).toEqual({ A: 'FAILED_CONTINUE', B: 'SUCCEEDED', execution: 'SUCCEEDED' });
    });

    it('a judgment to continue goes on, and a second one is refused', async () => {
      const world = newWorld();
      const id = await world.start(judged);
      await world.settleNow();
      const stageId = await world.stageId(id, 'A');
      await world.engine.patchStage(id, stageId, { judgmentStatus: 'continue' }, { user: 'ana', roles: [] });
      await expect(
        world.engine.patchStage(id, stageId, { judgmentStatus: 'stop' }, { user: 'bob', roles: [] }),
      ).rejects.toMatchObject({ status: 409 });
      await world.settleNow();
      expect(await world.statuses(id)).toEqual({ A: 'SUCCEEDED', B: 'SUCCEEDED', execution: 'SUCCEEDED' });
      expect((await world.read(id)).stages[0]!.lastModified?.user).toBe('ana');
    });

    it('a judgment by someone without the right is refused and the stage goes on waiting', async () => {
      const world = newWorld();
      const id = await world.start(judged);
      await world.settleNow();
      const stageId = await world.stageId(id, 'A');
      await expect(
        world.engine.patchStage(id, stageId, { judgmentStatus: 'continue' }, { user: 'stranger', roles: [] }),
      ).rejects.toMatchObject({ status: 403 });
      await world.settleNow();
      expect((await world.read(id)).stages[0]).toMatchObject({ status: 'RUNNING', wait: { kind: 'person' } });
    });

    it('14: cancel ends what runs and leaves what did not start', async () => {
      const world = newWorld();
      const id = await world.start([stage('A', [], { type: 'sleep' }), stage('B', ['A'])]);
      await world.settleNow();
      await world.engine.cancel(id, 'ana', 'wrong version');
      await world.settleNow();
      expect(await world.statuses(id)).toEqual({ A: 'CANCELED', B: 'NOT_STARTED', execution: 'CANCELED' });
      expect(await world.read(id)).toMatchObject({ canceledBy: 'ana', cancellationReason: 'wrong version' });
    });

    it('16: time paused does not count against a limit', async () => {
      const world = newWorld();
      const minute = 60_000;
      const id = await world.start([stage('A', [], { type: 'clinging', stageTimeoutMs: 30 * minute })]);
      await world.settle(world.clock.now() + 10 * minute);
      await world.engine.pause(id, 'ana');
      await world.settleNow();
      expect(await world.statuses(id)).toEqual({ A: 'PAUSED', execution: 'PAUSED' });
      await world.settle(world.clock.now() + 60 * minute);
      await world.engine.resume(id, 'ana');
      await world.settle(world.clock.now() + 19 * minute);
      expect(await world.statuses(id)).toEqual({ A: 'RUNNING', execution: 'RUNNING' });
      await world.settle(world.clock.now() + 2 * minute);
      expect(await world.statuses(id)).toEqual({ A: 'TERMINAL', execution: 'TERMINAL' });
      expect((await world.read(id)).stages[0]!.context['exception']).toMatchObject({
        exceptionType: 'TimeoutException',
      });
    });

    it('pausing what does not run is refused', async () => {
      const world = newWorld();
      const id = await world.start([stage('A')]);
      await world.settle();
      await expect(world.engine.pause(id, 'ana')).rejects.toMatchObject({ status: 409 });
      await expect(world.engine.resume(id, 'ana')).rejects.toMatchObject({ status: 409 });
    });
  });

  describe('one at a time', () => {
    const limited = (keep: boolean) => ({ config: { limitConcurrent: true, keepWaitingPipelines: keep } });
    const sleeping = [stage('A', [], { type: 'judge' })];
    const finish = async (world: Harness, id: string) => {
      await world.engine.patchStage(
        id,
        await world.stageId(id, 'A'),
        { judgmentStatus: 'continue' },
        { user: 'ana', roles: [] },
      );
      await world.settleNow();
    };

    it('15: a waiting run that is canceled ends, and the next one starts', async () => {
      const world = newWorld();
      const ids = [];
      for (let i = 0; i < 3; i += 1) ids.push(await world.start(sleeping, limited(true)));
      await world.settleNow();
      await world.engine.cancel(ids[1]!, 'ana', null);
      await world.settleNow();
      expect(await world.statuses(ids[1]!)).toEqual({ A: 'NOT_STARTED', execution: 'CANCELED' });
      await finish(world, ids[0]!);
      expect((await world.read(ids[2]!)).status).toBe('RUNNING');
    });

    it('24: keep newest starts the newest and names it to those it drops', async () => {
      const world = newWorld();
      const ids: string[] = [];
      for (let i = 0; i < 4; i += 1) ids.push(await world.start(sleeping, limited(false)));
      await world.settleNow();
      expect((await world.read(ids[3]!)).wait).toMatchObject({ kind: 'queue' });
      await finish(world, ids[0]!);
      const ended = await Promise.all(ids.map((id) => world.read(id)));
      expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'CANCELED', 'CANCELED', 'RUNNING']);
      expect(ended[1]).toMatchObject({ supersededBy: ids[3], canceledBy: 'gennaker' });
    });

    it('25: keep all starts the oldest and leaves the others waiting', async () => {
      const world = newWorld();
      const ids: string[] = [];
      for (let i = 0; i < 4; i += 1) ids.push(await world.start(sleeping, limited(true)));
      await world.settleNow();
      await finish(world, ids[0]!);
      const all = await Promise.all(ids.map((id) => world.read(id)));
      expect(all.map(({ status }) => status)).toEqual(['SUCCEEDED', 'RUNNING', 'NOT_STARTED', 'NOT_STARTED']);
    });

    it('a paused run keeps its place', async () => {
      const world = newWorld();
      const first = await world.start(sleeping, limited(true));
      await world.settleNow();
      await world.engine.pause(first, 'ana');
      const second = await world.start(sleeping, limited(true));
      await world.settleNow();
      expect((await world.read(second)).status).toBe('NOT_STARTED');
    });

    it('at most n run when n may', async () => {
      const world = newWorld();
      const ids: string[] = [];
      for (let i = 0; i < 5; i += 1)
        ids.push(await world.start(sleeping, { config: { maxConcurrentExecutions: 2, keepWaitingPipelines: true } }));
      await world.settleNow();
      const running = await Promise.all(ids.map(async (id) => (await world.read(id)).status));
      expect(running).toEqual(['RUNNING', 'RUNNING', 'NOT_STARTED', 'NOT_STARTED', 'NOT_STARTED']);
    });
  });

  describe('restart and ignore', () => {
    it('26: restarts a failed stage and what comes after it, nothing else', async () => {
      const world = newWorld();
      const id = await world.start([stage('A'), stage('B', ['A'], { type: 'judge' }), stage('C', ['B']), stage('D')]);
      await world.settleNow();
      const judge = async (judgmentStatus: string) => {
        await world.engine.patchStage(id, await world.stageId(id, 'B'), { judgmentStatus }, { user: 'ana', roles: [] });
        await world.settleNow();
      };
      await judge('stop');
      expect(await world.statuses(id)).toEqual({
        A: 'SUCCEEDED',
        B: 'TERMINAL',
        C: 'NOT_STARTED',
        D: 'SUCCEEDED',
        execution: 'TERMINAL',
      });
      await world.engine.restartStage(id, await world.stageId(id, 'B'), 'ana');
      await world.settleNow();
      const again = await world.read(id);
      expect(again.stages.map(({ refId, attempt }) => `${refId}${attempt}`)).toEqual(['A1', 'B2', 'C1', 'D1']);
      expect(again.stages[1]!.attempts?.[0]).toMatchObject({ attempt: 1, status: 'TERMINAL' });
      expect(again.stages[1]!.context['restartDetails']).toMatchObject({ restartedBy: 'ana' });
    });

    it('27: restarts the first stage of a run that succeeded', async () => {
      const world = newWorld();
      const id = await world.start([stage('A'), stage('B', ['A'])]);
      await world.settle();
      await world.engine.restartStage(id, await world.stageId(id, 'A'), 'ana');
      await world.settle();
      const again = await world.read(id);
      expect(again.status).toBe('SUCCEEDED');
      expect(again.stages.map(({ attempt }) => attempt)).toEqual([2, 2]);
    });

    it('a failed stage marked as ignored lets the pipeline go on', async () => {
      const world = newWorld();
      const id = await world.start([stage('A', [], fail), stage('B', ['A'])]);
      await world.settle();
      await world.engine.ignoreStage(id, await world.stageId(id, 'A'), 'ana', 'known flake');
      await world.settle();
      expect(await world.statuses(id)).toEqual({ A: 'FAILED_CONTINUE', B: 'SUCCEEDED', execution: 'SUCCEEDED' });
    });
  });

  it('the events folded onto the first picture give the rows', async () => {
    const world = newWorld();
    const id = await world.start([
      stage('A', [], { type: 'parent', before: [{ context: {} }], after: [{ context: {} }, { context: {} }] }),
      stage('B', ['A'], { type: 'sleep', note: '${#stage("A").status}' }),
      stage('C', ['B'], { type: 'twoSteps' }),
    ]);
    const created = await world.read(id);
    await world.settle();
    const rows = await world.read(id);
    expect(rows.status).toBe('SUCCEEDED');
    expect(await world.folded(id, created)).toEqual(rows);
  });

  it('one of two workers gets an execution, also when both ask at once; the other one gets it when the first is gone', async () => {
    const world = newWorld();
    const id = await world.start([stage('A', [], { type: 'judge' })]);
    const { store } = world;
    for (const worker of ['left', 'right']) await store.heartbeat(worker, 60_000, []);
    const both = await Promise.all([store.claim(id, 'left'), store.claim(id, 'right')]);
    const winner = both[0] ? 'left' : 'right';
    const loser = winner === 'left' ? 'right' : 'left';
    expect(both.filter((claimed) => claimed !== null)).toHaveLength(1);
    expect(await store.claim(id, loser)).toBeNull();
    await store.retire(winner);
    const next = await store.claim(id, loser);
    expect(next?.lease.fence).toBeGreaterThan(both.find((claimed) => claimed !== null)!.lease.fence);
    await store.retire(loser);
  });

  it('a lease whose answer never came is found again by its own worker, though it lives', async () => {
    const world = newWorld();
    const id = await world.start([stage('A', [], { type: 'judge' })]);
    const { store } = world;
    for (const worker of ['mine', 'other']) await store.heartbeat(worker, 60_000, []);
    expect(await store.claim(id, 'mine')).not.toBeNull();
    const seenBy = async (workerId: string, held: string[]) => {
      const dues = await store.overdue(world.clock.now(), 10_000, { workerId, held });
      return dues.some((due) => due.message.type === 'DriveExecution' && due.message.executionId === id);
    };
    expect(await seenBy('other', [])).toBe(false);
    expect(await seenBy('mine', [id])).toBe(false);
    expect(await seenBy('mine', [])).toBe(true);
    expect(await store.claim(id, 'mine')).not.toBeNull();
    for (const worker of ['mine', 'other']) await store.retire(worker);
  });

  it('a canceled execution is an orphan only while no worker at all lives', async () => {
    const world = newWorld();
    const [kept, canceled] = [await world.start([stage('A')]), await world.start([stage('A')])];
    const orphans = async () => {
      const ids = await world.store.orphanedCancels(world.clock.now(), 10_000);
      return ids.filter((id) => id === kept || id === canceled);
    };
    await world.engine.cancel(canceled, 'ana', null);
    await world.store.heartbeat('living', 60_000, []);
    expect(await orphans()).toEqual([]);
    await world.store.retire('living');
    expect(await orphans()).toEqual([canceled]);
    await world.engine.handle({ type: 'DriveExecution', executionId: canceled });
    expect((await world.read(canceled)).status).toBe('CANCELED');
    expect(await orphans()).toEqual([]);
  });

  it('a write with an old fence changes nothing', async () => {
    const world = newWorld();
    const id = await world.start([stage('A', [], { type: 'judge' })]);
    const first = (await world.store.claim(id, 'gone'))!;
    await world.settleNow();
    const before = await world.read(id);
    const outcome = await world.store.commit({
      lease: first.lease,
      sequence: before.sequence,
      at: world.clock.now(),
      events: [{ type: 'execution.completed', data: { status: 'TERMINAL' } }],
      execution: { ...first.execution, status: 'TERMINAL' },
      stages: new Map(),
      memories: new Map(),
      attempts: [],
      ledger: [],
      consumedSignals: [],
      dues: [],
      release: null,
    });
    expect(outcome).toBe('lost');
    expect(await world.read(id)).toEqual(before);
  });

  it('a change that expects another status is refused as a whole', async () => {
    const world = newWorld();
    const id = await world.start([stage('A', [], { type: 'judge' })]);
    const claimed = (await world.store.claim(id, 'worker-1'))!;
    const [first] = claimed.execution.stages;
    const commit = world.store.commit({
      lease: claimed.lease,
      sequence: claimed.execution.sequence,
      at: world.clock.now(),
      events: [{ type: 'stage.completed', stageId: first!.id, data: { status: 'SUCCEEDED' } }],
      execution: claimed.execution,
      stages: new Map([
        [
          first!.id,
          {
            stage: { ...first!, status: 'SUCCEEDED' },
            was: 'RUNNING',
            context: false,
            outputs: false,
            tasks: new Set<string>(),
          },
        ],
      ]),
      memories: new Map(),
      attempts: [],
      ledger: [],
      consumedSignals: [],
      dues: [],
      release: null,
    });
    await expect(commit).rejects.toThrow();
    expect((await world.read(id)).stages[0]!.status).toBe('NOT_STARTED');
    expect((await world.read(id)).sequence).toBe(claimed.execution.sequence);
  });

  it('the newest execution of a pipeline is told, unless it was refused before it started', async () => {
    const world = newWorld();
    const newest = async (config: string, filter?: NewestFilter) =>
      (await world.store.newestLaunched(config, filter))?.id ?? null;
    const pipelineConfigId = `newest-${await world.start([stage('A')])}`;
    expect(await newest(pipelineConfigId)).toBeNull();
    const refused = { pipelineConfigId, config: { disabled: true } };
    await world.start([stage('A')], refused);
    expect(await newest(pipelineConfigId)).toBeNull();
    const first = await world.start([stage('A')], { pipelineConfigId });
    const second = await world.start([stage('A', [], fail)], { pipelineConfigId });
    await world.settle();
    await world.start([stage('A')], refused);
    expect(await newest(pipelineConfigId)).toBe(second);
    expect(second).not.toBe(first);
    const waiting = await world.start([stage('A')], { pipelineConfigId });
    expect(await newest(pipelineConfigId)).toBe(waiting);
    expect(await newest(pipelineConfigId, { except: waiting })).toBe(second);
    expect(await newest(pipelineConfigId, { statuses: ['SUCCEEDED'] })).toBe(first);
    expect(await newest(pipelineConfigId, { statuses: ['SUCCEEDED'], except: first })).toBeNull();
  });

  it('a key that was let go starts another execution', async () => {
    const world = newWorld();
    const correlationKey = `let-go-${await world.start([stage('A')])}`;
    const first = await world.start([stage('A')], { correlationKey });
    expect(await world.start([stage('A')], { correlationKey })).toBe(first);
    await world.store.releaseCorrelation(first);
    const second = await world.start([stage('A')], { correlationKey });
    expect(second).not.toBe(first);
    expect(await world.start([stage('A')], { correlationKey })).toBe(second);
  });

  it('a hundred starts at once of a pipeline that runs one at a time: never two at work, first come first served', async () => {
    const world = newWorld();
    const rule = { config: { limitConcurrent: true, keepWaitingPipelines: true } };
    const ids: string[] = [];
    for (let i = 0; i < 100; i += 1) ids.push(await world.start([stage('A', [], { type: 'judge' })], rule));
    const others = ['b', 'c', 'd'].map((name) => world.worker(name));
    const engines = [world.engine, ...others];
    for (const worker of ['worker-1', 'b', 'c', 'd']) await world.store.heartbeat(worker, 60_000, []);
    await Promise.all(ids.map((executionId, i) => engines[i % 4]!.handle({ type: 'DriveExecution', executionId })));
    const statuses = await Promise.all(ids.map(async (id) => (await world.read(id)).status));
    expect(statuses.filter((status) => status === 'RUNNING')).toHaveLength(1);
    expect(statuses[0]).toBe('RUNNING');
  });
}
