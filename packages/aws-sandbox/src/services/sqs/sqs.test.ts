import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { clientOf } from '../../testing/service-clients.ts';

describe('queues', () => {
  let sandbox: Sandbox;
  let sqs: SQS;

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 6 });
    sandbox.clock.freeze();
    sqs = clientOf(sandbox, SQS);
  });
  afterAll(async () => {
    sqs.destroy();
    await sandbox.stop();
  });

  const make = async (QueueName: string, Attributes?: Record<string, string>) =>
    (await sqs.createQueue({ QueueName, Attributes })).QueueUrl ?? '';
  const bodies = async (QueueUrl: string, extra: object = {}) =>
    ((await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10, ...extra })).Messages ?? []).map(
      (each) => each.Body,
    );

  it('are made once, found by name, and rest a minute after they were deleted', async () => {
    const url = await make('made', { VisibilityTimeout: '60' });
    expect(url).toBe(`${sandbox.url}/123456789012/made`);
    expect(await make('made', { VisibilityTimeout: '60' })).toBe(url);
    await expect(make('made', { VisibilityTimeout: '61' })).rejects.toMatchObject({ name: 'QueueNameExists' });
    expect((await sqs.getQueueUrl({ QueueName: 'made' })).QueueUrl).toBe(url);
    await expect(sqs.getQueueUrl({ QueueName: 'absent' })).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
    });
    await sqs.deleteQueue({ QueueUrl: url });
    await expect(make('made')).rejects.toMatchObject({ name: 'QueueDeletedRecently' });
    sandbox.clock.advance(60_000);
    await make('made');
    expect((await sqs.listQueues({ QueueNamePrefix: 'ma' })).QueueUrls).toEqual([url]);
    await expect(make('ordered.fifo')).rejects.toMatchObject({ name: 'UnsupportedOperation' });
    await expect(make('odd', { Colour: 'red' })).rejects.toMatchObject({ name: 'InvalidAttributeName' });
  });

  it('hide what was received until it is deleted or its time is over', async () => {
    const QueueUrl = await make('work');
    await sqs.sendMessage({
      QueueUrl,
      MessageBody: 'one',
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'deploy' } },
    });
    const { Messages } = await sqs.receiveMessage({
      QueueUrl,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    const [first] = Messages ?? [];
    expect(first).toMatchObject({
      Body: 'one',
      Attributes: { ApproximateReceiveCount: '1' },
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'deploy' } },
    });
    expect(await bodies(QueueUrl)).toEqual([]);
    await sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 100 });
    sandbox.clock.advance(99_000);
    expect(await bodies(QueueUrl)).toEqual([]);
    sandbox.clock.advance(1000);
    const again = await sqs.receiveMessage({ QueueUrl });
    await sqs.deleteMessage({ QueueUrl, ReceiptHandle: again.Messages?.[0]?.ReceiptHandle });
    sandbox.clock.advance(100_000);
    expect(await bodies(QueueUrl)).toEqual([]);
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0', VisibilityTimeout: '30' });
    await expect(sqs.deleteMessage({ QueueUrl, ReceiptHandle: 'nonsense' })).rejects.toMatchObject({
      name: 'ReceiptHandleIsInvalid',
    });
  });

  it('wake those who wait at them, and send them away when their time is over', async () => {
    const QueueUrl = await make('poll');
    const waiting = bodies(QueueUrl, { WaitTimeSeconds: 20 });
    await sqs.sendMessage({ QueueUrl, MessageBody: 'now', DelaySeconds: 5 });
    sandbox.clock.advance(4000);
    sandbox.clock.advance(1000);
    expect(await waiting).toEqual(['now']);
    let over = false;
    const vain = bodies(QueueUrl, { WaitTimeSeconds: 3 }).finally(() => {
      over = true;
    });
    while (!over) {
      sandbox.clock.advance(1000);
      await sqs.getQueueUrl({ QueueName: 'poll' });
    }
    expect(await vain).toEqual([]);
  });

  it('wait in real time while the clock runs', async () => {
    const fast = await startSandbox({ seed: 6, speed: 1000 });
    const client = clientOf(fast, SQS);
    const { QueueUrl } = await client.createQueue({ QueueName: 'poll' });
    expect(await client.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 })).not.toHaveProperty('Messages.0');
    client.destroy();
    await fast.stop();
  });

  it('send on what was received too often, and take batches entry by entry', async () => {
    const dead = await make('dead');
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:123456789012:dead',
      maxReceiveCount: 2,
    });
    const QueueUrl = await make('often', { RedrivePolicy, VisibilityTimeout: '1' });
    const { Successful, Failed } = await sqs.sendMessageBatch({
      QueueUrl,
      Entries: [
        { Id: 'a', MessageBody: 'poison' },
        { Id: 'b', MessageBody: 'late', DelaySeconds: 901 },
      ],
    });
    expect([Successful?.map((each) => each.Id), Failed?.map((each) => each.Code)]).toEqual([
      ['a'],
      ['InvalidParameterValue'],
    ]);
    for (let tries = 0; tries < 2; tries += 1) {
      expect(await bodies(QueueUrl)).toEqual(['poison']);
      sandbox.clock.advance(1000);
    }
    expect(await bodies(QueueUrl)).toEqual([]);
    expect(await bodies(dead)).toEqual(['poison']);
  });

  describe('that subscribe to a topic', () => {
    let sns: SNS;
    let QueueUrl: string;
    let TopicArn: string;
    const Endpoint = 'arn:aws:sqs:us-east-1:123456789012:told';

    beforeAll(async () => {
      sns = clientOf(sandbox, SNS);
      QueueUrl = await make('told');
      TopicArn = (await sns.createTopic({ Name: 'news' })).TopicArn ?? '';
      await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint });
    });
    afterAll(() => sns.destroy());

    const open = () => {
      const Condition = { ArnEquals: { 'aws:SourceArn': TopicArn } };
      const allow = { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage' };
      const Policy = JSON.stringify({ Statement: [{ ...allow, Resource: Endpoint, Condition }] });
      return sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy } });
    };

    it('get nothing until their policy lets the topic send', async () => {
      await sns.publish({ TopicArn, Message: 'lost' });
      expect(await bodies(QueueUrl)).toEqual([]);
      await open();
      await sns.publish({
        TopicArn,
        Message: 'hello',
        Subject: 'greeting',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } },
      });
      const [body] = await bodies(QueueUrl);
      expect(JSON.parse(body ?? '')).toMatchObject({
        Type: 'Notification',
        TopicArn,
        Subject: 'greeting',
        Message: 'hello',
        MessageAttributes: { kind: { Type: 'String', Value: 'x' } },
      });
    });

    it('get the bare message when they ask for it, and only what their filter lets through', async () => {
      const [subscription] = (await sns.listSubscriptionsByTopic({ TopicArn })).Subscriptions ?? [];
      const SubscriptionArn = subscription?.SubscriptionArn;
      const set = (AttributeName: string, AttributeValue: string) =>
        sns.setSubscriptionAttributes({ SubscriptionArn, AttributeName, AttributeValue });
      await set('RawMessageDelivery', 'true');
      await set('FilterPolicy', '{"state":["running"]}');
      await set('FilterPolicyScope', 'MessageBody');
      await sns.publish({ TopicArn, Message: '{"state":"stopped"}' });
      await sns.publish({ TopicArn, Message: '{"state":"running"}' });
      expect(await bodies(QueueUrl)).toEqual(['{"state":"running"}']);
      await sns.unsubscribe({ SubscriptionArn });
      await sns.publish({ TopicArn, Message: '{"state":"running"}' });
      expect(await bodies(QueueUrl)).toEqual([]);
      await sns.deleteTopic({ TopicArn });
      await expect(sns.publish({ TopicArn, Message: 'x' })).rejects.toMatchObject({ name: 'NotFoundException' });
    });
  });
});
