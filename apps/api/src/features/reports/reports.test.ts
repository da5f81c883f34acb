import type { Leftover, Sight } from '@gennaker/catalog/executors';
import type { Execution } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import type { LedgerRow } from '../../persistence/index.ts';
import { appTest } from '../../testing/app-test.ts';
import { eventually } from '../../testing/start-test-application.ts';
import { reportOf, settledBy } from './report.ts';

const size = (min: number, desired: number, max: number) => ({ min, desired, max });
const row = (name: string, action: string, more: Partial<LedgerRow> = {}): LedgerRow => ({
  kind: 'serverGroup',
  account: 'prod',
  region: 'us-east-1',
  name,
  action,
  state: 'done',
  stageId: 's1',
  before: null,
  at: 1,
  ...more,
});
const PLACE = { kind: 'serverGroup', account: 'prod', region: 'us-east-1' };
const there = (more: Partial<Sight> = {}): Sight => ({
  there: true,
  picture: { traffic: 'enabled', capacity: size(1, 2, 3), suspendedProcesses: [] },
  why: 'It is in traffic.',
  leftovers: [],
  ...more,
});
const gone: Sight = { there: false, picture: {}, why: '', leftovers: [] };
const sightsOf = (now: Record<string, Sight>) =>
  new Map(Object.entries(now).map(([name, sight]) => [`serverGroup prod us-east-1 ${name}`, sight]));

const execution = (status = 'TERMINAL') =>
  ({
    id: 'e1',
    status,
    stages: [{ id: 's1', name: 'Deploy', status: 'TERMINAL', context: {}, parentStageId: null }],
  }) as unknown as Execution;

const report = (rows: LedgerRow[], now: Record<string, Sight>) => reportOf(execution(), rows, sightsOf(now));

describe('the report on an execution', () => {
  it('tells what was created, and why it is still there', () => {
    const rest: Leftover = {
      ...{ kind: 'serverGroup', account: 'prod', region: 'us-east-1', name: 'v2' },
      ...{ action: 'destroy', what: 'Destroy v2', why: 'It takes no traffic.' },
    };
    const rows = [row('v1', 'create'), row('v2', 'create'), row('v3', 'create'), row('v4', 'create')];
    const sights = { v1: there(), v2: there({ why: 'It never came up.', leftovers: [rest] }), v3: gone };
    const told = report(rows, sights);
    expect(told.created.map(({ name, there: is }) => [name, is])).toEqual([
      ['v1', true],
      ['v2', true],
      ['v3', false],
      ['v4', null],
    ]);
    expect(told.kept.map(({ name, why }) => [name, why])).toEqual([
      ['v1', 'It is in traffic.'],
      ['v2', 'It never came up.'],
      ['v4', 'Nothing of this execution removes serverGroup v4.'],
    ]);
    expect(told.cleanUp).toEqual([rest]);
    expect(reportOf(execution('RUNNING'), rows, sightsOf(sights)).cleanUp).toEqual([]);
  });

  it('tells what was changed, from what to what', () => {
    const before = { traffic: 'enabled', capacity: size(1, 2, 3), suspendedProcesses: ['AZRebalance', 'Launch'] };
    const later = { ...before, capacity: size(2, 2, 3) };
    const rows = [
      row('v1', 'change', { before }),
      row('v1', 'change', { before: later }),
      row('v2', 'change', { before }),
    ];
    const told = report(rows, {
      v1: there({ picture: later }),
      v2: there({ picture: { ...before, suspendedProcesses: ['Launch', 'AZRebalance'] } }),
    });
    expect(told.changed).toMatchObject([
      { name: 'v1', before, now: { capacity: size(2, 2, 3) }, asBefore: false },
      { name: 'v2', asBefore: true },
    ]);
  });

  it('names as removed what is gone, also where the call was cut off', () => {
    const rows = [row('v1', 'remove'), row('v2', 'create'), row('v2', 'remove', { state: 'intended' })];
    const told = report(rows, { v1: gone, v2: gone });
    expect(told.removed.map(({ name }) => name)).toEqual(['v1', 'v2']);
    expect(told.kept).toEqual([]);
  });

  it('says of each thing why it is so, and in sum how the execution ended and what is left', () => {
    const before = { capacity: size(1, 2, 3) };
    const rows = [
      row('v1', 'create'),
      row('v2', 'create'),
      row('v2', 'remove'),
      row('v3', 'create'),
      row('v4', 'change', { before }),
      row('v5', 'change', { before }),
      row('v6', 'remove', { state: 'intended' }),
    ];
    const grown = { capacity: size(2, 2, 3) };
    const now = {
      v1: there(),
      v2: gone,
      v3: gone,
      v4: there({ picture: grown }),
      v5: there({ picture: { ...before } }),
      v6: gone,
    };
    const told = report(rows, now);
    expect(told.created.map(({ name, why }) => [name, why])).toEqual([
      ['v1', 'Stage Deploy made it. It is in traffic.'],
      ['v2', 'Stage Deploy made it. Stage Deploy removed it.'],
      ['v3', 'Stage Deploy made it, and it is gone: somebody else has removed it.'],
    ]);
    expect(told.changed.map(({ name, why }) => [name, why])).toEqual([
      ['v4', 'It is in traffic.'],
      ['v5', 'It is as it was before.'],
    ]);
    expect(told.removed.map(({ name, why }) => [name, why])).toEqual([
      ['v2', 'Stage Deploy removed it.'],
      ['v6', 'Stage Deploy was to remove it; the call was cut off, and it is gone.'],
    ]);
    expect(told.summary).toBe('The execution failed. Nothing is left to clean up.');
  });

  it.each<[string, Partial<Execution>, string]>([
    ['succeeded', { status: 'SUCCEEDED' }, 'The execution succeeded.'],
    [
      'was canceled',
      { status: 'CANCELED', canceledBy: 'ann', cancellationReason: 'wrong image' },
      'The execution was canceled by ann: wrong image.',
    ],
    ['goes on', { status: 'RUNNING' }, 'The execution is RUNNING; what is told here may change.'],
    [
      'ran out of time',
      { stages: [{ ...execution().stages[0]!, context: { exception: { exceptionType: 'TimeoutException' } } }] },
      'The execution failed: stage Deploy ran out of time.',
    ],
  ])('tells of an execution that %s', (_how, more, ending) => {
    const one = { ...execution(), ...more };
    expect(reportOf(one, [], new Map()).summary).toBe(`${ending} It has changed nothing in the cloud.`);
    const leftovers = there({
      leftovers: [{ ...PLACE, name: 'v1', action: 'destroy', what: 'Destroy v1', why: 'So.' }],
    });
    const { summary } = reportOf(one, [row('v1', 'create')], sightsOf({ v1: leftovers }));
    expect(summary).toBe(one.status === 'RUNNING' ? ending : `${ending} One thing is left to clean up.`);
  });

  it('settles by a look what a cut-off call left open', () => {
    const open = { state: 'intended' };
    const before = { capacity: size(1, 2, 3) };
    const rows = [
      row('v1', 'create', open),
      row('v2', 'create', open),
      row('v3', 'remove', open),
      row('v4', 'remove', open),
      row('v1', 'change', { ...open, before }),
      row('v5', 'change', { ...open, before }),
      row('v6', 'create', open),
    ];
    const v5 = there({ picture: { capacity: size(0, 0, 0) } });
    const settled = settledBy(rows, sightsOf({ v1: there(), v2: gone, v3: gone, v4: there(), v5 }));
    expect(settled.map(({ name, action, state }) => [name, action, state])).toEqual([
      ['v1', 'create', 'done'],
      ['v2', 'create', 'absent'],
      ['v3', 'remove', 'done'],
      ['v1', 'change', 'absent'],
      ['v5', 'change', 'done'],
    ]);
  });
});

