import { describe, expect, it } from 'vitest';
import { policyAllows } from './policy.ts';

const resource = 'arn:aws:sqs:us-east-1:111111111111:q';
const sourceArn = 'arn:aws:sns:us-east-1:111111111111:news';
const topic = { service: 'sns.amazonaws.com', sourceArn, sourceAccount: '111111111111' };
const stranger = { arn: 'arn:aws:iam::222222222222:user/ann', account: '222222222222' };
const allow = {
  Effect: 'Allow',
  Principal: { Service: 'sns.amazonaws.com' },
  Action: 'SQS:SendMessage',
  Resource: resource,
};

const asks = (statements: object[], principal: typeof topic | typeof stranger = topic) =>
  policyAllows(JSON.stringify({ Statement: statements }), { action: 'sqs:SendMessage', resource, principal });

describe('resource policies', () => {
  it('allow who is named, whatever the case of the action', () => {
    expect(asks([allow])).toBe(true);
    expect(asks([{ ...allow, Action: ['sqs:ReceiveMessage', 'sqs:Send*'] }])).toBe(true);
    expect(asks([{ ...allow, Principal: '*' }], stranger)).toBe(true);
    expect(asks([{ ...allow, Principal: { AWS: 'arn:aws:iam::222222222222:root' } }], stranger)).toBe(true);
  });

  it('allow nobody else, nothing else and nowhere else', () => {
    expect(asks([allow], stranger)).toBe(false);
    expect(asks([{ ...allow, Principal: { Service: 'events.amazonaws.com' } }])).toBe(false);
    expect(asks([{ ...allow, Action: 'sqs:ReceiveMessage' }])).toBe(false);
    expect(asks([{ ...allow, Resource: `${resource}-other` }])).toBe(false);
    expect(asks([allow, { ...allow, Effect: 'Deny' }])).toBe(false);
    for (const policy of [undefined, '', 'not JSON', '{}'])
      expect(policyAllows(policy, { action: 'sqs:SendMessage', resource, principal: topic })).toBe(false);
  });

  it('look at where a service sends from, and trust no condition they do not know', () => {
    const when = (Condition: object) => asks([{ ...allow, Condition }]);
    expect(when({ ArnEquals: { 'aws:SourceArn': sourceArn } })).toBe(true);
    expect(when({ ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:111111111111:*' } })).toBe(true);
    expect(when({ StringEquals: { 'aws:SourceAccount': '222222222222' } })).toBe(false);
    expect(when({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })).toBe(false);
  });
});
