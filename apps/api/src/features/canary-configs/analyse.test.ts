import { FakeJudge, FakeMetrics } from '@gennaker/catalog/kit/in-memory';
import { expect, it } from 'vitest';
import { ProblemError } from '../http/problem.ts';
import { analyse } from './analyse.ts';

const NOW = Date.UTC(2031, 0, 1, 12);
const config = {
  name: 'web',
  applications: ['shop'],
  metrics: [
    {
      name: 'errors',
      query: { type: 'cloudwatch', metricName: 'Errors', dimensions: { Group: '${scope}', Zone: '${zone}' } },
      groups: ['all'],
      scopeName: 'default',
    },
  ],
};
const side = (scope: string, more: object = {}) => ({
  scope,
  location: 'us-east-1',
  start: '2031-01-01T10:00:00Z',
  end: '2031-01-01T10:05:00Z',
  extendedScopeParams: { zone: 'a' },
  ...more,
});
const asked = (scopes: object) => ({
  application: 'shop',
  config: { id: 'config-1', version: 3, config },
  account: 'prod',
  request: { scopes, thresholds: { pass: 90, marginal: 60 } },
  executionId: '',
  pointer: '/executionRequest',
});
const run = { now: NOW, key: 'canary 1' };

it('judges times gone by at once, each side by its own scope and time', async () => {
  const metrics = new FakeMetrics();
  const judge = new FakeJudge();
  const start = Date.UTC(2031, 0, 1, 10);
  metrics.add('Errors', { Group: 'web-v001', Zone: 'a' }, start - 3_600_000, 7);
  metrics.add('Errors', { Group: 'web-v002', Zone: 'a' }, start, 9);
  const before = { start: start - 3_600_000, end: '2031-01-01T09:05:00Z' };
  const scopes = { default: { controlScope: side('web-v001', before), experimentScope: side('web-v002') } };
  expect(await analyse({ metrics, judge }, asked(scopes), run)).toBe('report-1');
  const [window] = judge.windows;
  expect(window).toMatchObject({ thresholds: { pass: 90, marginal: 60 }, look: { number: 1, planned: 1 } });
  expect([window?.control[0]?.[0]?.values[0], window?.experiment[0]?.[0]?.values[0]]).toEqual([7, 9]);
});

it('asks nothing while a word of a query is not explained', async () => {
  const metrics = new FakeMetrics();
  const bare = { extendedScopeParams: {} };
  const scopes = { default: { controlScope: side('web-v001', bare), experimentScope: side('web-v002', bare) } };
  const refused = analyse({ metrics, judge: new FakeJudge() }, asked(scopes), run);
  await expect(refused).rejects.toThrow(ProblemError);
  await expect(refused).rejects.toThrow(/\$\{zone\}/);
  expect(metrics.asked).toEqual([]);
});