describe('over HTTP', () => {
  appTest('reports on an ended execution, and finishes its rest as an execution of its own', async ({ app }) => {
    app.world.serverGroups.add({ name: 'report-web-v000', capacity: size(1, 2, 4) });
    const job = {
      type: 'resizeServerGroup',
      credentials: 'prod',
      regions: ['us-east-1'],
      serverGroupName: 'report-web-v000',
      action: 'scale_exact',
      capacity: { max: 6 },
    };
    const { body: started } = await app.send('POST', '/tasks', { application: 'report', job: [job] });
    const id = String(started.ref).split('/').at(-1);
    await eventually(
      async () => (await app.send('GET', `/executions/${id}/report`)).body,
      (body) => body.ended,
    );
    const { body } = await app.send('GET', `/executions/${id}/report`);
    expect(body).toMatchObject({
      executionId: id,
      created: [],
      changed: [
        {
          name: 'report-web-v000',
          before: { capacity: size(1, 2, 4) },
          now: { capacity: size(1, 2, 6) },
          asBefore: false,
        },
      ],
      removed: [],
      unsettled: [],
      cleanUp: [],
    });
    const cleaned = await app.send('POST', `/executions/${id}/cleanUp`, {});
    expect(cleaned.status).toBe(200);
    const { body: task } = await eventually(
      () => app.send('GET', cleaned.body.ref),
      (answer) => answer.body.status === 'SUCCEEDED',
    );
    expect(task.execution.stages[0]).toMatchObject({ type: 'cleanUp', outputs: { cleanedUp: [], left: [] } });
  });

  appTest(
    'tells over HTTP what dead executions have left, and of what this installation knows nothing',
    async ({ app }) => {
      const pinned = app.world.serverGroups.add({ name: 'left-web-v000', capacity: size(3, 3, 5) });
      await app.world.serverGroups.setIntendedCapacity(pinned, size(1, 3, 5));
      const { body } = await app.send('GET', '/janitor');
      expect(body).toMatchObject({ mode: 'off', unread: [] });
      const own = body.remains.filter((rest: { name: string }) => rest.name === 'left-web-v000');
      expect(own).toMatchObject([
        { action: 'unpin', isOurs: false, what: 'Give left-web-v000 its least size of 1 back' },
      ]);
    },
  );

  appTest('knows nothing of an execution that is not there', async ({ app }) => {
    expect((await app.send('GET', '/executions/none/report')).status).toBe(404);
    expect((await app.send('POST', '/executions/none/cleanUp', {})).status).toBe(404);
  });
});
