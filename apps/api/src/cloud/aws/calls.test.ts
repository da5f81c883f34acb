import { describe, expect, it } from 'vitest';
import { CallCounters, callsOf, resourceOf } from './calls.ts';
import { silentLogger } from './clock.ts';
import { autoScalingCommands } from './commands.ts';
import { VirtualClock } from './testing/virtual-clock.ts';
import { Limiter } from './throttle.ts';

const awsError = (code: string, status = 400) =>
  Object.assign(new Error(`${code} said AWS`), { name: code, $metadata: { httpStatusCode: status } });

/** A service that answers with these, in turn, and then with `{}`. */
function setUp(...answers: readonly unknown[]) {
  const clock = new VirtualClock();
  const limiter = new Limiter(clock);
  const counters = new CallCounters();
  const left = [...answers];
  let sent = 0;
  let sessionsDropped = 0;
  const calls = callsOf(autoScalingCommands, {
    service: 'autoScaling',
    account: 'test',
    region: 'us-east-1',
    clock,
    logger: silentLogger,
    counters,
    limiter,
    client: () => ({
      async send() {
        sent++;
        const answer = left.shift() ?? {};
        if (answer instanceof Error) throw answer;
        return answer;
      },
    }),
    session: {
      mark: () => 7,
      drop: (mark) => {
        if (mark === 7) sessionsDropped++;
      },
    },
    random: () => 0.5,
  });
  return { calls, clock, counters, limiter, sent: () => sent, sessionsDropped: () => sessionsDropped };
}

const resize = { AutoScalingGroupName: 'web-v003', MinSize: 1 };

describe('a call', () => {
  it('is repeated after a throttle, later and through a slower limiter', async () => {
    const { calls, clock, limiter, sent } = setUp(awsError('Throttling'), awsError('Throttling'));
    const start = clock.now();
    await calls.updateAutoScalingGroup(resize);
    expect(sent()).toBe(3);
    expect(limiter.perSecond).toBe(2.5);
    expect(clock.now() - start).toBeGreaterThan(2_000);
  });

  it('that changes something is tried three times, one that reads five times', async () => {
    const trouble = () => Array.from({ length: 9 }, () => awsError('InternalFailure', 500));
    const change = setUp(...trouble());
    await expect(change.calls.updateAutoScalingGroup(resize)).rejects.toMatchObject({
      failure: { code: 'aws.try-again' },
    });
    expect(change.sent()).toBe(3);
    const read = setUp(...trouble());
    await expect(read.calls.describeAutoScalingGroups({})).rejects.toMatchObject({ failure: { retry: true } });
    expect(read.sent()).toBe(5);
  });

  it('is not repeated when that cannot help', async () => {
    for (const code of ['ValidationError', 'AccessDenied', 'AlreadyExists', 'ScalingActivityInProgress']) {
      const { calls, sent } = setUp(awsError(code));
      await expect(calls.updateAutoScalingGroup(resize)).rejects.toThrow('server group web-v003');
      expect(sent()).toBe(1);
    }
  });

  it('is not repeated for want of instances although AWS answers 500', async () => {
    const { calls, sent } = setUp(awsError('InsufficientInstanceCapacity', 500));
    await expect(calls.updateAutoScalingGroup(resize)).rejects.toMatchObject({ failure: { code: 'aws.no-capacity' } });
    expect(sent()).toBe(1);
  });

  it('renews an ended session once and goes on', async () => {
    const once = setUp(awsError('ExpiredToken', 403));
    await once.calls.describeAutoScalingGroups({});
    expect([once.sent(), once.sessionsDropped()]).toEqual([2, 1]);
    const twice = setUp(awsError('ExpiredToken', 403), awsError('ExpiredToken', 403));
    await expect(twice.calls.describeAutoScalingGroups({})).rejects.toMatchObject({
      failure: { code: 'aws.session-ended' },
    });
  });

  it('ends with the reason of the abort, also in a pause', async () => {
    const { calls, sent } = setUp(awsError('Throttling'));
    const abort = new AbortController();
    const calling = calls.updateAutoScalingGroup(resize, { abort: abort.signal });
    abort.abort(new Error('canceled by ann'));
    await expect(calling).rejects.toThrow('canceled by ann');
    expect(sent()).toBeLessThan(2);
  });

  it('is counted with its repeats', async () => {
    const { calls, counters } = setUp(awsError('Throttling'), {}, awsError('AccessDenied'));
    await calls.updateAutoScalingGroup(resize);
    await calls.updateAutoScalingGroup(resize).catch(() => {});
    expect(counters.list()).toEqual([
      { service: 'autoScaling', operation: 'updateAutoScalingGroup', calls: 3, throttled: 1, failed: 1 },
    ]);
  });
});

describe('the same question asked twice', () => {
  const question = { AutoScalingGroupNames: ['web-v003'] };

  it('is one call while that waits for its turn, also for a second try', async () => {
    const { calls, sent } = setUp(awsError('Throttling'));
    const first = calls.describeAutoScalingGroups(question);
    const second = calls.describeAutoScalingGroups({ ...question });
    expect(await first).toBe(await second);
    expect(sent()).toBe(2);
  });

  it('is two calls once the first was sent, so that no answer is older than its question', async () => {
    let answer: (given: unknown) => void = () => undefined;
    const slow = new Promise((resolve) => {
      answer = resolve;
    });
    const { calls, sent } = setUp(slow);
    const first = calls.describeAutoScalingGroups(question);
    while (sent() === 0) await new Promise(setImmediate);
    const second = calls.describeAutoScalingGroups(question);
    answer({ AutoScalingGroups: [] });
    expect(await first).not.toBe(await second);
    expect(sent()).toBe(2);
  });

  it('of changes, and of calls that may be aborted, is never one call', async () => {
    const { calls, sent } = setUp();
    await Promise.all([calls.updateAutoScalingGroup(resize), calls.updateAutoScalingGroup(resize)]);
    const { signal } = new AbortController();
    await Promise.all([1, 2].map(() => calls.describeAutoScalingGroups(question, { abort: signal })));
    expect(sent()).toBe(4);
  });
});

describe('what a call is about', () => {
  it.each([
    [{ AutoScalingGroupName: 'web-v003' }, 'server group web-v003'],
    [{ AutoScalingGroupNames: ['a', 'b', 'c', 'd'] }, 'server group a, b, c, …'],
    [{ TargetGroupArn: 'arn:tg' }, 'target group arn:tg'],
    [{ ImageIds: ['ami-1'] }, 'image ami-1'],
    [{}, 'resources'],
  ])('%o is %s', (input, expected) => {
    expect(resourceOf(input)).toBe(expected);
  });
});
