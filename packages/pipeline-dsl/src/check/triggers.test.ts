import { expect, it } from 'vitest';
import { leftAfterFixes, told } from './testing/told.ts';

const webhook = { type: 'webhook', enabled: true, source: 'x' };
const cron = (cronExpression: string, more: object = {}) => ({ type: 'cron', enabled: true, cronExpression, ...more });

it.each<[string, object, string[]]>([
  ['nothing wrong', webhook, []],
  ['an unknown type', { ...webhook, type: 'webhok' }, ['warning trigger.unknown-type /triggers/0/type']],
  [
    'a type that starts nothing here, and a pattern that is none',
    { type: 'docker', enabled: true, account: 'a', repository: 'r', tag: '*' },
    ['warning trigger.not-run /triggers/0/type', 'warning trigger.bad-pattern /triggers/0/tag'],
  ],
  ['no source', { ...webhook, source: ' ' }, ['warning trigger.no-source /triggers/0/source']],
  [
    'no fields',
    { type: 'git', enabled: true, source: 'github' },
    ['warning trigger.missing-field /triggers/0/project', 'warning trigger.missing-field /triggers/0/slug'],
  ],
  ['a field of the wrong kind', { ...webhook, secret: 5 }, ['warning trigger.bad-field /triggers/0/secret']],
  ['no word on being enabled', { type: 'webhook', source: 'x' }, ['info trigger.not-enabled /triggers/0/enabled']],
  ['being disabled', { ...webhook, enabled: false }, ['info trigger.all-disabled /triggers']],
  ['being enabled as text', { ...webhook, enabled: 'true' }, ['warning pipeline.text-value /triggers/0/enabled']],
  [
    'constraints that are no regular expressions',
    { ...webhook, payloadConstraints: { 'a/b': '(', c: '(?=x)', d: '(a)\\1', e: 'good' } },
    ['a~1b', 'c', 'd'].map((key) => `warning trigger.bad-pattern /triggers/0/payloadConstraints/${key}`),
  ],
  [
    'an unknown artifact',
    { ...webhook, expectedArtifactIds: ['nope'] },
    ['warning trigger.unknown-artifact /triggers/0/expectedArtifactIds/0'],
  ],
  ['a good schedule', cron('0 0 9 ? * MON', { timezone: 'Europe/Oslo' }), []],
  ['a schedule of five fields', cron('0 9 * * 1'), ['warning trigger.bad-cron /triggers/0/cronExpression']],
  ['a schedule of each second', cron('* * * * * ?'), ['warning trigger.each-second /triggers/0/cronExpression']],
  ['a schedule that is never due', cron('0 0 0 31 2 ?'), ['warning trigger.never-due /triggers/0/cronExpression']],
  [
    'a time zone that is none',
    cron('0 0 9 ? * MON', { timezone: 'Mars/Base' }),
    ['warning trigger.bad-timezone /triggers/0/timezone'],
  ],
  ['a missing schedule', { type: 'cron', enabled: true }, ['warning trigger.missing-field /triggers/0/cronExpression']],
  [
    'an end there is none of',
    { type: 'pipeline', enabled: true, application: 'a', pipeline: 'p', status: ['succesful'] },
    ['warning trigger.unknown-status /triggers/0/status/0'],
  ],
  [
    'no end, and this very pipeline',
    { type: 'pipeline', enabled: true, application: 'a', pipeline: 'own' },
    ['warning trigger.no-status /triggers/0/status', 'warning trigger.own-pipeline /triggers/0/pipeline'],
  ],
  ['a misspelt key', { ...webhook, payloadConstraint: {} }, ['warning key.misspelt /triggers/0/payloadConstraint']],
])('a trigger with %s', (_, trigger, expected) => {
  expect(told({ id: 'own', triggers: [trigger] })).toEqual(expected);
});

it('the same twice is worth a look', () => {
  const triggers = [webhook, { ...webhook, id: 'other' }];
  expect(told({ triggers })).toEqual(['info trigger.duplicate /triggers/1']);
});

it('offers fixes that mend it', () => {
  const triggers = [
    { ...webhook, type: 'webhok', expectedArtifactIds: ['nope'] },
    { type: 'webhook', source: 'y' },
    cron('0 9 * * 1'),
    cron('* * * * * ?'),
    { type: 'pipeline', enabled: 'true', application: 'a', pipeline: 'p' },
  ];
  expect(leftAfterFixes({ triggers })).toEqual([]);
});
