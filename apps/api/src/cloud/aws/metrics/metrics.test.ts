import type { GetMetricDataOutput } from '@aws-sdk/client-cloudwatch';
import { demoScenario, type Sandbox, startSandbox } from '@gennaker/aws-sandbox';
import type { MetricQuestion, Metrics } from '@gennaker/catalog/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAwsCloud } from '../aws-cloud.ts';
import type { AroundCall } from '../calls.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { windowOf } from './request.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ scenario: demoScenario });
  sandbox.clock.freeze();
  sandbox.clock.advance(30 * MINUTE_MS);
});
afterAll(() => sandbox.stop());

interface Watched {
  readonly metrics: Metrics;
  /** Service and operation of each call so far. */
  readonly calls: string[];
}

function watched(around: AroundCall = (_call, send) => send()): Watched {
  const calls: string[] = [];
  const { metrics } = createAwsCloud({
    accounts: [{ name: 'demo', accountId: '123456789012', regions: ['us-east-1'] }],
    endpoint: sandbox.url,
    credentials: { accessKeyId: 'SANDBOXKEY', secretAccessKey: 'sandbox-secret' },
    clock: new VirtualClock(sandbox.clock.now()),
    around: (call, send) => {
      calls.push(call.operation);
      return around(call, send);
    },
  });
  return { metrics, calls };
}

const end = () => Math.floor(sandbox.clock.now() / MINUTE_MS) * MINUTE_MS - MINUTE_MS;

const question = (query: object, more: Partial<MetricQuestion['scope']> = {}): MetricQuestion => ({
  metric: 'latency',
  query: { type: 'cloudwatch', ...query },
  scope: {
    scope: 'demo-web-v000',
    location: 'us-east-1',
    start: end() - 10 * MINUTE_MS,
    end: end(),
    stepSeconds: 60,
    params: {},
    ...more,
  },
});

const latency = { namespace: 'App', metricName: 'Latency', stat: 'p99', dimensions: { ServerGroup: '${scope}' } };
const requests = { namespace: 'App', metricName: 'Requests', stat: 'Sum', dimensions: { ServerGroup: '${scope}' } };
const isFull = (values: readonly number[] = []) => values.length === 10 && values.every(Number.isFinite);

type Change = (answer: GetMetricDataOutput) => GetMetricDataOutput;

/** Changes the first answers of CloudWatch, one by one. */
function answersFirst(...changes: Change[]): AroundCall {
  return async (_call, send) => {
    const answer = (await send()) as GetMetricDataOutput;
    const change = changes.shift();
    return change ? change(answer) : answer;
  };
}

