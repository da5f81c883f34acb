import type { Sandbox } from '@gennaker/aws-sandbox';

const PATTERN = {
  'detail-type': [
    { prefix: 'EC2 Instance Launch' },
    { prefix: 'EC2 Instance Terminate' },
    'EC2 Instance State-change Notification',
  ],
};

/** Address of the queue of that account. */
export const eventQueueOf = (account: string, region: string): string =>
  `https://sqs.${region}.amazonaws.com/${account}/gennaker-events`;

/** Makes the queue, and with `told` the rule that sends events to it, as an operator would. */
export function openEventQueue(sandbox: Sandbox, account: string, region: string, told = true): void {
  const arn = `arn:aws:sqs:${region}:${account}:gennaker-events`;
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn,
  };
  const call = (service: string, action: string, input: Record<string, unknown>) =>
    void sandbox.do({ account, region, call: { service, action, input } });
  call('sqs', 'CreateQueue', {
    QueueName: 'gennaker-events',
    Attributes: { Policy: JSON.stringify({ Statement: [Statement] }) },
  });
  if (!told) return;
  call('events', 'PutRule', { Name: 'gennaker', EventPattern: JSON.stringify(PATTERN) });
  call('events', 'PutTargets', { Rule: 'gennaker', Targets: [{ Id: 'queue', Arn: arn }] });
}
