import { expect, it } from 'vitest';
import { leftAfterFixes, told, toy } from './testing/told.ts';

const slack = (more: object = {}) => ({ type: 'slack', address: 'ops', when: ['pipeline.failed'], ...more });
const expected = (more: object = {}) => ({
  id: 'x',
  matchArtifact: { type: 's3/object' },
  usePriorArtifact: true,
  ...more,
});

it.each<[string, object, string[]]>([
  [
    'two words on how many run at once',
    { limitConcurrent: true, maxConcurrentExecutions: 3 },
    ['warning pipeline.concurrency-conflict /maxConcurrentExecutions'],
  ],
  [
    'waiting executions where none waits',
    { keepWaitingPipelines: true },
    ['info pipeline.keep-waiting-unused /keepWaitingPipelines'],
  ],
  [
    'an unknown version',
    { schema: '3', spelEvaluator: 'v5' },
    ['warning pipeline.unknown-version /schema', 'warning pipeline.unknown-version /spelEvaluator'],
  ],
  [
    'a template without a reference',
    { schema: 'v2', exclude: ['stages'] },
    ['warning pipeline.no-template /template/reference', 'warning pipeline.unknown-exclude /exclude/0'],
  ],
  [
    'an alert of an unknown kind',
    { manualStartAlert: { type: 'red', message: 'x' } },
    ['info pipeline.unknown-alert /manualStartAlert/type'],
  ],
  ['a misspelt key', { limitConcurent: true }, ['warning key.misspelt /limitConcurent']],
  ['older and unknown keys', { stageCounter: 3, lastModified: 5, ours: {} }, []],
  [
    'flags and numbers as text',
    { limitConcurrent: 'false', maxConcurrentExecutions: '3' },
    ['warning pipeline.text-value /limitConcurrent', 'warning pipeline.text-value /maxConcurrentExecutions'],
  ],
  ['nulls for what is absent', { description: null, triggers: null, limitConcurrent: null, notifications: null }, []],
  ['a flag that is none', { disabled: 'maybe' }, ['error pipeline.shape /disabled']],
  ['a good notification', { notifications: [slack()] }, []],
  [
    'a notification of an unknown type',
    { notifications: [slack({ type: 'slak' })] },
    ['warning notification.unknown-type /notifications/0/type'],
  ],
  [
    'a notification that is not sent here',
    { notifications: [slack({ type: 'sms' })] },
    ['info notification.not-run /notifications/0/type'],
  ],
  [
    'a notification to nobody',
    { notifications: [slack({ address: '' })] },
    ['warning notification.no-address /notifications/0/address'],
  ],
  [
    'a letter to no address',
    { notifications: [slack({ type: 'email' })] },
    ['warning notification.bad-address /notifications/0/address'],
  ],
  [
    'a notification of no event',
    { notifications: [slack({ when: [] })] },
    ['warning notification.no-event /notifications/0/when'],
  ],
  [
    'a notification of an event of stages',
    { notifications: [slack({ when: ['stage.failed'] })] },
    ['warning notification.unknown-event /notifications/0/when/0'],
  ],
  ['a notification with a misspelt key', { notifications: [slack({ adress: 'x' })] }, []],
  ['a good artifact', { expectedArtifacts: [expected()] }, []],
  [
    'an artifact nobody asks for',
    { expectedArtifacts: [expected({ usePriorArtifact: false })] },
    ['info artifact.unused /expectedArtifacts/0'],
  ],
  [
    'an artifact without an id',
    { expectedArtifacts: [expected({ id: '' })] },
    ['warning artifact.no-id /expectedArtifacts/0/id'],
  ],
  [
    'one id twice',
    { expectedArtifacts: [expected(), expected()] },
    ['warning artifact.duplicate-id /expectedArtifacts/1/id'],
  ],
  [
    'an artifact that is anything',
    { expectedArtifacts: [expected({ matchArtifact: { name: ' ' } })] },
    ['warning artifact.matches-anything /expectedArtifacts/0/matchArtifact'],
  ],
  [
    'an artifact without its default',
    { expectedArtifacts: [expected({ useDefaultArtifact: true })] },
    ['warning artifact.no-default /expectedArtifacts/0/defaultArtifact'],
  ],
  [
    'an artifact whose pattern is none',
    { expectedArtifacts: [expected({ matchArtifact: { name: '(' } })] },
    ['info artifact.bad-pattern /expectedArtifacts/0/matchArtifact/name'],
  ],
])('a pipeline with %s', (_, more, findings) => {
  expect(told(more)).toEqual(findings);
});

it('notifications of stages are switched on, and of their own events', () => {
  const notifications = [slack({ when: ['stage.failed', 'pipeline.failed'] })];
  expect(told({ stages: [toy('1', [], { notifications })] })).toEqual([
    'warning notification.unknown-event /stages/0/notifications/0/when/1',
    'info notification.switched-off /stages/0/notifications',
  ]);
  const judged = { type: 'manualJudgment', notifications: [slack({ when: ['manualJudgment'] })] };
  expect(told({ stages: [toy('1', [], judged)] })).toEqual([]);
});

it('offers fixes that mend it', () => {
  const more = {
    limitConcurrent: true,
    maxConcurrentExecutions: 3,
    schema: '3',
    desciption: 'x',
    notifications: [slack({ type: 'slak', when: ['pipeline.faild'] })],
    stages: [toy('1', [], { notifications: [slack({ when: ['stage.failed'] })] })],
  };
  expect(leftAfterFixes(more)).toEqual([]);
});
