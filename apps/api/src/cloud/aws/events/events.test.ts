import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventQueueOf, openEventQueue } from '../testing/event-queue.ts';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';
import { op, port, REF, spec } from '../testing/shop.ts';
import { namesIn } from './event.ts';

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';

describe('what an event is about', () => {
  const launched = {
    source: 'aws.autoscaling',
    'detail-type': 'EC2 Instance Launch Successful',
    resources: ['arn:aws:autoscaling:us-east-1:1:autoScalingGroup:x:autoScalingGroupName/web-v001'],
    detail: { AutoScalingGroupName: 'web-v001', EC2InstanceId: 'i-01' },
  };
  it.each([
    [launched, ['web-v001', 'i-01']],
    [{ source: 'aws.ec2', detail: { 'instance-id': 'i-02', state: 'running' } }, ['i-02']],
    [{ source: 'aws.ec2', resources: ['arn:aws:ec2:us-east-1:1:instance/i-03'] }, ['i-03']],
    [{ Type: 'Notification', Message: JSON.stringify(launched) }, ['web-v001', 'i-01']],
    [{ source: 'aws.s3', detail: {} }, []],
    [{ hello: 'world' }, null],
  ])('%j', (body, names) => {
    expect(namesIn(JSON.stringify(body))).toEqual(names);
  });

  it('is nothing for what is not JSON', () => {
    expect(namesIn('hello')).toBeNull();
  });
});

describe('a queue of events', () => {
  let one: SandboxWorld;
  let told: string[];
  const tell = async ({ names }: { names: readonly string[] }) => {
    told.push(...names);
  };
  const queue = () => one.sandbox.state().regions[`${ACCOUNT}/${REGION}`]?.queues['gennaker-events'];

  beforeEach(async () => {
    told = [];
    const eventQueues = { [REGION]: eventQueueOf(ACCOUNT, REGION) };
    one = await startWorld({ accounts: [{ name: 'demo', accountId: ACCOUNT, regions: [REGION], eventQueues }] });
    openEventQueue(one.sandbox, ACCOUNT, REGION);
  });
  afterEach(() => one.stop());

  it('tells server groups and instances that start, once', async () => {
    await port(one).create(spec(), op('create'));
    await one.pass(10_000);
    await one.cloud.events.take(tell);
    const ids = (await port(one).read(REF))?.instances.map(({ id }) => id) ?? [];
    expect(ids).toHaveLength(2);
    expect(new Set(told)).toEqual(new Set([REF.name, ...ids]));
    expect(queue()?.messages).toEqual([]);
    await one.cloud.events.take(tell);
    expect(told).toHaveLength(3);
  });

  it('keeps what could not be told', async () => {
    await port(one).create(spec(), op('create'));
    await one.pass(10_000);
    const refuse = () => Promise.reject(new Error('no database'));
    await expect(one.cloud.events.take(refuse)).rejects.toThrow('no database');
    expect(queue()?.messages.length).toBeGreaterThan(0);
  });

  it('drops what is no event', async () => {
    const QueueUrl = eventQueueOf(ACCOUNT, REGION);
    one.sandbox.do({ call: { service: 'sqs', action: 'SendMessage', input: { QueueUrl, MessageBody: 'hello' } } });
    await one.cloud.events.take(tell);
    expect(told).toEqual([]);
    expect(queue()?.messages).toEqual([]);
  });

  it('makes looks seldom only while it answers', async () => {
    await port(one).create(spec(), op('create'));
    expect((await port(one).watch(REF))?.changesAreTold).toBeUndefined();
    await one.cloud.events.take(tell);
    expect((await port(one).watch(REF))?.changesAreTold).toBe(true);
    await one.pass(61_000);
    expect((await port(one).watch(REF))?.changesAreTold).toBeUndefined();
  });

  it('is listened to until the process ends, through trouble too', async () => {
    one.fault({ match: { service: 'sqs' }, effect: { kind: 'error', code: 'AccessDenied', status: 403 }, times: 1 });
    await port(one).create(spec(), op('create'));
    await one.pass(10_000);
    let stop: () => Promise<void> = async () => undefined;
    await new Promise<void>((heard) => {
      stop = one.cloud.events.listen(async (happening) => {
        await tell(happening);
        heard();
      });
    });
    await stop();
    expect(told).toContain(REF.name);
  });
});
