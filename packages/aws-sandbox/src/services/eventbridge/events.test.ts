import { EventBridge } from '@aws-sdk/client-eventbridge';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf } from '../../testing/clients.ts';
import { clientOf } from '../../testing/service-clients.ts';

const QueueArn = 'arn:aws:sqs:us-east-1:123456789012:events';
const name = 'demo-web-v000';

interface Event {
  'detail-type': string;
  source: string;
  resources: string[];
  detail: Record<string, unknown>;
}

describe('events', () => {
  let sandbox: Sandbox;
  let aws: Clients;
  let bus: EventBridge;
  let sqs: SQS;
  let sns: SNS;
  let QueueUrl: string;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 7 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
    bus = clientOf(sandbox, EventBridge);
    sqs = clientOf(sandbox, SQS);
    sns = clientOf(sandbox, SNS);
    const Statement = ['events', 'sns'].map((service) => ({
      Effect: 'Allow',
      Principal: { Service: `${service}.amazonaws.com` },
      Action: 'sqs:SendMessage',
      Resource: QueueArn,
    }));
    QueueUrl =
      (await sqs.createQueue({ QueueName: 'events', Attributes: { Policy: JSON.stringify({ Statement }) } }))
        .QueueUrl ?? '';
  });
  afterEach(async () => {
    for (const client of [bus, sqs, sns, aws]) client.destroy();
    await sandbox.stop();
  });

  async function listen(pattern: object): Promise<void> {
    await bus.putRule({ Name: 'watch', EventPattern: JSON.stringify(pattern) });
    await bus.putTargets({ Rule: 'watch', Targets: [{ Id: 'queue', Arn: QueueArn }] });
  }

  async function heard<T = Event>(): Promise<T[]> {
    const found: T[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
      if (Messages.length === 0) return found;
      found.push(...Messages.map((message) => JSON.parse(message.Body ?? '') as T));
    }
  }

  it('tell the changes of instances and the ends of scaling activities, in their order', async () => {
    await listen({ source: ['aws.ec2', 'aws.autoscaling'] });
    await aws.autoScaling.setDesiredCapacity({ AutoScalingGroupName: name, DesiredCapacity: 4 });
    sandbox.clock.advance(10_000);
    const events = await heard();
    expect(events.map((event) => event.detail['state'] ?? event['detail-type'])).toEqual([
      'pending',
      'running',
      'EC2 Instance Launch Successful',
    ]);
    const [pending, , launched] = events;
    expect(pending).toMatchObject({ source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification' });
    expect(launched?.detail).toMatchObject({
      AutoScalingGroupName: name,
      EC2InstanceId: pending?.detail['instance-id'],
      StatusCode: 'InProgress',
      Origin: 'EC2',
      Destination: 'AutoScalingGroup',
    });
    expect(launched?.resources[0]).toContain(`autoScalingGroupName/${name}`);
  });

  it('tell failed launches with the words of EC2', async () => {
    await listen({ 'detail-type': [{ prefix: 'EC2 Instance Launch' }] });
    sandbox.faults.add({ effect: { kind: 'capacity' } });
    await aws.autoScaling.setDesiredCapacity({ AutoScalingGroupName: name, DesiredCapacity: 4 });
    sandbox.clock.advance(1000);
    const [event] = await heard();
    expect(event).toMatchObject({
      'detail-type': 'EC2 Instance Launch Unsuccessful',
      detail: {
        StatusCode: 'Failed',
        EC2InstanceId: '',
        StatusMessage: expect.stringContaining('sufficient t3.micro'),
      },
    });
  });

  it('tell nothing of what was before anybody listened, nor through a disabled rule', async () => {
    await aws.autoScaling.setDesiredCapacity({ AutoScalingGroupName: name, DesiredCapacity: 4 });
    await listen({ source: [{ prefix: 'aws.' }] });
    expect(await heard()).toEqual([]);
    await bus.disableRule({ Name: 'watch' });
    sandbox.clock.advance(10_000);
    expect(await heard()).toEqual([]);
    expect(await bus.describeRule({ Name: 'watch' })).toMatchObject({ State: 'DISABLED' });
  });

  it('tell lifecycle actions on the bus, and to the queue of a hook', async () => {
    await listen({ 'detail-type': ['EC2 Instance-launch Lifecycle Action'] });
    const hook = { AutoScalingGroupName: name, LifecycleHookName: 'warm', HeartbeatTimeout: 60 };
    await aws.autoScaling.putLifecycleHook({
      ...hook,
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      NotificationTargetARN: QueueArn,
      RoleARN: 'arn:aws:iam::123456789012:role/hooks',
    });
    await aws.autoScaling.setDesiredCapacity({ AutoScalingGroupName: name, DesiredCapacity: 4 });
    sandbox.clock.advance(3000);
    const [event, message] = await heard<Event & Record<string, unknown>>();
    expect(event?.detail).toMatchObject({ LifecycleHookName: 'warm', Destination: 'AutoScalingGroup' });
    expect(message?.['LifecycleActionToken']).toBe(event?.detail['LifecycleActionToken']);
  });

  it('of a group reach the topic it notifies, after a test', async () => {
    const { TopicArn } = await sns.createTopic({ Name: 'scaling' });
    await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: QueueArn, Attributes: { RawMessageDelivery: 'true' } });
    await aws.autoScaling.putNotificationConfiguration({
      AutoScalingGroupName: name,
      TopicARN: TopicArn,
      NotificationTypes: ['autoscaling:EC2_INSTANCE_LAUNCH', 'autoscaling:EC2_INSTANCE_TERMINATE'],
    });
    await aws.autoScaling.setDesiredCapacity({ AutoScalingGroupName: name, DesiredCapacity: 2 });
    sandbox.clock.advance(60_000);
    const messages = await heard<Record<string, unknown>>();
    expect(messages.map((message) => message['Event'])).toEqual([
      'autoscaling:TEST_NOTIFICATION',
      'autoscaling:EC2_INSTANCE_TERMINATE',
    ]);
    expect(messages[1]).toMatchObject({
      AutoScalingGroupName: name,
      Service: 'AWS Auto Scaling',
      StatusCode: 'InProgress',
    });
  });

  it('of an application pass rules too, whole or transformed', async () => {
    await listen({ source: ['shop'], detail: { total: [{ numeric: ['>', 10] }] } });
    const put = (Detail: string) => bus.putEvents({ Entries: [{ Source: 'shop', DetailType: 'sale', Detail }] });
    await put('{"total":5}');
    await put('{"total":50}');
    expect((await heard()).map((event) => event.detail)).toEqual([{ total: 50 }]);
    const InputTransformer = {
      InputPathsMap: { sum: '$.detail.total', kind: '$.detail-type' },
      InputTemplate: '{"sum": <sum>, "said": "a <kind>"}',
    };
    await bus.putTargets({ Rule: 'watch', Targets: [{ Id: 'queue', Arn: QueueArn, InputTransformer }] });
    await put('{"total":60}');
    expect(await heard<unknown>()).toEqual([{ sum: 60, said: 'a sale' }]);
    const { Entries, FailedEntryCount } = await bus.putEvents({
      Entries: [{ Source: 'aws.ec2', DetailType: 'forged', Detail: '{}' }],
    });
    expect([FailedEntryCount, Entries?.[0]?.ErrorCode]).toEqual([1, 'NotAuthorizedForSourceException']);
  });

  it('have rules that are listed, refused when wrong, and deleted after their targets', async () => {
    await listen({ source: ['aws.ec2'] });
    expect((await bus.listRules({ NamePrefix: 'wa' })).Rules?.map((rule) => rule.Name)).toEqual(['watch']);
    expect((await bus.listRuleNamesByTarget({ TargetArn: QueueArn })).RuleNames).toEqual(['watch']);
    expect((await bus.listTargetsByRule({ Rule: 'watch' })).Targets).toEqual([{ Id: 'queue', Arn: QueueArn }]);
    await expect(bus.putRule({ Name: 'bad', EventPattern: '{"source":"aws.ec2"}' })).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
    });
    await expect(bus.describeRule({ Name: 'absent' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(bus.deleteRule({ Name: 'watch' })).rejects.toMatchObject({ name: 'ValidationException' });
    await bus.removeTargets({ Rule: 'watch', Ids: ['queue'] });
    await bus.deleteRule({ Name: 'watch' });
    expect((await bus.listRules({})).Rules).toEqual([]);
  });
});
