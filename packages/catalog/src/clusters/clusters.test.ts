import { describe, expect, it } from 'vitest';
import { createWorld } from '../kit/testing/index.ts';
import { chooseToDisable, chooseToShrink } from './choose.ts';
import { neededCount } from './health.ts';
import { trafficRefusal } from './traffic-check.ts';

const cluster = { account: 'prod', region: 'us-east-1', cluster: 'demo-web' };
const NONE: ReadonlySet<string> = new Set();

/** Server groups from oldest to newest: "on:3" = in traffic with three instances, "off:0" = disabled and empty. */
async function groups(...specs: readonly string[]) {
  const world = createWorld();
  specs.forEach((spec, i) => {
    const [state, size] = spec.split(':');
    world.serverGroups.add({ name: `demo-web-v00${i}`, size: Number(size), disabled: state === 'off' });
    if (state === 'ill') world.serverGroups.setHealth(`demo-web-v00${i}`, 'Down');
  });
  return world.serverGroups.list(cluster);
}
const names = (found: ReadonlyArray<{ name: string }>): string[] => found.map(({ name }) => name.slice(-4)).sort();

describe('choosing in a cluster', () => {
  it('disabling keeps the newest in traffic and skips those already out', async () => {
    const all = await groups('on:3', 'off:3', 'on:3', 'on:3');
    expect(names(chooseToDisable(all, NONE, { keep: 1 }))).toEqual(['v000', 'v002']);
    expect(names(chooseToDisable(all, NONE, { keep: 2 }))).toEqual(['v000']);
  });

  it('disabling can keep the largest instead', async () => {
    expect(names(chooseToDisable(await groups('on:9', 'on:3'), NONE, { keep: 1, preferLarger: true }))).toEqual([
      'v001',
    ]);
  });

  it('groups of this execution and newer ones are never chosen and count as kept', async () => {
    const all = await groups('on:3', 'on:3', 'on:3', 'on:3');
    const own = new Set(['demo-web-v002']);
    expect(names(chooseToDisable(all, own, { keep: 1 }))).toEqual(['v000', 'v001']);
    expect(names(chooseToShrink(all, own, { keep: 1, allowActive: true }))).toEqual(['v000', 'v001']);
  });

  it('shrinking takes disabled ones only, oldest first', async () => {
    const all = await groups('off:3', 'on:3', 'off:3', 'on:3');
    expect(names(chooseToShrink(all, NONE, { keep: 3 }))).toEqual(['v000']);
    expect(names(chooseToShrink(all, NONE, { keep: 1 }))).toEqual(['v000', 'v002']);
  });

  it('shrinking with active ones allowed prefers to keep those in traffic', async () => {
    expect(names(chooseToShrink(await groups('on:3', 'off:3'), NONE, { keep: 1, allowActive: true }))).toEqual([
      'v001',
    ]);
  });
});

describe('traffic check', () => {
  it('refuses to take the last serving group, and says so', async () => {
    const refusal = trafficRefusal(await groups('off:3', 'ill:3', 'on:3'), ['demo-web-v002'], 'disable');
    expect(refusal?.code).toBe('cluster.would-lose-traffic');
    expect(refusal?.message).toContain('demo-web-v002');
  });

  it('judges groups that go together as one', async () => {
    const all = await groups('on:3', 'on:3');
    expect(trafficRefusal(all, ['demo-web-v000', 'demo-web-v001'], 'destroy')).not.toBeNull();
    expect(trafficRefusal(all, ['demo-web-v000'], 'destroy')).toBeNull();
  });

  it('lets go what serves nothing anyway', async () => {
    expect(trafficRefusal(await groups('ill:3', 'off:3'), ['demo-web-v000', 'demo-web-v001'], 'destroy')).toBeNull();
  });
});

describe('needed instances', () => {
  const size = (min: number, desired: number, max: number) => ({ min, desired, max });
  it.each([
    [size(1, 4, 8), undefined, undefined, 4],
    [size(1, 4, 8), size(3, 3, 3), undefined, 3],
    [size(4, 4, 4), size(1, 3, 8), undefined, 3],
    [size(1, 4, 8), size(1, 3, 8), undefined, 4],
    [size(3, 3, 3), undefined, 50, 2],
    [size(3, 3, 3), undefined, 1, 1],
    [size(3, 3, 3), undefined, 0, 0],
    [size(0, 0, 0), undefined, 100, 0],
  ])('of %o, configured %o, %s per cent: %s', (current, configured, percentage, needed) => {
    expect(neededCount(current, { configured, percentage })).toBe(needed);
  });
});
