import { CloudWatch, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf } from '../../testing/clients.ts';

const start = Date.UTC(2030, 0, 1, 12);
const minute = 60_000;
const at = (minutes: number) => new Date(start + minutes * minute);

describe('metrics that are sent', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeAll(async () => {
    sandbox = await startSandbox({ clock: () => start });
    sandbox.clock.freeze();
    sandbox.clock.advance(10 * minute);
    aws = clientsOf(sandbox);
    const series = (MetricName: string, values: Array<number | null>, Host = 'a') =>
      values.flatMap((Value, index) =>
        Value === null
          ? []
          : [{ MetricName, Value, Timestamp: at(index), Dimensions: [{ Name: 'Host', Value: Host }] }],
      );
    await aws.cloudWatch.putMetricData({
      Namespace: 'Shop',
      MetricData: [
        ...series('Orders', [10, 20, null, 40, 50]),
        ...series('Orders', [1, 2, 3, 4, 5], 'b'),
        ...series('Failures', [1, 2, null, null, 5]),
        { MetricName: 'Latency', Values: [10, 20, 90], Counts: [5, 4, 1], Timestamp: at(1), Unit: 'Milliseconds' },
        {
          MetricName: 'Latency',
          StatisticValues: { SampleCount: 2, Sum: 30, Minimum: 10, Maximum: 20 },
          Timestamp: at(5),
          Unit: 'Milliseconds',
        },
      ],
    });
  });
  afterAll(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const metric = (Id: string, MetricName = 'Orders', Host = 'a', Period = 60, Stat = 'Sum'): MetricDataQuery => ({
    Id,
    MetricStat: {
      Metric: { Namespace: 'Shop', MetricName, Dimensions: [{ Name: 'Host', Value: Host }] },
      Period,
      Stat,
    },
    ReturnData: false,
  });
  const ask = (MetricDataQueries: MetricDataQuery[], rest: object = {}) =>
    aws.cloudWatch.getMetricData({
      MetricDataQueries,
      StartTime: at(0),
      EndTime: at(6),
      ScanBy: 'TimestampAscending',
      ...rest,
    });
  const math = async (
    Expression: string,
    inputs = [metric('m1'), metric('m2', 'Orders', 'b'), metric('f1', 'Failures')],
  ) => {
    const { MetricDataResults } = await ask([...inputs, { Id: 'e1', Expression }]);
    return MetricDataResults?.map(({ Timestamps, Values }) =>
      (Timestamps ?? []).map((time, index) => `${(time.getTime() - start) / minute}:${Values?.[index]}`).join(' '),
    );
  };

  it('are read back as a series, oldest or newest first', async () => {
    const { MetricDataResults } = await ask([{ ...metric('m1'), ReturnData: undefined }]);
    expect(MetricDataResults).toEqual([
      {
        Id: 'm1',
        Label: 'Orders',
        StatusCode: 'Complete',
        Timestamps: [at(0), at(1), at(3), at(4)],
        Values: [10, 20, 40, 50],
      },
    ]);
    const newest = await ask([{ ...metric('m1'), ReturnData: true }], { ScanBy: undefined });
    expect(newest.MetricDataResults?.[0]?.Values).toEqual([50, 40, 20, 10]);
  });

  it('are gathered into longer periods', async () => {
    const longer = { ...metric('m1', 'Orders', 'a', 180), ReturnData: true };
    const { MetricDataResults } = await ask([longer]);
    expect(MetricDataResults?.[0]).toMatchObject({ Timestamps: [at(0), at(3)], Values: [30, 90] });
  });

  it('answer with each kind of statistic, and without a percentile where only statistics are known', async () => {
    const { Datapoints, Label } = await aws.cloudWatch.getMetricStatistics({
      Namespace: 'Shop',
      MetricName: 'Latency',
      StartTime: at(0),
      EndTime: at(6),
      Period: 60,
      Statistics: ['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount'],
    });
    expect(Label).toBe('Latency');
    expect(Datapoints).toEqual([
      { Timestamp: at(1), Average: 22, Sum: 220, Minimum: 10, Maximum: 90, SampleCount: 10, Unit: 'Milliseconds' },
      { Timestamp: at(5), Average: 15, Sum: 30, Minimum: 10, Maximum: 20, SampleCount: 2, Unit: 'Milliseconds' },
    ]);
    const extended = await aws.cloudWatch.getMetricStatistics({
      Namespace: 'Shop',
      MetricName: 'Latency',
      StartTime: at(0),
      EndTime: at(2),
      Period: 60,
      ExtendedStatistics: ['p90', 'p99', 'tm50'],
    });
    expect(extended.Datapoints?.[0]?.ExtendedStatistics).toEqual({ p90: 20, p99: 90, tm50: 10 });
  });

  it.each<[string, string[]]>([
    ['m1 + m2 * 2', ['0:12 1:24 3:48 4:60']],
    ['100 * f1 / m1', ['0:10 1:10 4:10']],
    ['-(m2 - 1) ^ 2 * 3 - 1', ['0:-1 1:-4 2:-13 3:-28 4:-49']],
    ['2 ^ m2 ^ 2 / 2', ['0:1 1:8 2:256 3:32768 4:16777216']],
    ['SUM([m1, m2])', ['0:11 1:22 2:3 3:44 4:55']],
    ['AVG(METRICS("m"))', ['0:5.5 1:11 2:3 3:22 4:27.5']],
    ['MAX(METRICS()) - MIN(METRICS())', ['0:9 1:18 2:0 3:36 4:45']],
    ['m2 - AVG(m2)', ['0:-2 1:-1 2:0 3:1 4:2']],
    ['FILL(f1, 0)', ['0:1 1:2 2:0 3:0 4:5 5:0']],
    ['FILL(f1, REPEAT)', ['0:1 1:2 2:2 3:2 4:5 5:5']],
    ['FILL(f1, LINEAR)', ['0:1 1:2 2:3 3:4 4:5']],
    ['RATE(m2) * 60', ['1:1 2:1 3:1 4:1']],
    ['DIFF(m1)', ['1:10 3:20 4:10']],
    ['RUNNING_SUM(m2)', ['0:1 1:3 2:6 3:10 4:15']],
    ['IF(m2 > 2 AND m2 != 4, m2, 0)', ['0:0 1:0 2:3 3:0 4:5']],
    ['IF(m1 >= 20, m1)', ['1:20 3:40 4:50']],
    ['METRICS("m") / 10', ['0:1 1:2 3:4 4:5', '0:0.1 1:0.2 2:0.3 3:0.4 4:0.5']],
    [`SEARCH('{Shop,Host} MetricName="Orders"', 'Sum', 180)`, ['0:30 3:90', '0:6 3:9']],
    [`SEARCH('{Shop,Host} ord NOT Host="a"', 'Sum', 300)`, ['0:15']],
    [`SUM(SEARCH('{Shop,Host} MetricName=("Orders" OR "Failures") Host=a', 'Sum', 300))`, ['0:128']],
  ])('are combined by %s', async (expression, expected) => {
    expect(await math(expression)).toEqual(expected);
  });

  it.each([
    [`${'('.repeat(60)}m1`, "Error in expression 'e1': The expression is nested too deeply"],
    ['m1 +', "Error in expression 'e1': Unexpected end"],
    ['m9 * 2', "Error in expression 'e1': Undefined variable 'm9'"],
    ['e1 + 1', "Error in expression 'e1': 'e1' depends on itself"],
    ['AVG(m1)', "Error in expression 'e1': Expression must return a single time series or an array of time series"],
    ['NOPE(m1)', "Error in expression 'e1': The function NOPE is not supported"],
  ])('are not combined by %s', async (expression, message) => {
    await expect(math(expression)).rejects.toMatchObject({
      name: 'ValidationException',
      Code: 'ValidationError',
      message,
    });
  });

  it('are labelled as wished', async () => {
    const Label = "${PROP('Dim.Host')} of ${PROP('Namespace')}: last ${LAST}, most ${MAX} at ${MAX_TIME}";
    const { MetricDataResults } = await ask([{ ...metric('m1'), ReturnData: true, Label }], {
      LabelOptions: { Timezone: '+0200' },
    });
    expect(MetricDataResults?.[0]?.Label).toBe('a of Shop: last 50, most 50 at 2030-01-01 14:04');
    const two = await ask([
      { ...metric('m1'), ReturnData: true },
      { ...metric('m2', 'Orders', 'b'), ReturnData: true },
    ]);
    expect(two.MetricDataResults?.map((each) => each.Label)).toEqual(['a', 'b']);
  });

  it('come in pages, with partial results told as such', async () => {
    const queries = [
      { ...metric('m1'), ReturnData: true },
      { ...metric('m2', 'Orders', 'b'), ReturnData: true },
    ];
    const first = await ask(queries, { MaxDatapoints: 6 });
    expect(first.MetricDataResults?.map(({ Id, Values, StatusCode }) => [Id, Values, StatusCode])).toEqual([
      ['m1', [10, 20, 40, 50], 'Complete'],
      ['m2', [1, 2], 'PartialData'],
    ]);
    const second = await ask(queries, { MaxDatapoints: 6, NextToken: first.NextToken });
    expect(second.MetricDataResults?.map(({ Id, Values, StatusCode }) => [Id, Values, StatusCode])).toEqual([
      ['m2', [3, 4, 5], 'Complete'],
    ]);
    expect(second.NextToken).toBeUndefined();
    await expect(ask(queries, { NextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidNextToken' });
  });

  it('are listed by namespace, name and dimension', async () => {
    const list = async (wish: object) =>
      (await aws.cloudWatch.listMetrics({ Namespace: 'Shop', ...wish })).Metrics?.map(
        ({ MetricName, Dimensions }) => `${MetricName} ${Dimensions?.[0]?.Value ?? ''}`,
      );
    expect(await list({})).toEqual(['Orders a', 'Orders b', 'Failures a', 'Latency ']);
    expect(await list({ MetricName: 'Orders', Dimensions: [{ Name: 'Host', Value: 'b' }] })).toEqual(['Orders b']);
    expect(await list({ Dimensions: [{ Name: 'Host' }] })).toHaveLength(3);
  });

  it('are refused when they cannot be', async () => {
    const put = (datum: object, Namespace = 'Shop') =>
      aws.cloudWatch.putMetricData({ Namespace, MetricData: [{ MetricName: 'X', ...datum }] });
    await expect(put({ Value: 1 }, 'AWS/EC2')).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      Code: 'InvalidParameterValue',
      message: 'The value AWS/EC2 for parameter Namespace is invalid.',
    });
    await expect(put({})).rejects.toMatchObject({ Code: 'MissingParameter' });
    await expect(put({ Value: 1, Timestamp: at(-60 * 24 * 15) })).rejects.toMatchObject({
      Code: 'InvalidParameterValue',
    });
    await expect(put({ Values: [1, 2], Counts: [1] })).rejects.toMatchObject({ Code: 'InvalidParameterCombination' });
    await expect(ask([])).rejects.toMatchObject({ Code: 'ValidationError' });
    await expect(ask([{ ...metric('M1') }])).rejects.toThrow('The value M1 for parameter Id is invalid');
    await expect(ask([metric('m1', 'Orders', 'a', 90)])).rejects.toThrow('Period must be');
    await expect(ask([{ ...metric('m1') }], { EndTime: at(0) })).rejects.toThrow('must be less than');
    const tooMany = { Namespace: 'Shop', MetricName: 'Orders', StartTime: at(-1441), EndTime: at(0), Period: 60 };
    await expect(aws.cloudWatch.getMetricStatistics({ ...tooMany, Statistics: ['Sum'] })).rejects.toThrow(
      'You have requested up to 1441 datapoints, which exceeds the limit of 1440.',
    );
  });

  it('arrive compressed when they are many, and over the old Query protocol too', async () => {
    const MetricData = Array.from({ length: 900 }, (_, index) => ({
      MetricName: 'Bulk',
      Value: index,
      Timestamp: at(2),
      Dimensions: [{ Name: 'Shard', Value: String(index % 3) }],
    }));
    await aws.cloudWatch.putMetricData({ Namespace: 'Many', MetricData });
    const old = new CloudWatch({
      endpoint: sandbox.url,
      region: 'us-east-1',
      systemClockOffset: sandbox.clock.now() - Date.now(),
      credentials: { accessKeyId: 'SANDBOXKEY', secretAccessKey: 'sandbox-secret' },
      protocol: AwsQueryProtocol,
      maxAttempts: 1,
    });
    const { Datapoints } = await old.getMetricStatistics({
      Namespace: 'Many',
      MetricName: 'Bulk',
      Dimensions: [{ Name: 'Shard', Value: '2' }],
      StartTime: at(0),
      EndTime: at(10),
      Period: 600,
      Statistics: ['SampleCount', 'Maximum'],
    });
    expect(Datapoints).toMatchObject([{ SampleCount: 300, Maximum: 899 }]);
    await expect(
      old.putMetricData({ Namespace: 'AWS/X', MetricData: [{ MetricName: 'X', Value: 1 }] }),
    ).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    old.destroy();
  });
});
