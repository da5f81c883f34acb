import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SandboxWorld } from '../testing/sandbox-world.ts';
import { op } from '../testing/shop.ts';
import { BASE_IMAGE, startTwoAccounts } from '../testing/two-accounts.ts';

const HERE = { account: 'demo', region: 'us-east-1' };
const spec = { ...HERE, bakeKey: 'ab'.repeat(32), baseImageId: BASE_IMAGE, instanceType: 't3.small', script: '' };

let one: SandboxWorld;
beforeEach(async () => {
  one = await startTwoAccounts(true, true);
});
afterEach(() => one.stop());

async function machine(iamRole: string | null = 'demo-web'): Promise<{ account: string; region: string; id: string }> {
  const id = await one.cloud.images.startBake({ ...spec, iamRole, expiresTime: 1_900_000_000_000 }, op('run'));
  return { ...HERE, id };
}

const sent = (): number => one.sandbox.calls().filter(({ action }) => action === 'SendCommand').length;

async function send(ref: Awaited<ReturnType<typeof machine>>, script: string): Promise<string> {
  for (let tries = 0; tries < 40; tries++) {
    const id = await one.cloud.images.sendToBake(ref, script, op('send'));
    if (id) return id;
    await one.pass(5_000);
  }
  throw new Error('nobody answers');
}

async function endOf(ref: Awaited<ReturnType<typeof machine>>, command: string) {
  for (let tries = 0; tries < 40; tries++) {
    const seen = await one.cloud.images.readBakeCommand(ref, command);
    if (seen.state === 'ended') return seen;
    await one.pass(5_000);
  }
  throw new Error('it does not end');
}

describe('a script that is sent to a machine', () => {
  it('is taken when the agent answers, and tells its exit code and log', async () => {
    expect(await one.cloud.images.canSendToBakes(HERE)).toBe(true);
    const ref = await machine();
    expect(await one.cloud.images.sendToBake(ref, 'true', op('send'))).toBeNull();
    const command = await send(ref, '#!/bin/bash\n#sandbox: rc=0 seconds=30 installed\n');
    expect(await one.cloud.images.readBakeCommand(ref, command)).toEqual({ state: 'running' });
    expect(await endOf(ref, command)).toEqual({ state: 'ended', rc: 0, log: 'installed\n', reason: 'Success' });
    await one.cloud.images.stopBake(ref, false, op('stop'));
    await one.cloud.images.stopBake(ref, true, op('stop'));
    await one.pass(30_000);
    expect(await one.cloud.images.readBake(ref)).toMatchObject({ state: 'stopped' });
  });

  it('is sent once, also when the answer was lost', async () => {
    const ref = await machine();
    await one.pass(60_000);
    one.fault({ match: { action: 'SendCommand' }, effect: { kind: 'dropAfter' }, times: 1 });
    const first = await send(ref, 'true').catch(() => send(ref, 'true'));
    expect(await send(ref, 'true')).toBe(first);
    expect(first).not.toBe('');
    expect(sent()).toBe(1);
  });

  it('that fails tells so', async () => {
    const ref = await machine();
    const command = await send(ref, '#!/bin/bash\n#sandbox: rc=100 seconds=5 no such package\n');
    expect(await endOf(ref, command)).toMatchObject({ rc: 100, log: expect.stringContaining('no such package') });
  });

  it('is not taken by a machine without a profile', async () => {
    const ref = await machine(null);
    await one.pass(120_000);
    expect(await one.cloud.images.sendToBake(ref, 'true', op('send'))).toBeNull();
  });
});
