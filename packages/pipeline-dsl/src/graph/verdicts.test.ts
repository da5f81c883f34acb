import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isComplete, type Status } from '../status.ts';
import {
  executionVerdict,
  type FailureFlags,
  failureStatus,
  indexGraph,
  restartClosure,
  type StageParts,
  stageVerdict,
  upstreamVerdict,
} from './index.ts';
import { anyStatus, before, randomDag, stage, type ToyStage } from './testing/stages.ts';

const GO_ON: readonly Status[] = ['SUCCEEDED', 'FAILED_CONTINUE', 'SKIPPED'];
const HALTED: readonly Status[] = ['TERMINAL', 'STOPPED', 'CANCELED'];

describe('failureStatus', () => {
  it.each<[FailureFlags, Status]>([
    [{}, 'TERMINAL'],
    [{ failPipeline: true, continuePipeline: false }, 'TERMINAL'],
    [{ failPipeline: null, continuePipeline: null }, 'TERMINAL'],
    [{ failPipeline: false, continuePipeline: false }, 'STOPPED'],
    [{ failPipeline: false, completeOtherBranchesThenFail: true }, 'STOPPED'],
    [{ failPipeline: false, continuePipeline: true }, 'FAILED_CONTINUE'],
    [{ failPipeline: true, continuePipeline: true }, 'FAILED_CONTINUE'],
  ])('%j ends %s', (flags, expected) => {
    expect(failureStatus(flags)).toBe(expected);
    expect(failureStatus(flags, 'CANCELED')).toBe(expected === 'TERMINAL' ? 'CANCELED' : expected);
  });
});

