import type { BakeSpec, ImageSpec } from '@gennaker/catalog/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';
import { op } from '../testing/shop.ts';

const AT = { account: 'demo', region: 'us-east-1' };
const KEY = 'c0ffee'.padEnd(64, '0');
const script = (...lines: string[]) => ['#!/bin/bash', ...lines, 'shutdown -h now', ''].join('\n');

let one: SandboxWorld;
beforeEach(async () => {
  one = await startWorld();
});
afterEach(() => one.stop());

const bakeSpec = (more: Partial<BakeSpec> = {}): BakeSpec => ({
  ...AT,
  bakeKey: KEY,
  baseImageId: 'ami-0de0a00000000000d',
  instanceType: 't3.small',
  script: script(`echo "gennaker-bake ${KEY} rc=$rc"`),
  rootVolumeSizeGiB: 12,
  expiresTime: 1_900_000_000_000,
  ...more,
});
const imageSpec = (instanceId: string, name = 'web-1'): ImageSpec => ({
  ...AT,
  instanceId,
  name,
  description: 'web 1',
  bakeKey: KEY,
  tags: { version: '1' },
});
const instances = () => Object.values(one.sandbox.state().regions['123456789012/us-east-1']?.instances ?? {});
const baking = () => instances().filter((each) => each.tags['cd:bake-key'] && each.shuttingDownAt === null);

async function stopped(): Promise<string> {
  const id = await one.cloud.images.startBake(bakeSpec(), op('run'));
  await one.pass(60_000);
  expect(await one.cloud.images.readBake({ ...AT, id })).toMatchObject({ state: 'stopped' });
  return id;
}

describe('baking', () => {
  it('runs the script on a marked instance, whose console tells the result', async () => {
    const id = await one.cloud.images.startBake(bakeSpec(), op('run'));
    expect(await one.cloud.images.readBake({ ...AT, id })).toEqual({ id, state: 'starting', reason: null });
    expect(baking()[0]?.tags).toMatchObject({
      'cd:bake-key': KEY,
      'cd:op-key': 'run',
      'cd:stage': 'st-1',
      'cd:expires-at': '2030-03-17T17:46:40.000Z',
    });
    await one.pass(60_000);
    expect(await one.cloud.images.bakeLog({ ...AT, id })).toContain(`gennaker-bake ${KEY} rc=0`);
  });

  it('starts one instance however often it is asked', async () => {
    const first = await one.cloud.images.startBake(bakeSpec(), op('run'));
    one.fault({ match: { action: 'RunInstances' }, effect: { kind: 'dropAfter' }, times: 1 });
    expect(await one.cloud.images.startBake(bakeSpec(), op('run'))).toBe(first);
    expect(baking()).toHaveLength(1);
  });

  it('makes one image, found by its content, also when the answer is lost', async () => {
    const id = await stopped();
    one.fault({ match: { action: 'CreateImage' }, effect: { kind: 'dropAfter' }, times: 1 });
    const image = await one.cloud.images.createImage(imageSpec(id), op('image'));
    expect(await one.cloud.images.createImage(imageSpec(id), op('image'))).toBe(image);
    expect(await one.cloud.images.findBaked({ ...AT, bakeKey: KEY })).toMatchObject([{ id: image, state: 'pending' }]);
    await one.pass(10_000);
    expect(await one.cloud.images.readImage({ ...AT, id: image })).toMatchObject({
      state: 'available',
      name: 'web-1',
      tags: { version: '1', 'cd:op-key': 'image' },
    });
  });

  it('never adopts an image that another operation made', async () => {
    const id = await stopped();
    await one.cloud.images.createImage(imageSpec(id), op('image'));
    await expect(one.cloud.images.createImage(imageSpec(id), op('other'))).rejects.toMatchObject({
      failure: { code: 'aws.image-name-taken', retry: false },
    });
  });

  it('ends with nothing running, found by its tags or by its id, and again is no error', async () => {
    const id = await stopped();
    await one.cloud.images.endBake(AT, [], op('end'));
    expect(baking()).toEqual([]);
    await one.cloud.images.endBake(AT, [id, 'i-0123456789abcdef0'], op('end'));
    await one.pass(5_000);
    expect(await one.cloud.images.readBake({ ...AT, id })).toMatchObject({ state: 'gone' });
    expect(one.sandbox.leaks()).toEqual([]);
  });

  it('leaves instances of other stages alone', async () => {
    await one.cloud.images.startBake(bakeSpec(), op('run'));
    await one.cloud.images.endBake(AT, [], { ...op('end'), stageId: 'st-2' });
    expect(baking()).toHaveLength(1);
  });
});