describe('metrics of CloudWatch', () => {
  it('asks for everything of one window in one call', async () => {
    const { metrics, calls } = watched();
    const answers = await metrics.fetch('demo', [question(latency), question(requests), question(latency)]);
    expect(calls).toEqual(['getMetricData']);
    expect(answers.map(([set]) => isFull(set?.values))).toEqual([true, true, true]);
    const [[set] = []] = answers;
    expect(set?.attributes).toMatchObject({
      query: 'p99 of App Latency (ServerGroup=demo-web-v000) every 60 s',
      points: '10',
      region: 'us-east-1',
    });
    expect(set?.attributes['requestIds']).toMatch(/\S+/);
  });

  it('asks for windows of their own in calls of their own', async () => {
    const { metrics, calls } = watched();
    await metrics.fetch('demo', [question(latency), question(latency, { end: end() - 5 * MINUTE_MS })]);
    expect(calls).toHaveLength(2);
  });

  it('calls target groups and load balancers by their names', async () => {
    const { metrics } = watched();
    const dimensions = { LoadBalancer: '${loadBalancer}', TargetGroup: '${targetGroup}' };
    const query = { namespace: 'AWS/ApplicationELB', metricName: 'RequestCount', stat: 'Sum', dimensions };
    const params = { loadBalancer: 'demo-alb', targetGroup: 'demo-web-tg' };
    const [[set] = [], [none] = []] = await metrics.fetch('demo', [
      question(query, { params }),
      question(query, { params: { ...params, targetGroup: 'no-such-tg' } }),
    ]);
    expect(isFull(set?.values)).toBe(true);
    expect(none?.values.every(Number.isNaN)).toBe(true);
  });

  it('computes expressions, several side by side', async () => {
    const { metrics } = watched();
    const parts = [
      { id: 'errors', ...requests, metricName: 'Errors' },
      { id: 'all', ...requests },
    ];
    const share = question({ expression: '100 * errors / all', metricDataQueries: parts });
    const both = question({ expression: 'errors + all', metricDataQueries: parts });
    const [[percent] = [], [sum] = []] = await metrics.fetch('demo', [share, both]);
    expect(percent?.values.every((value) => value >= 0 && value < 10)).toBe(true);
    expect(sum?.values.every((value) => value > 100)).toBe(true);
  });

  it('tells the series of a search apart by their labels, without the scope in them', async () => {
    const { metrics } = watched();
    const expression = `SEARCH('{App,ServerGroup} ServerGroup="\${scope}"', 'Sum', 60)`;
    const [sets = []] = await metrics.fetch('demo', [question({ expression })]);
    expect(sets.map(({ tags }) => tags['label']).sort()).toEqual(['ErrorRate', 'Errors', 'Latency', 'Requests']);
  });

  it('reads all pages', async () => {
    const half = async (call: { operation: string }, send: () => Promise<unknown>) => {
      const answer = (await send()) as GetMetricDataOutput;
      if (call.operation !== 'getMetricData') return answer;
      const cut = (
        result: NonNullable<GetMetricDataOutput['MetricDataResults']>[number],
        from: number,
        to: number,
      ) => ({
        ...result,
        Timestamps: result.Timestamps?.slice(from, to),
        Values: result.Values?.slice(from, to),
      });
      pages++;
      const [from, to] = pages === 1 ? [0, 5] : [5, 10];
      return {
        ...answer,
        MetricDataResults: answer.MetricDataResults?.map((result) => ({
          ...cut(result, from, to),
          StatusCode: pages === 1 ? 'PartialData' : 'Complete',
        })),
        NextToken: pages === 1 ? Buffer.from('from:0').toString('base64url') : undefined,
      };
    };
    let pages = 0;
    const { metrics, calls } = watched(half);
    const [[set] = []] = await metrics.fetch('demo', [question(latency)]);
    expect(calls).toHaveLength(2);
    expect(isFull(set?.values)).toBe(true);
  });

  const withStatus =
    (StatusCode: 'PartialData' | 'Forbidden' | 'InternalError', Value: string) => (answer: GetMetricDataOutput) => ({
      ...answer,
      MetricDataResults: answer.MetricDataResults?.map((result) => ({
        ...result,
        StatusCode,
        Messages: [{ Code: StatusCode, Value }],
      })),
    });

  it('asks again while CloudWatch has only part of the data', async () => {
    const { metrics, calls } = watched(answersFirst(withStatus('PartialData', ''), withStatus('InternalError', '')));
    const [[set] = []] = await metrics.fetch('demo', [question(latency)]);
    expect([calls.length, isFull(set?.values)]).toEqual([3, true]);
  });

  it('gives up when it stays so, to be tried again later', async () => {
    const always: AroundCall = async (_call, send) =>
      withStatus('PartialData', 'Too many points.')((await send()) as GetMetricDataOutput);
    const { metrics, calls } = watched(always);
    const failure = await metrics.fetch('demo', [question(latency)]).catch((error) => error.failure);
    expect(failure).toMatchObject({ code: 'metrics.incomplete', retry: true });
    expect(failure.message).toContain('"latency"');
    expect(calls).toHaveLength(5);
  });

  it('says what is forbidden', async () => {
    const { metrics, calls } = watched(answersFirst(withStatus('Forbidden', 'Not observed.')));
    const failure = await metrics.fetch('demo', [question(latency)]).catch((error) => error.failure);
    expect(failure).toMatchObject({ code: 'metrics.denied', retry: false });
    expect(failure.message).toBe(
      'CloudWatch does not let account demo read metric "latency" in us-east-1 (Forbidden: Not observed.).',
    );
    expect(calls).toHaveLength(1);
  });

  it('names the field of a query that is wrong', async () => {
    const { metrics } = watched();
    expect((await metrics.problemsOf(question({ namespace: 'App' }))).join(' ')).toContain('Metric "latency"');
    expect((await metrics.problemsOf(question({ ...latency, period: 90 }))).join(' ')).toContain('period');
  });

  it.each([
    ['of today', 0.1, 60, 60],
    ['with a step of its own', 0.1, 90, 120],
    ['of three weeks ago', 21, 60, 300],
    ['of three months ago', 90, 60, 3_600],
  ])('takes points as long as CloudWatch keeps them: %s', (_when, days, stepSeconds, period) => {
    const now = Date.UTC(2031, 5, 1, 0, 0, 30);
    const start = now - days * DAY_MS;
    const window = windowOf(question(latency, { start, end: start + 2 * 3_600_000, stepSeconds }), now);
    expect(window.periodMs).toBe(period * 1_000);
    expect([window.from % window.periodMs, window.to % window.periodMs]).toEqual([0, 0]);
    expect(window.from).toBeGreaterThanOrEqual(start);
  });
});
