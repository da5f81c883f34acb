import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf } from '../../testing/clients.ts';

const start = Date.UTC(2030, 0, 1, 12);
const minute = 60_000;

describe('alarms', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ clock: () => start });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox, { maxAttempts: 2 });
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const send = (value: number | null) =>
    value === null
      ? undefined
      : aws.cloudWatch.putMetricData({ Namespace: 'Shop', MetricData: [{ MetricName: 'Errors', Value: value }] });
  const put = (settings: Partial<PutMetricAlarmInput> = {}) =>
    aws.cloudWatch.putMetricAlarm({
      AlarmName: 'errors',
      Namespace: 'Shop',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      ...settings,
    });
  const alarm = async (name = 'errors') =>
    (await aws.cloudWatch.describeAlarms({ AlarmNames: [name] })).MetricAlarms?.[0];
  /** Sends one value a minute (or nothing), and answers the state after each minute. */
  const play = async (values: Array<number | null>): Promise<string[]> => {
    const states: string[] = [];
    for (const value of values) {
      await send(value);
      sandbox.clock.advance(minute);
      states.push((await alarm())?.StateValue ?? '');
    }
    return states;
  };

  it('begin without data, and follow the metric minute by minute', async () => {
    await put();
    expect(await alarm()).toMatchObject({
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors',
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
      ActionsEnabled: true,
      TreatMissingData: 'missing',
    });
    expect(await play([1, 9, 2, 7])).toEqual(['OK', 'ALARM', 'OK', 'ALARM']);
    expect(await alarm()).toMatchObject({
      StateReason:
        'Threshold Crossed: 1 out of the last 1 datapoints [7.0 (01/01/30 12:03:00)] was greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition).',
      StateTransitionedTimestamp: new Date(start + 4 * minute),
    });
    const { AlarmHistoryItems } = await aws.cloudWatch.describeAlarmHistory({ HistoryItemType: 'StateUpdate' });
    expect(AlarmHistoryItems?.map((item) => item.HistorySummary)).toEqual([
      'Alarm updated from OK to ALARM',
      'Alarm updated from ALARM to OK',
      'Alarm updated from OK to ALARM',
      'Alarm updated from INSUFFICIENT_DATA to OK',
    ]);
  });

  it('need M values out of N', async () => {
    await put({ EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    expect((await play([9, 1, 9, 1, 1])).slice(1)).toEqual(['OK', 'ALARM', 'OK', 'OK']);
  });

  it.each<[string, string[]]>([
    ['missing', ['ALARM', 'ALARM', 'INSUFFICIENT_DATA']],
    ['ignore', ['ALARM', 'ALARM', 'ALARM']],
    ['breaching', ['ALARM', 'ALARM', 'ALARM']],
    ['notBreaching', ['ALARM', 'ALARM', 'OK']],
  ])('treat missing values as %s', async (TreatMissingData, expected) => {
    await put({ TreatMissingData });
    await play([9]);
    expect(await play([null, null, null])).toEqual(expected);
  });

  it('evaluate metric math, and percentiles', async () => {
    await put({
      AlarmName: 'rate',
      Namespace: undefined,
      MetricName: undefined,
      Statistic: undefined,
      Period: undefined,
      Threshold: 50,
      Metrics: [
        { Id: 'e1', Expression: '100 * m1 / 10' },
        {
          Id: 'm1',
          ReturnData: false,
          MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'Errors' }, Period: 60, Stat: 'Sum' },
        },
      ],
    });
    await put({
      AlarmName: 'slow',
      Statistic: undefined,
      ExtendedStatistic: 'p90',
      ComparisonOperator: 'LessThanThreshold',
    });
    await play([4]);
    expect([(await alarm('rate'))?.StateValue, (await alarm('slow'))?.StateValue]).toEqual(['OK', 'ALARM']);
    await play([6]);
    expect([(await alarm('rate'))?.StateValue, (await alarm('slow'))?.StateValue]).toEqual(['ALARM', 'OK']);
  });

  it('can be set for a while, changed without losing their state, switched off and deleted all or none', async () => {
    await put();
    await play([1]);
    await aws.cloudWatch.setAlarmState({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'a drill' });
    expect(await alarm()).toMatchObject({ StateValue: 'ALARM', StateReason: 'a drill' });
    await put({ Threshold: 100 });
    expect(await alarm()).toMatchObject({ StateValue: 'ALARM', Threshold: 100 });
    expect(await play([7])).toEqual(['OK']);
    await aws.cloudWatch.disableAlarmActions({ AlarmNames: ['errors'] });
    expect((await alarm())?.ActionsEnabled).toBe(false);
    const gone = aws.cloudWatch.deleteAlarms({ AlarmNames: ['errors', 'nope'] });
    await expect(gone).rejects.toMatchObject({ name: 'ResourceNotFound' });
    expect(await alarm()).toBeDefined();
    await aws.cloudWatch.deleteAlarms({ AlarmNames: ['errors'] });
    expect(await alarm()).toBeUndefined();
  });

  it('are found by prefix, state and action, keep every field, and have tags', async () => {
    const fields = {
      AlarmDescription: 'too many',
      DatapointsToAlarm: 2,
      EvaluationPeriods: 4,
      TreatMissingData: 'notBreaching',
      Unit: 'Count' as const,
      Dimensions: [{ Name: 'Host', Value: 'a' }],
      OKActions: ['arn:aws:sns:us-east-1:123456789012:told'],
    };
    await put({ ...fields, Tags: [{ Key: 'team', Value: 'shop' }] });
    await put({ AlarmName: 'another' });
    expect(await alarm()).toMatchObject(fields);
    const find = async (wish: object) =>
      (await aws.cloudWatch.describeAlarms(wish)).MetricAlarms?.map(({ AlarmName }) => AlarmName);
    expect(await find({})).toEqual(['another', 'errors']);
    expect(await find({ AlarmNamePrefix: 'err' })).toEqual(['errors']);
    expect(await find({ ActionPrefix: 'arn:aws:sns' })).toEqual(['errors']);
    expect(await find({ StateValue: 'OK' })).toEqual([]);
    const first = await aws.cloudWatch.describeAlarms({ MaxRecords: 1 });
    expect(await find({ MaxRecords: 1, NextToken: first.NextToken })).toEqual(['errors']);
    const { MetricAlarms } = await aws.cloudWatch.describeAlarmsForMetric({
      Namespace: 'Shop',
      MetricName: 'Errors',
      Dimensions: fields.Dimensions,
    });
    expect(MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['errors']);
    const ResourceARN = (await alarm())?.AlarmArn ?? '';
    await aws.cloudWatch.tagResource({ ResourceARN, Tags: [{ Key: 'tier', Value: '1' }] });
    await aws.cloudWatch.untagResource({ ResourceARN, TagKeys: ['team'] });
    expect((await aws.cloudWatch.listTagsForResource({ ResourceARN })).Tags).toEqual([{ Key: 'tier', Value: '1' }]);
  });

  it.each<[string, Partial<PutMetricAlarmInput>]>([
    ['DatapointsToAlarm', { DatapointsToAlarm: 2 }],
    ['TreatMissingData', { TreatMissingData: 'sometimes' }],
    ['ComparisonOperator', { ComparisonOperator: 'GreaterThanUpperThreshold' }],
    ['either Metrics, or', { MetricName: undefined }],
    ['Statistic or ExtendedStatistic', { ExtendedStatistic: 'p90' }],
    ['Period must be', { Period: 61 }],
    ['seven days', { Period: 86_400, EvaluationPeriods: 8 }],
    ['arn syntax', { AlarmActions: ['topic'] }],
  ])('are refused for their %s', async (message, settings) => {
    await expect(put(settings)).rejects.toThrow(message);
  });

  it('tell a topic and the event bus of each change of state', async () => {
    const settings = {
      endpoint: sandbox.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'SANDBOXKEY', secretAccessKey: 'sandbox-secret' },
      systemClockOffset: sandbox.clock.now() - Date.now(),
    };
    const [sns, sqs, events] = [new SNS(settings), new SQS(settings), new EventBridge(settings)];
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }];
    const [told, seen] = await Promise.all(
      ['told', 'seen'].map((QueueName) =>
        sqs.createQueue({ QueueName, Attributes: { Policy: JSON.stringify({ Statement }) } }),
      ),
    );
    const { TopicArn } = await sns.createTopic({ Name: 'told' });
    await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: 'arn:aws:sqs:us-east-1:123456789012:told' });
    await events.putRule({ Name: 'alarms', EventPattern: JSON.stringify({ source: ['aws.cloudwatch'] }) });
    await events.putTargets({
      Rule: 'alarms',
      Targets: [{ Id: 'queue', Arn: 'arn:aws:sqs:us-east-1:123456789012:seen' }],
    });
    await put({ AlarmActions: [TopicArn ?? ''] });
    await play([1, 9, 9]);
    const bodies = async (QueueUrl: string | undefined) =>
      ((await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 })).Messages ?? []).map(
        ({ Body }) => JSON.parse(Body ?? '{}') as Record<string, unknown>,
      );
    const [message, ...more] = await bodies(told?.QueueUrl);
    expect(more).toEqual([]);
    expect(message).toMatchObject({ Subject: 'ALARM: "errors" in us-east-1' });
    expect(JSON.parse(String(message?.['Message']))).toMatchObject({
      AlarmName: 'errors',
      OldStateValue: 'OK',
      NewStateValue: 'ALARM',
      Trigger: { MetricName: 'Errors', Threshold: 5 },
    });
    expect((await bodies(seen?.QueueUrl)).map((event) => event['detail'])).toMatchObject([
      { alarmName: 'errors', state: { value: 'OK' }, previousState: { value: 'INSUFFICIENT_DATA' } },
      { alarmName: 'errors', state: { value: 'ALARM' }, previousState: { value: 'OK' } },
    ]);
    for (const client of [sns, sqs, events]) client.destroy();
  });

  it('keep up with a clock that jumps half a day', async () => {
    await put({
      AlarmName: 'cpu',
      Namespace: 'AWS/EC2',
      MetricName: 'CPUUtilization',
      Statistic: 'Average',
      Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'demo-web-v000' }],
      Threshold: 60,
      EvaluationPeriods: 3,
    });
    sandbox.clock.advance(30 * minute);
    sandbox.do({ setApp: { resource: 'demo-web-v000', app: { cpu: 90 } } });
    sandbox.clock.advance(12 * 60 * minute);
    const found = await alarm('cpu');
    expect(found?.StateValue).toBe('ALARM');
    expect(found?.StateTransitionedTimestamp).toEqual(new Date(start + 33 * minute));
  });
});
