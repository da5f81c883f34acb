import { stacksContract } from '@gennaker/catalog/kit/testing';
import { afterAll, beforeAll } from 'vitest';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';

let open: SandboxWorld;
beforeAll(async () => {
  open = await startWorld();
});
afterAll(() => open.stop());

stacksContract('AWS', async () => {
  open.sandbox.reset();
  return {
    stacks: open.cloud.stacks,
    account: 'demo',
    region: 'us-east-1',
    type: 'Custom::Data',
    breakResource: () => ({ Sandbox: 'fail' }),
    pass: open.pass,
  };
});
