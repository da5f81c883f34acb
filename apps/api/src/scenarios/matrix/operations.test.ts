import type { Sandbox } from '@gennaker/aws-sandbox';
import { stageExecutors } from '@gennaker/catalog/executors';
import { isComplete } from '@gennaker/pipeline-dsl';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { STORE } from '../shop.ts';
import { problemsAfter, problemsAfterFailure } from './checks.ts';
import { type FaultRow, ofNewcomers, TRANSIENT, vanishing } from './faults.ts';
import { type Objects, objectsOf } from './objects.ts';
import { type OperationRow, pipelineOf } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { MatrixWorld, startSteppedSandbox } from './world.ts';

let sandbox: Sandbox;
let world: MatrixWorld | undefined;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
});
afterEach(() => world?.stop());
afterAll(() => sandbox.stop());

/** Machines that each operation starts when nothing is wrong, by its name. */
const started = new Map<string, readonly string[]>();
/** What there is before, between and after the stages of each operation when nothing is wrong, by its name. */
const courses = new Map<string, readonly Objects[]>();
/** Calls to AWS that each operation takes when nothing is wrong, by its name. */
const calls = new Map<string, number>();
const typesSeen = new Set<string>();

const machines = (): readonly string[] => Object.keys(sandbox.state().regions[STORE]?.instances ?? {});

async function run(operation: OperationRow, { rules }: Pick<FaultRow, 'rules'>) {
  const course: Objects[] = [];
  let over = -1;
  world = MatrixWorld.begin(sandbox, operation.plan, {
    watch: ({ store }) => {
      const stages = [...store.executions.values()].flatMap((each) => [...each.stages.values()]);
      const ended = stages.filter(({ parentStageId, status }) => parentStageId === null && isComplete(status)).length;
      if (ended > over) course.push(objectsOf(sandbox.state()));
      over = ended;
      return 'go on';
    },
  });
  const before = new Set(machines());
  for (const rule of rules) sandbox.faults.add(rule);
  const id = await world.start(pipelineOf(operation, sandbox.state()));
  await world.settle();
  sandbox.faults.clear();
  const { status, stages } = await world.read(id);
  return {
    now: world,
    status,
    course,
    sentences: await world.failures(id),
    types: stages.map(({ type }) => type),
    newcomers: machines().filter((machine) => !before.has(machine)),
  };
}

describe.each(OPERATIONS)('given a shop that serves, when it does $name', (operation) => {
  const expectAsAsked = ({ now, status, sentences }: Awaited<ReturnType<typeof run>>) => {
    expect(sentences).toEqual([]);
    expect(status).toBe('SUCCEEDED');
    expect(problemsAfter(now, operation.end)).toEqual([]);
    expect(operation.holds?.(sandbox.state()) ?? true).toBe(true);
  };

  it.each(TRANSIENT)('with $name, then it ends as asked', async (fault) => {
    const done = await run(operation, fault);
    expectAsAsked(done);
    if (fault.rules.length > 0) return;
    started.set(operation.name, done.newcomers);
    calls.set(operation.name, sandbox.calls().length);
    courses.set(operation.name, [...done.course, objectsOf(sandbox.state())]);
    for (const type of done.types) typesSeen.add(type);
  });

  it.each(ofNewcomers([]))(
    'with $name, then it ends as asked, or says why and leaves nothing half done',
    async ({ name }) => {
      const newcomers = started.get(operation.name) ?? [];
      const fault = ofNewcomers(newcomers).find((each) => each.name === name)!;
      const done = await run(operation, fault);
      const { stands } = operation;
      if (newcomers.length === 0 || !fault.fails || stands?.faults.includes(name)) {
        if (stands?.faults !== 'all' || newcomers.length === 0) return expectAsAsked(done);
      }
      const mayFail = stands?.faults !== 'all';
      expect(done.status).toBe(mayFail ? 'TERMINAL' : 'SUCCEEDED');
      if (mayFail) expect(done.sentences.join('\n')).toMatch(fault.fails!);
      const { drifts } = operation;
      const problems = problemsAfterFailure(done.now, operation.end, courses.get(operation.name)!);
      expect(problems.filter((each) => drifts?.fault !== name || !drifts.words.test(each))).toEqual([]);
    },
  );

  const moments = (operation.on ?? []).flatMap((deleted) => [0.25, 0.5, 0.75].map((share) => ({ deleted, share })));
  it.each(moments)(
    'and somebody deletes $deleted after $share of its calls, then it says so, or has nothing more to do, and nothing else is changed',
    async ({ deleted, share }) => {
      const nth = Math.ceil(calls.get(operation.name)! * share);
      const fault = vanishing(deleted, nth);
      const done = await run(operation, fault);
      // Cleaning up goes on with the rest, and says what it could not do.
      const mayTell = done.status !== 'SUCCEEDED' || (done.types.includes('cleanUp') && done.sentences.length > 0);
      if (mayTell) expect(done.sentences.join('\n')).toMatch(fault.fails!);
      else expect(done.sentences).toEqual([]);
      const at = Date.parse(sandbox.calls()[nth - 1]!.time);
      const course = courses.get(operation.name)!;
      expect(problemsAfterFailure(done.now, operation.end, course, { name: deleted, at })).toEqual([]);
    },
  );
});

/** Stage types of the cloud that are no operations by themselves. */
const PARTS_OF_DEPLOYS = new Set([
  'deploy',
  'createServerGroup',
  'deployStep',
  'shiftTraffic',
  'settleScaling',
  'restoreSettings',
]);
const CLOUD = ['serverGroups', 'scaling', 'instances', 'images', 'loadBalancers', 'stacks', 'securityGroups'];

it('every stage type that reaches into the cloud is an operation here or a part of deploys, which the strategies are about', () => {
  const types = Object.values(stageExecutors)
    .filter(({ execution }) => execution.needs.some((port) => CLOUD.includes(port)))
    .map(({ definition }) => definition.type);
  expect(types.filter((type) => !typesSeen.has(type) && !PARTS_OF_DEPLOYS.has(type))).toEqual([]);
});
