import type { Operation } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { afterEach, describe, expect, it } from 'vitest';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';
import { allUp, endState, isQuiet, op, port, prepareQuiet, prepareUp, REF, spec, until } from '../testing/shop.ts';

let worlds: SandboxWorld[] = [];
async function world(): Promise<SandboxWorld> {
  const made = await startWorld();
  worlds.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(worlds.map((one) => one.stop()));
  worlds = [];
});

async function destroyed(one: SandboxWorld, operation: Operation): Promise<void> {
  for (let round = 0; round < 60; round++) {
    if ((await port(one).destroy(REF, operation)) === 'gone') return;
    await one.pass(5_000);
  }
  throw new Error('never gone');
}

interface Case {
  readonly name: string;
  readonly prepare: (one: SandboxWorld) => Promise<unknown>;
  readonly run: (one: SandboxWorld, abort?: AbortSignal) => Promise<unknown>;
  /** Waits until the world has come to rest. */
  readonly settle: (one: SandboxWorld) => Promise<unknown>;
}

const nothing = async () => {};

const CASES: readonly Case[] = [
  {
    name: 'create',
    prepare: nothing,
    run: (one, abort) => port(one).create(spec(), op('create', abort)),
    settle: (one) => until(one, allUp),
  },
  {
    name: 'create out of traffic',
    prepare: nothing,
    run: (one, abort) => port(one).create(spec({ startDisabled: true }), op('create', abort)),
    settle: (one) =>
      until(one, (group) => group?.instances.length === 2 && group.instances.every((i) => i.health === 'OutOfService')),
  },
  {
    name: 'disable',
    prepare: prepareUp,
    run: (one, abort) => port(one).disable(REF, op('disable', abort)),
    settle: (one) => until(one, isQuiet),
  },
  {
    name: 'enable',
    prepare: prepareQuiet,
    run: (one, abort) => port(one).enable(REF, op('enable', abort)),
    settle: (one) => until(one, allUp),
  },
  {
    name: 'resize',
    prepare: prepareUp,
    run: (one, abort) => port(one).resize(REF, { min: 2, desired: 3, max: 5 }, op('resize', abort)),
    settle: (one) => until(one, (group) => allUp(group) && group?.instances.length === 3),
  },
  {
    name: 'resize of a disabled one to nothing',
    prepare: prepareQuiet,
    run: (one, abort) => port(one).resize(REF, { min: 0, desired: 0, max: 5 }, op('resize', abort)),
    settle: (one) => until(one, (group) => group?.instances.length === 0),
  },
  {
    name: 'setIntendedCapacity',
    prepare: prepareUp,
    run: (one, abort) => port(one).setIntendedCapacity(REF, { min: 1, desired: 2, max: 9 }, op('pin', abort)),
    settle: nothing,
  },
  {
    name: 'destroy',
    prepare: prepareUp,
    run: (one, abort) => destroyed(one, op('destroy', abort)),
    settle: nothing,
  },
];

describe.each(CASES)('$name', ({ prepare, run, settle }) => {
  it('has no second effect when repeated with the same operation', async () => {
    const one = await world();
    await prepare(one);
    await run(one);
    await settle(one);
    const before = await endState(one);
    const changes = one.tripwire.changes.length;
    await run(one);
    expect(one.tripwire.changes.slice(changes)).toEqual([]);
    expect(await endState(one)).toEqual(before);
  });

  it('comes to the same end when answers are lost, requests are lost, or AWS throttles', async () => {
    const plain = await world();
    await prepare(plain);
    await run(plain);
    await settle(plain);
    const wanted = await endState(plain);
    for (const kind of ['dropAfter', 'dropBefore', 'throttle'] as const) {
      const one = await world();
      await prepare(one);
      one.fault({ effect: { kind }, probability: 0.25 });
      for (let tries = 0; ; tries++)
        try {
          await run(one);
          break;
        } catch (error) {
          // What the queue does: a failure that says so is tried again.
          if (!(error instanceof FailureError) || !error.failure.retry || tries > 20) throw error;
        }
      one.clearFaults();
      await settle(one);
      expect(await endState(one), kind).toEqual(wanted);
    }
  });

  it('comes to the same end after a crash right before or after any of its changes', async () => {
    const plain = await world();
    await prepare(plain);
    const from = plain.tripwire.changes.length;
    await run(plain);
    const changes = plain.tripwire.changes.slice(from);
    await settle(plain);
    const wanted = await endState(plain);
    expect(changes.length).toBeGreaterThan(0);
    for (let nth = 1; nth <= changes.length; nth++)
      for (const side of ['before', 'after'] as const) {
        const one = await world();
        await prepare(one);
        const crash = new AbortController();
        one.tripwire.arm(nth, side, () => crash.abort(new Error('crashed')));
        await run(one, crash.signal).catch((error: Error) => expect(error.message).toBe('crashed'));
        await run(one);
        await settle(one);
        expect(await endState(one), `${side} change ${nth} of ${changes.join(', ')}`).toEqual(wanted);
        await one.stop();
      }
  }, 60_000);
});

describe('AWS shows changes late', () => {
  it.each(CASES)('and $name comes to its end', async ({ prepare, run, settle }) => {
    const one = await world();
    await prepare(one);
    one.fault({ effect: { kind: 'lag', ms: 15_000 } });
    for (let tries = 0; ; tries++)
      try {
        await run(one);
        break;
      } catch (error) {
        if (!(error instanceof FailureError) || !error.failure.retry || tries > 20) throw error;
        await one.pass(5_000);
      }
    await one.pass(20_000);
    one.clearFaults();
    await settle(one);
  });
});
