import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BAD_IMAGE, GOOD_IMAGE, type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';

let one: SandboxWorld;
beforeAll(async () => {
  one = await startWorld();
});
afterAll(() => one.stop());

const at = { account: 'demo', region: 'us-east-1' };

describe('images', () => {
  it('are found by all their tags, newest first', async () => {
    const found = await one.cloud.images.findByTags({ ...at, tags: { app: 'demo-web' } });
    expect(found.map((image) => image.name)).toEqual(['demo-web-3.0.0-bad', 'demo-web-2.0.0', 'demo-web-1.0.0']);
    const exact = await one.cloud.images.findByTags({ ...at, tags: { app: 'demo-web', version: '2.0.0' } });
    expect(exact.map((image) => image.id)).toEqual([GOOD_IMAGE]);
    expect(exact[0]).toMatchObject({ ...at, architecture: 'x86_64', tags: { version: '2.0.0' } });
  });

  it('are narrowed by a name pattern', async () => {
    const found = await one.cloud.images.findByTags({ ...at, nameGlob: 'demo-web-*-bad', tags: {} });
    expect(found.map((image) => image.id)).toEqual([BAD_IMAGE]);
  });

  it('are found by id or exact name, or not at all', async () => {
    expect((await one.cloud.images.find({ ...at, nameOrId: GOOD_IMAGE }))?.name).toBe('demo-web-2.0.0');
    expect((await one.cloud.images.find({ ...at, nameOrId: 'demo-web-2.0.0' }))?.id).toBe(GOOD_IMAGE);
    expect(await one.cloud.images.find({ ...at, nameOrId: 'demo-web' })).toBeNull();
    expect(await one.cloud.images.find({ ...at, nameOrId: 'ami-0123456789abcdef0' })).toBeNull();
  });

  it('of strangers are not found, however public', async () => {
    expect(await one.cloud.images.find({ ...at, nameOrId: 'squatted' })).toBeNull();
  });

  it('are asked of configured accounts and regions only', async () => {
    await expect(one.cloud.images.find({ account: 'other', region: 'us-east-1', nameOrId: 'x' })).rejects.toMatchObject(
      {
        failure: { code: 'aws.unknown-account' },
      },
    );
    await expect(one.cloud.images.find({ account: 'demo', region: 'eu-west-1', nameOrId: 'x' })).rejects.toMatchObject({
      failure: { code: 'aws.unknown-region' },
    });
  });
});
