import { afterEach, describe, expect, it } from 'vitest';
import type { AwsAccount } from '../accounts.ts';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';

const ROLE = 'arn:aws:iam::123456789012:role/gennaker-deploy';
const through = (more: Partial<AwsAccount> = {}): AwsAccount => ({
  name: 'demo',
  accountId: '123456789012',
  regions: ['us-east-1', 'us-west-2'],
  roleArn: ROLE,
  ...more,
});

let one: SandboxWorld;
afterEach(() => one.stop());

const assumed = () => one.sandbox.calls().filter((call) => call.action === 'AssumeRole' && call.outcome === 'ok');
const readAll = () => one.cloud.serverGroups.listApplication('demo');

describe('a role session', () => {
  it('is shared by all clients of the account, and by calls made at the same time', async () => {
    one = await startWorld({ accounts: [through()] });
    await Promise.all([readAll(), readAll(), readAll()]);
    await readAll();
    expect(assumed()).toHaveLength(1);
  });

  it('is renewed ten minutes before its end', async () => {
    one = await startWorld({ accounts: [through()] });
    await readAll();
    await one.pass(49 * 60_000);
    await readAll();
    expect(assumed()).toHaveLength(1);
    await one.pass(2 * 60_000);
    await readAll();
    expect(assumed()).toHaveLength(2);
  });

  it('that AWS calls ended is replaced once, and the call goes through', async () => {
    one = await startWorld({ accounts: [through()] });
    await readAll();
    one.fault({
      match: { service: 'autoscaling' },
      effect: { kind: 'error', code: 'ExpiredToken', status: 403 },
      times: 1,
    });
    expect(await readAll()).toHaveLength(2);
    expect(assumed()).toHaveLength(2);
  });

  it('that has ended is replaced by one new session, however many calls notice', async () => {
    one = await startWorld({ accounts: [through()] });
    await readAll();
    one.sandbox.do({ expireSessions: true });
    await Promise.all([readAll(), readAll(), readAll()]);
    expect(assumed()).toHaveLength(2);
  });

  it('that ends in the middle of a wait of hours is renewed each time, and no look fails', async () => {
    one = await startWorld({ accounts: [through({ regions: ['us-east-1'] })] });
    for (let minute = 0; minute < 180; minute += 10) {
      if (minute === 90) one.sandbox.do({ expireSessions: true });
      expect(await readAll()).toHaveLength(2);
      await one.pass(10 * 60_000);
    }
    expect(assumed()).toHaveLength(4);
  });

  it('that is refused says which role', async () => {
    one = await startWorld({ accounts: [through({ roleArn: `${ROLE}-nobody` })] });
    await expect(readAll()).rejects.toMatchObject({ failure: { code: 'aws.denied', retry: false } });
  });
});

describe('verifying accounts', () => {
  it('finds nothing wrong with a good one', async () => {
    one = await startWorld({ accounts: [through()] });
    expect(await one.cloud.verify()).toEqual([{ account: 'demo', accountId: '123456789012', problems: [] }]);
  });

  it('notices credentials of another account, and regions that do not answer', async () => {
    one = await startWorld({ accounts: [through({ accountId: '111111111111' }), through({ name: 'second' })] });
    one.fault({
      match: { region: 'us-west-2', service: 'autoscaling' },
      effect: { kind: 'error', code: 'OptInRequired', status: 403 },
    });
    const [first, second] = await one.cloud.verify();
    expect(first?.problems.join()).toContain('111111111111');
    expect(second?.problems.join()).toContain('us-west-2');
  });

  it('notices a role that may not create, without creating anything', async () => {
    one = await startWorld({ accounts: [through({ regions: ['us-east-1'] })] });
    one.fault({
      match: { action: 'CreateLaunchTemplate' },
      effect: { kind: 'error', code: 'UnauthorizedOperation', status: 403 },
    });
    expect((await one.cloud.verify())[0]?.problems.join()).toContain('UnauthorizedOperation');
    one.clearFaults();
    expect((await one.cloud.verify())[0]?.problems).toEqual([]);
    expect(one.templates('gennaker')).toEqual([]);
  });
});
