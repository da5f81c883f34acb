import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';
import { allUp, op, port, prepareUp, REF, until } from '../testing/shop.ts';

describe('a server group with a warm pool', () => {
  let one: SandboxWorld;
  beforeEach(async () => {
    one = await startWorld();
    await prepareUp(one);
  });
  afterEach(() => one.stop());

  const save = (pool: Parameters<typeof one.cloud.scaling.saveWarmPool>[1]) =>
    one.cloud.scaling.saveWarmPool(REF, pool, op('pool'));
  const stateOf = () => one.sandbox.state().regions['123456789012/us-east-1']?.groups[REF.name];

  it('shows what serves: instances that wait in the pool are none of it, whatever they do', async () => {
    await save({ minSize: 2, poolState: 'Running' });
    await one.pass(10_000);
    expect(await one.cloud.scaling.readWarmPool(REF)).toMatchObject({ instances: 2, poolState: 'Running' });
    const group = await port(one).read(REF);
    expect(allUp(group)).toBe(true);
    expect(group?.instances).toHaveLength(2);
    expect(group?.capacity).toEqual({ min: 1, desired: 2, max: 3 });
  });

  it('takes its instances from the pool, and gives back those that are to be used again', async () => {
    await save({ reuseOnScaleIn: true });
    await one.pass(10_000);
    const [waiting] = Object.keys(stateOf()?.warmPool?.members ?? {});
    await port(one).resize(REF, { min: 1, desired: 3, max: 3 }, op('up'));
    const grown = await until(one, (group) => allUp(group) && group?.instances.length === 3);
    expect(grown?.instances.map(({ id }) => id)).toContain(waiting);
    await port(one).resize(REF, { min: 1, desired: 1, max: 3 }, op('down'));
    const shrunk = await until(one, (group) => allUp(group) && group?.instances.length === 1);
    await one.pass(330_000);
    const back = Object.keys(stateOf()?.warmPool?.members ?? {});
    expect([...back, shrunk?.instances[0]?.id].sort()).toEqual(grown?.instances.map(({ id }) => id).sort());
  });

  it('is destroyed with it: the pool goes first, and nothing is left', async () => {
    await save({ minSize: 1, reuseOnScaleIn: true });
    await one.pass(10_000);
    const from = one.tripwire.changes.length;
    for (let round = 0; round < 80; round++) {
      if ((await port(one).destroy(REF, op('destroy'))) === 'gone') break;
      await one.pass(5_000);
    }
    const changes = one.tripwire.changes.slice(from);
    expect(changes.filter((change) => change.includes('WarmPool'))).toEqual([
      expect.stringContaining('DeleteWarmPool'),
    ]);
    const at = (word: string): number => changes.findIndex((change) => change.includes(word));
    expect(at('DeleteWarmPool')).toBeLessThan(at('UpdateAutoScalingGroup'));
    expect(stateOf()).toBeUndefined();
    expect(one.sandbox.leaks().filter(({ kind }) => kind === 'instance')).toEqual([]);
  });

  it('keeps nothing that AWS refuses, and says why', async () => {
    await expect(save({ minSize: -1 })).rejects.toMatchObject({ failure: { code: 'aws.wrong-input', retry: false } });
    expect(await one.cloud.scaling.readWarmPool(REF)).toBeNull();
  });
});
