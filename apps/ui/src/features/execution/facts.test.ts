import { describe, expect, it } from 'vitest';
import { FakeWorld } from '../../../dev/fake-world.ts';
import {
  failuresOf,
  overridesOf,
  overrideText,
  parameterLine,
  parentRun,
  starterOf,
  topOf,
  waitingForPeople,
} from './facts.ts';
import { executionSentence, stageSentence, waitSentence } from './sentence.ts';
import { eventText } from './stage-events.tsx';
import { rowsOf } from './stage-list.tsx';
import { shownText } from './value-table.tsx';

const world = new FakeWorld(Date.UTC(2026, 0, 1));
const run = (status: string) => world.list((one) => one.status === status && one.name === 'Deploy to prod');
const failed = () => run('TERMINAL').at(-1)!;

describe('what a run says of itself', () => {
  it('names the deepest failed stage, not the parent that only suffered', () => {
    const [first, ...rest] = failuresOf(failed());
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      code: 'InvalidAMIID.NotFound',
      task: 'launchInstances',
      stage: { name: 'Deploy in us-east-1' },
    });
    expect(topOf(failed().stages, first!.stage).name).toBe('Deploy us-east-1');
    expect(executionSentence(failed()).text).toContain('Failed at “Deploy in us-east-1”');
  });

  it('names what was overridden for it, each guard once', () => {
    const [one] = run('RUNNING');
    expect(overridesOf(one!)).toEqual([]);
    const refusal = 'Refused to destroy web-v001.';
    const guard = { user: 'ben', reason: 'it burns', at: 5, refusal };
    const stages = one!.stages.map((stage) => ({ ...stage, context: { overriddenTrafficGuards: [guard] } }));
    const overridden = overridesOf({ ...one!, trigger: { type: 'manual', overrideFreeze: 'prod is down' }, stages });
    expect(overridden).toMatchObject([
      { what: 'freeze', reason: 'prod is down' },
      { what: 'traffic guard', refusal },
    ]);
    expect(overrideText(overridden[1]!)).toBe('Traffic guard overridden by ben: it burns');
    const event = { sequence: 1, type: 'stage.updated', data: { contextPatch: stages[0]!.context } };
    expect(eventText(event, stages[0]!)).toBe('Traffic guard overridden by ben: it burns');
  });

  it('says what a waiting run waits for, since when and until when', () => {
    const waiting = run('RUNNING')[0]!;
    expect(waitingForPeople(waiting).map((stage) => stage.name)).toEqual(['Approve']);
    const sentence = executionSentence(waiting);
    expect(sentence.text).toBe('Waiting for a person to decide on “Approve”');
    expect(sentence.deadline).toBeGreaterThan(sentence.since ?? 0);
  });

  it('says why a queued run has not started and why a stage has not', () => {
    expect(executionSentence(run('NOT_STARTED')[0]!).text).toContain('Queued: waiting for');
    const { stages } = run('RUNNING')[0]!;
    expect(stageSentence(stages, stages.find((stage) => stage.refId === '5')!).text).toContain(
      'Deploy us-east-1, Warm caches',
    );
  });

  it('says who or what started it, and with what', () => {
    expect(starterOf(failed())).toBe('webhook payments-release');
    expect(starterOf({ trigger: { type: 'manual', user: 'ana@example.com' } } as never)).toBe('ana@example.com');
    const trigger = {
      type: 'pipeline',
      parentPipelineName: 'nightly',
      parentPipelineId: '01A',
      parentPipelineApplication: 'shop',
    };
    expect(starterOf({ trigger } as never)).toBe('pipeline nightly');
    expect(parentRun({ trigger })).toEqual({ app: 'shop', id: '01A' });
    expect(parentRun(failed())).toBeNull();
    expect(parameterLine(failed())).toBe('version 3.14.2 · size normal');
  });

  it('lists stages in running order with what they planned below them', () => {
    const names = rowsOf(failed().stages).map(({ stage, depth }) => `${depth} ${stage.name}`);
    expect(names.indexOf('1 Deploy in us-east-1')).toBe(names.indexOf('0 Deploy us-east-1') + 1);
    expect(names.at(-1)).toBe('0 Tell chat');
  });

  it('writes short values in one line and long ones in several', () => {
    expect(shownText('a\nb')).toBe('a\nb');
    expect(shownText({ min: 2, max: 3 })).toBe('{"min":2,"max":3}');
    expect(shownText({ names: ['x'.repeat(40), 'y'.repeat(40)] }).split('\n')).toHaveLength(6);
  });

  it('tells events in words', () => {
    const task = { id: '1', name: 'createServerGroup' };
    const stage = { tasks: [task] } as Parameters<typeof eventText>[1];
    const told = (event: object) => eventText({ sequence: 1, type: 'stage.updated', ...event }, stage);
    expect(told({ type: 'task.changed', taskId: '1', data: { status: 'TERMINAL' } })).toBe(
      'Create server group: failed',
    );
    expect(told({ type: 'stage.completed', data: { status: 'SUCCEEDED' } })).toBe('Ended: done');
    expect(told({ data: { contextPatch: { region: 'x' } } })).toBe('Wrote region');
  });
});

it('a pause in the middle of a deploy is told by what it is for', () => {
  const stage = (id: string, parentStageId: string | null, wait: object | null) =>
    ({ ...{ id, refId: id, name: id, parentStageId, status: 'RUNNING', wait }, tasks: [], context: {} }) as never;
  const pause = { kind: 'time', reason: 'the set time to pass', since: 1, until: 9 };
  const stages = [stage('Deploy', null, null), stage('Wait before 50 %', 'Deploy', pause)];
  expect(stageSentence(stages, stages[0]!)).toMatchObject({
    ...{ text: 'Wait before 50 %: waiting for the set time to pass', deadline: 9, atDeadline: 'ends' },
  });
});

it('a wait for what another run changes names that run and leads to it', () => {
  const id = '01M7ZG30R9BE550CG9FYQ323FV';
  const reason = `cluster shop-web in prod: stage "Deploy" of execution ${id} (shop / deploy web)`;
  const holder = { executionId: id, application: 'shop' };
  const { text, run } = waitSentence({ kind: 'lease', reason, since: 1, holder });
  expect(text).toBe('Waiting for cluster shop-web in prod: stage "Deploy" of execution #q323fv (shop / deploy web)');
  expect(run).toEqual({ app: 'shop', id });
  expect(waitSentence({ kind: 'time', reason: 'noon', since: 1 })).toMatchObject({ atDeadline: 'ends' });
  expect(waitSentence({ kind: 'resource', reason: 'it', since: 1, until: 9 })).toMatchObject({
    ...{ deadline: 9, atDeadline: 'times out' },
  });
});
