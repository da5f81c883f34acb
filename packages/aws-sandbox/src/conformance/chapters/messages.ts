import {
  DeleteNotificationConfigurationCommand,
  DescribeNotificationConfigurationsCommand,
  PutNotificationConfigurationCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { Clients } from '../clients.ts';
import type { Lab } from '../lab.ts';
import type { Place } from '../place.ts';

interface Queue {
  QueueUrl: string;
  arn: string;
}

/** A queue that hears a topic and a rule of EventBridge, and a group that tells the topic; all deleted again. */
export async function messages(lab: Lab, clients: Clients, place: Place, groupName: string): Promise<void> {
  const { sns, sqs } = clients;
  const queue = await makeQueue(lab, clients, place);
  const { TopicArn } = await lab.send(sns, new CreateTopicCommand({ Name: place.name, Tags: [place.tag] }));
  lab.later(`topic ${TopicArn}`, () => sns.send(new DeleteTopicCommand({ TopicArn })));
  await allowTopic(lab, clients, queue, TopicArn ?? '');
  const subscribe = { TopicArn, Protocol: 'sqs', Endpoint: queue.arn, ReturnSubscriptionArn: true };
  const { SubscriptionArn } = await lab.send(sns, new SubscribeCommand(subscribe));
  await lab.send(sns, new ListSubscriptionsByTopicCommand({ TopicArn }));
  await lab.send(sns, new PublishCommand({ TopicArn, Message: 'It ran.' }));
  await receive(lab, clients, queue, 'It ran.');
  await lab.send(sqs, new SendMessageCommand({ QueueUrl: queue.QueueUrl, MessageBody: 'Directly.' }));
  await receive(lab, clients, queue, 'Directly.');
  await notify(lab, clients, groupName, TopicArn ?? '');
  await hearEvents(lab, clients, place, queue.arn);
  await lab.send(sns, new UnsubscribeCommand({ SubscriptionArn }));
  await lab.send(sns, new DeleteTopicCommand({ TopicArn }));
}

async function makeQueue(lab: Lab, { sqs }: Clients, place: Place): Promise<Queue> {
  const QueueName = place.name;
  const { QueueUrl = '' } = await lab.send(
    sqs,
    new CreateQueueCommand({ QueueName, tags: { [place.tag.Key]: place.tag.Value } }),
  );
  lab.later(`queue ${QueueUrl}`, () => sqs.send(new DeleteQueueCommand({ QueueUrl })));
  await lab.send(sqs, new GetQueueUrlCommand({ QueueName }));
  const { Attributes } = await lab.send(sqs, new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return { QueueUrl, arn: Attributes?.QueueArn ?? '' };
}

async function allowTopic(lab: Lab, { sqs }: Clients, { QueueUrl, arn }: Queue, topicArn: string): Promise<void> {
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn,
    Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
  await lab.send(sqs, new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
}

async function receive(lab: Lab, { sqs }: Clients, { QueueUrl }: Queue, text: string): Promise<void> {
  await lab.until(`message '${text}'`, 120, async () => {
    const { Messages } = await lab.send(sqs, new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    for (const { ReceiptHandle } of Messages ?? []) {
      const one = { QueueUrl, ReceiptHandle };
      await lab.send(sqs, new ChangeMessageVisibilityCommand({ ...one, VisibilityTimeout: 60 }));
      await lab.send(sqs, new DeleteMessageCommand(one));
    }
    return Messages?.some((message) => message.Body?.includes(text)) ?? false;
  });
}

async function notify(lab: Lab, { autoScaling }: Clients, name: string, TopicARN: string): Promise<void> {
  const of = { AutoScalingGroupName: name, TopicARN };
  const NotificationTypes = ['autoscaling:EC2_INSTANCE_LAUNCH'];
  await lab.send(autoScaling, new PutNotificationConfigurationCommand({ ...of, NotificationTypes }));
  await lab.send(autoScaling, new DescribeNotificationConfigurationsCommand({ AutoScalingGroupNames: [name] }));
  await lab.send(autoScaling, new DeleteNotificationConfigurationCommand(of));
}

async function hearEvents(lab: Lab, { events }: Clients, place: Place, queueArn: string): Promise<void> {
  const Name = place.name;
  const EventPattern = JSON.stringify({ source: ['aws.autoscaling'] });
  await lab.send(events, new PutRuleCommand({ Name, EventPattern, State: 'DISABLED', Tags: [place.tag] }));
  lab.later(`rule ${Name}`, async () => {
    await events.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['queue'] })).catch(() => undefined);
    await events.send(new DeleteRuleCommand({ Name }));
  });
  await lab.send(events, new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'queue', Arn: queueArn }] }));
  await lab.send(events, new DescribeRuleCommand({ Name }));
  await lab.send(events, new ListTargetsByRuleCommand({ Rule: Name }));
  await lab.send(events, new RemoveTargetsCommand({ Rule: Name, Ids: ['queue'] }));
  await lab.send(events, new DeleteRuleCommand({ Name }));
}
