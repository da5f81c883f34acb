import { afterEach, describe, expect, it } from 'vitest';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';
import { allUp, endState, op, port, prepareUp, REF, spec, until } from '../testing/shop.ts';

let worlds: SandboxWorld[] = [];
async function world(prepare: (one: SandboxWorld) => Promise<unknown>): Promise<SandboxWorld> {
  const made = await startWorld();
  worlds.push(made);
  await prepare(made);
  return made;
}
afterEach(async () => {
  await Promise.all(worlds.map((one) => one.stop()));
  worlds = [];
});

interface Case {
  readonly name: string;
  readonly prepare: (one: SandboxWorld) => Promise<unknown>;
  readonly run: (one: SandboxWorld, abort?: AbortSignal) => Promise<unknown>;
  readonly settle: (one: SandboxWorld) => Promise<unknown>;
}

const firstOf = async (one: SandboxWorld): Promise<string> => {
  const ids = (await port(one).read(REF))?.instances.map(({ id }) => id) ?? [];
  return [...ids].sort()[0] ?? '';
};
/** The instance acted on, chosen before the first try as a stage does. */
const chosen = new WeakMap<SandboxWorld, string>();
const prepareChosen = async (one: SandboxWorld): Promise<void> => {
  await prepareUp(one);
  chosen.set(one, await firstOf(one));
};
const theOne = (one: SandboxWorld): string => chosen.get(one) ?? '';

const everything = spec({
  enabledMetrics: ['GroupInServiceInstances'],
  suspendedProcesses: ['AZRebalance'],
  lifecycleHooks: [{ name: 'warm', transition: 'launching', defaultResult: 'CONTINUE', heartbeatSeconds: 30 }],
  mixedInstances: { types: [{ instanceType: 't3.micro' }, { instanceType: 't3.small' }], onDemandBaseCapacity: 1 },
});

const CASES: readonly Case[] = [
  {
    name: 'create with every setting',
    prepare: async () => {},
    run: (one, abort) => port(one).create(everything, op('create', abort)),
    settle: (one) => until(one, allUp),
  },
  {
    name: 'disable one instance',
    prepare: prepareChosen,
    run: (one, abort) => port(one).disableInstances(REF, [theOne(one)], op('some', abort)),
    settle: (one) =>
      until(one, (group) => group?.instances.find(({ id }) => id === theOne(one))?.health === 'OutOfService'),
  },
  {
    name: 'terminate and shrink',
    prepare: prepareChosen,
    run: (one, abort) =>
      one.cloud.instances.terminateAndShrink(REF, theOne(one), { lowerMin: true, lowerMax: true }, op('end', abort)),
    settle: (one) => until(one, (group) => allUp(group) && group?.instances.length === 1),
  },
  {
    name: 'detach and shrink below the minimum',
    prepare: async (one) => {
      await prepareChosen(one);
      await port(one).resize(REF, { min: 2, desired: 2, max: 3 }, op('pin'));
    },
    run: (one, abort) =>
      one.cloud.instances.detach(REF, [theOne(one)], { shrink: true, lowerMin: true }, op('detach', abort)),
    settle: (one) => until(one, (group) => allUp(group) && group?.instances.length === 1),
  },
  {
    name: 'empty a warm pool and delete it',
    prepare: async (one) => {
      await prepareUp(one);
      await one.cloud.scaling.saveWarmPool(REF, { minSize: 1 }, op('pool'));
      await one.pass(10_000);
    },
    run: async (one, abort) => {
      for (let round = 0; round < 10; round++) {
        if ((await one.cloud.scaling.deleteWarmPool(REF, false, op('end', abort))) === 'gone') return;
        await one.pass(5_000);
      }
    },
    settle: (one) => until(one, allUp),
  },
  {
    name: 'suspend what disabling has suspended',
    prepare: async (one) => {
      await prepareUp(one);
      await port(one).disable(REF, op('disable'));
    },
    run: (one, abort) => one.cloud.scaling.suspend(REF, ['AZRebalance', 'InstanceRefresh'], op('suspend', abort)),
    settle: async (one) => {
      await port(one).enable(REF, op('enable'));
      await until(one, allUp);
    },
  },
];

describe.each(CASES)('$name', ({ prepare, run, settle }) => {
  it('has no second effect, and comes to the same end after a crash right before or after any of its changes', async () => {
    const plain = await world(prepare);
    const from = plain.tripwire.changes.length;
    await run(plain);
    const changes = plain.tripwire.changes.slice(from);
    await run(plain);
    expect(plain.tripwire.changes.slice(from)).toEqual(changes);
    await settle(plain);
    const wanted = await endState(plain);
    expect(changes.length).toBeGreaterThan(0);
    for (let nth = 1; nth <= changes.length; nth++)
      for (const side of ['before', 'after'] as const) {
        const one = await world(prepare);
        const crash = new AbortController();
        one.tripwire.arm(nth, side, () => crash.abort(new Error('crashed')));
        await run(one, crash.signal).catch((error: Error) => expect(error.message).toBe('crashed'));
        await run(one);
        await settle(one);
        expect(await endState(one), `${side} change ${nth} of ${changes.join(', ')}`).toEqual(wanted);
        await one.stop();
      }
  });
});
