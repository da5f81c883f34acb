import type { CallRecord, Sandbox } from '@gennaker/aws-sandbox';
import { LOOKED_AT, stageExecutors } from '@gennaker/catalog/executors';
import type { PortName } from '@gennaker/catalog/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectsOf } from '../matrix/objects.ts';
import { startSteppedSandbox } from '../matrix/world.ts';
import { problemsOf } from './rules.ts';
import { LEDGER_STORIES, pipelineOf } from './stories.ts';
import { type Row, watchRun } from './watched-run.ts';

/** Ports that can change AWS. */
const CHANGING: ReadonlySet<PortName> = new Set([
  'serverGroups',
  'scaling',
  'instances',
  'images',
  'loadBalancers',
  'stacks',
  'securityGroups',
]);

/** Stage types whose executor is handed a port that changes AWS, and that say that they do. */
const changingTypes = (): readonly string[] =>
  Object.values(stageExecutors)
    .filter(({ definition }) => definition.changesTheWorld)
    .filter(({ execution }) => execution.needs.some((port) => CHANGING.has(port)))
    .map(({ definition }) => definition.type);

let sandbox: Sandbox;
const played = new Set<string>();
const entered = new Set<string>();
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
});
afterAll(() => sandbox.stop());

describe('before AWS changes anything', () => {
  it.each(LEDGER_STORIES)('the ledger knows of it, with what was there: $name', { timeout: 60_000 }, async (story) => {
    const run = await watchRun(sandbox, story.plan, (state) => pipelineOf(story, state));
    for (const type of run.types) played.add(type);
    for (const kind of run.kinds) entered.add(kind);
    expect(run.problems).toEqual([]);
    expect(run.calls.length).toBeGreaterThan(0);
    expect(story.holds?.(objectsOf(sandbox.state())) ?? true).toBe(true);
    const problems = run.calls.flatMap((each) => problemsOf(each, run.names));
    expect([...new Set(problems)]).toEqual([]);
  });

  it('and a change without a rule, without an older row, or without its picture is found', () => {
    const names = { groupOf: new Map(), nameOf: new Map(), listenerOf: new Map() };
    const row = { kind: 'serverGroup', name: 'web-v001', action: 'change' } as Row;
    const told = (action: string, ...rows: readonly Row[]) =>
      problemsOf({ call: { action, parameters: { AutoScalingGroupName: 'web-v001' } } as CallRecord, rows }, names);
    expect(told('UpdateAutoScalingGroup')[0]).toContain('no older row');
    expect(told('UpdateAutoScalingGroup', row)[0]).toContain('no picture from before (capacity)');
    expect(told('UpdateAutoScalingGroup', { ...row, before: { capacity: { min: 1 } } })).toEqual([]);
    expect(told('StartInstanceRefresh')[0]).toContain('has no rule');
  });

  it('and every stage type that can change AWS has been at work here', () => {
    expect(changingTypes().filter((type) => !played.has(type))).toEqual([]);
  });

  it('and every kind of thing that they enter is looked at when its execution has ended, so that it can be cleaned up', () => {
    expect(entered.size).toBeGreaterThan(10);
    expect([...entered].filter((kind) => !LOOKED_AT.has(kind))).toEqual([]);
  });
});