describe('upstreamVerdict', () => {
  it.each<[Status, string]>([
    ['SUCCEEDED', 'ready'],
    ['FAILED_CONTINUE', 'ready'],
    ['SKIPPED', 'ready'],
    ['TERMINAL', 'blocked'],
    ['STOPPED', 'blocked'],
    ['CANCELED', 'blocked'],
    ['RUNNING', 'waiting'],
    ['PAUSED', 'waiting'],
    ['NOT_STARTED', 'waiting'],
  ])('behind a stage that is %s it is %s', (status, expected) => {
    const next = stage('b', ['a']);
    expect(upstreamVerdict(next, indexGraph([stage('a', [], status), next]))).toBe(expected);
  });

  it('looks through stages that did not start', () => {
    const join = stage('j', ['b', 'c']);
    const stages = [stage('a', [], 'STOPPED'), stage('b', ['a']), stage('c', [], 'SUCCEEDED'), join];
    expect(upstreamVerdict(join, indexGraph(stages))).toBe('blocked');
  });

  it('keeps waiting for a requisite that does not exist', () => {
    const lost = stage('b', ['nope']);
    expect(upstreamVerdict(lost, indexGraph([lost]))).toBe('waiting');
  });

  it('serves changing statuses from one index', () => {
    const next = stage('b', ['a']);
    const graph = indexGraph([stage('a'), next]);
    expect(upstreamVerdict(next, graph, () => 'SUCCEEDED')).toBe('ready');
    expect(upstreamVerdict(next, graph, () => 'TERMINAL')).toBe('blocked');
  });

  it('agrees with a plain reading of the rule', () => {
    const failedAbove = (each: ToyStage, stages: readonly ToyStage[]): boolean =>
      stages.some(
        (other) =>
          each.requisiteStageRefIds.includes(other.refId) &&
          (HALTED.includes(other.status) || (other.status === 'NOT_STARTED' && failedAbove(other, stages))),
      );
    fc.assert(
      fc.property(randomDag(10), (stages) => {
        const graph = indexGraph(stages);
        for (const each of stages) {
          const ready = each.requisiteStageRefIds.every((ref) =>
            GO_ON.includes(stages.find(({ refId }) => refId === ref)!.status),
          );
          expect(upstreamVerdict(each, graph)).toBe(
            failedAbove(each, stages) ? 'blocked' : ready ? 'ready' : 'waiting',
          );
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('executionVerdict', () => {
  it('is TERMINAL without stages', () => {
    expect(executionVerdict([])).toBe('TERMINAL');
  });

  it('agrees with a plain reading of the rule', () => {
    const plain = (stages: readonly ToyStage[]) => {
      const all = (...set: Status[]) => stages.every(({ status }) => set.includes(status));
      const any = (status: Status) => stages.some((each) => each.status === status);
      if (all('SUCCEEDED', 'SKIPPED', 'FAILED_CONTINUE')) return 'SUCCEEDED';
      if (any('TERMINAL')) return 'TERMINAL';
      if (any('CANCELED')) return 'CANCELED';
      const startable = stages.some(
        (each) =>
          each.status === 'NOT_STARTED' &&
          each.requisiteStageRefIds.every((ref) => GO_ON.includes(stages.find(({ refId }) => refId === ref)!.status)),
      );
      if (!any('STOPPED') || any('RUNNING') || startable) return 'running';
      return stages.some((each) => each.status === 'STOPPED' && each.completeOtherBranchesThenFail)
        ? 'TERMINAL'
        : 'SUCCEEDED';
    };
    fc.assert(
      fc.property(randomDag(8), (stages) => {
        expect(executionVerdict(stages)).toBe(plain(stages));
      }),
      { numRuns: 2_000 },
    );
  });
});

type Policy = 'halt' | 'branch' | 'branch-then-fail' | 'ignore';
const POLICIES: Readonly<Record<Policy, FailureFlags>> = {
  halt: { failPipeline: true },
  branch: { failPipeline: false },
  'branch-then-fail': { failPipeline: false, completeOtherBranchesThenFail: true },
  ignore: { failPipeline: false, continuePipeline: true },
};
type Outcome = 'ok' | 'fail' | 'skipped' | 'canceled';
interface Work {
  readonly refId: string;
  readonly requisites: readonly string[];
  readonly policy: Policy;
  readonly outcome: Outcome;
}

const endOf = ({ policy, outcome }: Work): Status =>
  outcome === 'ok'
    ? 'SUCCEEDED'
    : outcome === 'skipped'
      ? 'SKIPPED'
      : failureStatus(POLICIES[policy], outcome === 'canceled' ? 'CANCELED' : 'TERMINAL');

/** Runs whatever may run, one stage at a time in list order, until the execution ends. */
function runToEnd(work: readonly Work[]): { execution: string; stages: Readonly<Record<string, Status>> } {
  const statuses = new Map<string, Status>(work.map(({ refId }) => [refId, 'NOT_STARTED']));
  for (let guard = 0; guard <= work.length; guard += 1) {
    const stages = work.map((each) => ({
      ...stage(each.refId, each.requisites, statuses.get(each.refId)),
      ...POLICIES[each.policy],
    }));
    const execution = executionVerdict(stages);
    if (execution !== 'running') return { execution, stages: Object.fromEntries(statuses) };
    const graph = indexGraph(stages);
    const next = work.find(
      (each) =>
        statuses.get(each.refId) === 'NOT_STARTED' && upstreamVerdict(graph.byRef.get(each.refId)!, graph) === 'ready',
    );
    if (!next) break;
    statuses.set(next.refId, endOf(next));
  }
  return { execution: 'stuck', stages: Object.fromEntries(statuses) };
}

const work = (
  refId: string,
  requisites: readonly string[],
  policy: Policy = 'halt',
  outcome: Outcome = 'ok',
): Work => ({ refId, requisites, policy, outcome });

describe('published vectors', () => {
  it.each<[string, Work[], Readonly<Record<string, Status>>, string]>([
    ['1: all succeed', [work('A', []), work('B', ['A'])], { A: 'SUCCEEDED', B: 'SUCCEEDED' }, 'SUCCEEDED'],
    [
      '2: a failure halts',
      [work('A', [], 'halt', 'fail'), work('B', ['A'])],
      { A: 'TERMINAL', B: 'NOT_STARTED' },
      'TERMINAL',
    ],
    [
      '4: a halted branch lets the other finish',
      [work('A', [], 'branch', 'fail'), work('B', ['A']), work('C', []), work('D', ['C'])],
      { A: 'STOPPED', B: 'NOT_STARTED', C: 'SUCCEEDED', D: 'SUCCEEDED' },
      'SUCCEEDED',
    ],
    [
      '5: and fails at the end when told so',
      [work('A', [], 'branch-then-fail', 'fail'), work('B', ['A']), work('C', []), work('D', ['C'])],
      { A: 'STOPPED', B: 'NOT_STARTED', C: 'SUCCEEDED', D: 'SUCCEEDED' },
      'TERMINAL',
    ],
    [
      '6: an ignored failure goes on',
      [work('A', [], 'ignore', 'fail'), work('B', ['A'])],
      { A: 'FAILED_CONTINUE', B: 'SUCCEEDED' },
      'SUCCEEDED',
    ],
    [
      '7: a join behind a halted branch never starts',
      [work('A', [], 'branch', 'fail'), work('C', []), work('J', ['A', 'C'])],
      { A: 'STOPPED', C: 'SUCCEEDED', J: 'NOT_STARTED' },
      'SUCCEEDED',
    ],
    [
      '8: a skipped stage goes on',
      [work('A', [], 'halt', 'skipped'), work('B', ['A']), work('J', ['A', 'B'])],
      { A: 'SKIPPED', B: 'SUCCEEDED', J: 'SUCCEEDED' },
      'SUCCEEDED',
    ],
    ['9: only stage skipped', [work('A', [], 'halt', 'skipped')], { A: 'SKIPPED' }, 'SUCCEEDED'],
    [
      '14: cancel',
      [work('A', [], 'halt', 'canceled'), work('B', ['A'])],
      { A: 'CANCELED', B: 'NOT_STARTED' },
      'CANCELED',
    ],
    ['17: child canceled', [work('P', [], 'halt', 'canceled')], { P: 'CANCELED' }, 'CANCELED'],
    [
      '18: child canceled, ignored',
      [work('P', [], 'ignore', 'canceled'), work('B', ['P'])],
      { P: 'FAILED_CONTINUE', B: 'SUCCEEDED' },
      'SUCCEEDED',
    ],
    ['19: child canceled, branch halted', [work('P', [], 'branch', 'canceled')], { P: 'STOPPED' }, 'SUCCEEDED'],
  ])('%s', (_name, stages, expected, execution) => {
    expect(runToEnd(stages)).toEqual({ execution, stages: expected });
  });

  it('3: ends at the failure even while another stage runs', () => {
    expect(executionVerdict([stage('A', [], 'TERMINAL'), stage('C', [], 'RUNNING'), stage('D', ['C'])])).toBe(
      'TERMINAL',
    );
  });
});

describe('two branches and a join, every policy and outcome', () => {
  const policies = Object.keys(POLICIES) as Policy[];
  const outcomes: readonly Outcome[] = ['ok', 'fail', 'skipped', 'canceled'];
  const each = policies.flatMap((policy) => outcomes.map((outcome) => [policy, outcome] as const));
  const cases = each.flatMap((a) => each.flatMap((b) => each.map((j) => [a, b, j] as const)));

  it(`holds in all ${16 ** 3} cases`, () => {
    expect(cases).toHaveLength(16 ** 3);
    for (const [a, b, j] of cases) {
      const [left, right, join] = [work('A', [], ...a), work('B', [], ...b), work('J', ['A', 'B'], ...j)];
      expect(runToEnd([left, right, join]), JSON.stringify([a, b, j])).toEqual(expectedOf(left, right, join));
    }
  });
});

/** The table of failure policies, spelled out for two branches run in order and a join. */
function expectedOf(left: Work, right: Work, join: Work): ReturnType<typeof runToEnd> {
  const stages: Record<string, Status> = { A: endOf(left), B: 'NOT_STARTED', J: 'NOT_STARTED' };
  if (stages['A'] === 'TERMINAL' || stages['A'] === 'CANCELED') return { execution: stages['A'], stages };
  stages['B'] = endOf(right);
  if (stages['B'] === 'TERMINAL' || stages['B'] === 'CANCELED') return { execution: stages['B'], stages };
  if (stages['A'] !== 'STOPPED' && stages['B'] !== 'STOPPED') stages['J'] = endOf(join);
  if (stages['J'] === 'TERMINAL' || stages['J'] === 'CANCELED') return { execution: stages['J'], stages };
  const failsLate = [left, right, join].some(
    ({ refId, policy }) => stages[refId] === 'STOPPED' && policy === 'branch-then-fail',
  );
  return { execution: failsLate ? 'TERMINAL' : 'SUCCEEDED', stages };
}

describe('stageVerdict', () => {
  const parts = (tasks: readonly Status[], more: Partial<StageParts> = {}): StageParts => ({
    flags: {},
    tasks,
    synthetics: [],
    ...more,
  });
  const late = (status: Status) => ({ synthetics: [{ status, syntheticStageOwner: 'STAGE_AFTER' as const }] });

  it.each<[string, StageParts, string]>([
    ['nothing at all is empty', parts([]), 'empty'],
    ['all succeeded', parts(['SUCCEEDED', 'SKIPPED']), 'SUCCEEDED'],
    ['all skipped still succeeds', parts(['SKIPPED']), 'SUCCEEDED'],
    ['TERMINAL follows the flags', parts(['SUCCEEDED', 'TERMINAL'], { flags: { failPipeline: false } }), 'STOPPED'],
    ['TERMINAL ignored', parts(['TERMINAL'], { flags: { continuePipeline: true } }), 'FAILED_CONTINUE'],
    ['TERMINAL comes before STOPPED', parts(['STOPPED', 'TERMINAL']), 'TERMINAL'],
    ['STOPPED comes before CANCELED', parts(['CANCELED', 'STOPPED']), 'STOPPED'],
    ['CANCELED comes before FAILED_CONTINUE', parts(['FAILED_CONTINUE', 'CANCELED']), 'CANCELED'],
    ['FAILED_CONTINUE comes before success', parts(['SUCCEEDED', 'FAILED_CONTINUE']), 'FAILED_CONTINUE'],
    ['after-stages to run keep it running', parts(['SUCCEEDED'], late('NOT_STARTED')), 'RUNNING'],
    ['finished after-stages let it end', parts(['SUCCEEDED'], late('SUCCEEDED')), 'SUCCEEDED'],
    ['a stopped child stops it', parts([], late('STOPPED')), 'STOPPED'],
    ['an unfinished part is a defect', parts(['SUCCEEDED', 'RUNNING']), 'TERMINAL'],
    [
      'failed planning follows the flags',
      parts([], { planningFailed: true, flags: { failPipeline: false } }),
      'STOPPED',
    ],
    ['failed planning halts by default', parts([], { planningFailed: true }), 'TERMINAL'],
    [
      'failed expressions beat every flag',
      parts(['SUCCEEDED'], {
        expressionsFailed: true,
        flags: { failOnFailedExpressions: true, continuePipeline: true },
      }),
      'TERMINAL',
    ],
    ['failed expressions alone do not', parts(['SUCCEEDED'], { expressionsFailed: true }), 'SUCCEEDED'],
  ])('%s', (_rule, given, expected) => {
    expect(stageVerdict(given)).toBe(expected);
  });

  it('does not depend on the order of the parts', () => {
    fc.assert(
      fc.property(fc.array(anyStatus), (tasks) => {
        expect(stageVerdict(parts(tasks))).toBe(stageVerdict(parts(tasks.toReversed())));
      }),
    );
  });
});

describe('restartClosure', () => {
  const a = stage('A', [], 'SUCCEEDED');
  const b = stage('B', ['A'], 'TERMINAL');
  const inner = { ...before('B<1', b), status: 'TERMINAL' as const };
  const c = stage('C', ['B']);
  const d = stage('D', ['A'], 'SUCCEEDED');
  const graph = indexGraph([a, b, inner, c, d]);
  const refs = (stages: readonly ToyStage[]) => stages.map(({ refId }) => refId);

  it('resets the stage, not what did not start, not parallel branches', () => {
    const plan = restartClosure(b, graph);
    expect([refs(plan.reset), refs(plan.remove), plan.allowed]).toEqual([['B'], ['B<1'], true]);
  });

  it('restarts the owner of a synthetic stage', () => {
    expect(restartClosure(inner, graph).target).toBe(b);
  });

  it('resets every complete stage downstream', () => {
    expect(refs(restartClosure(a, graph).reset)).toEqual(['A', 'B', 'D']);
  });

  it('is refused while the stage runs', () => {
    const running = stage('R', [], 'RUNNING');
    expect(restartClosure(running, indexGraph([running])).allowed).toBe(false);
  });

  it('never touches what is not downstream', () => {
    fc.assert(
      fc.property(randomDag(10), (stages) => {
        const all = indexGraph(stages);
        for (const each of stages) {
          const reset = new Set(restartClosure(each, all).reset);
          for (const other of stages) {
            const below = other.requisiteStageRefIds.some((ref) => reset.has(all.byRef.get(ref)!));
            if (other !== each && reset.has(other)) expect(isComplete(other.status)).toBe(true);
            if (other !== each && below && isComplete(other.status)) expect(reset.has(other)).toBe(true);
          }
        }
      }),
    );
  });
});
