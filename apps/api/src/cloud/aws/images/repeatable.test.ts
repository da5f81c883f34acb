import type { BakedImage } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxWorld } from '../testing/sandbox-world.ts';
import { op } from '../testing/shop.ts';
import { BASE_IMAGE, OTHER_ACCOUNT, startTwoAccounts } from '../testing/two-accounts.ts';

const HERE = { account: 'demo', region: 'us-east-1' };
const KEY = 'ab'.repeat(32);
const SCRIPT = '#!/bin/bash\nshutdown -h now\n';

let worlds: SandboxWorld[] = [];
afterEach(async () => {
  await Promise.all(worlds.map((one) => one.stop()));
  worlds = [];
});

/** Everything the operations may have left: images and their tags by region and account, permissions, machines. */
async function endState(one: SandboxWorld): Promise<unknown> {
  const { images } = one.cloud;
  const regions = Object.entries(one.sandbox.state().regions);
  const drawn = regions.flatMap(([place, store]) =>
    Object.values(store.images)
      .filter((image) => image.id !== BASE_IMAGE && !image.name.startsWith('demo-web'))
      .map(({ name, tags, launchAccounts, deregisteredAt }) => ({ place, name, tags, launchAccounts, deregisteredAt })),
  );
  const snapshots = regions.flatMap(([, store]) => Object.values(store.snapshots).flatMap((each) => each.sharedWith));
  const machines = regions.flatMap(([, store]) =>
    Object.values(store.instances).filter((each) => each.tags['cd:bake-key'] && each.shuttingDownAt === null),
  );
  const there = await images.findByTags({ account: 'other', region: 'us-east-1', tags: {} });
  const seen = there.map(({ name, tags }) => ({ name, tags }));
  return { drawn, snapshots, machines: machines.length, seen };
}

async function world(): Promise<{ one: SandboxWorld; image: BakedImage; machine: string }> {
  const one = await startTwoAccounts();
  worlds.push(one);
  const { images } = one.cloud;
  const spec = { ...HERE, bakeKey: KEY, baseImageId: BASE_IMAGE, instanceType: 't3.small', script: SCRIPT };
  const machine = await images.startBake({ ...spec, expiresTime: 1_900_000_000_000 }, op('prepare'));
  await one.pass(60_000);
  const made = { ...HERE, instanceId: machine, name: 'web-1', description: '', bakeKey: KEY, tags: { version: '1' } };
  const id = await images.createImage(made, op('prepare-image'));
  await one.pass(10_000);
  const image = await images.readImage({ ...HERE, id });
  if (!image) throw new Error('no image was made');
  return { one, image, machine };
}

type Prepared = Awaited<ReturnType<typeof world>>;
interface Case {
  readonly name: string;
  readonly run: (prepared: Prepared, abort?: AbortSignal) => Promise<unknown>;
}

const refOf = ({ id }: BakedImage) => ({ ...HERE, id });

const CASES: readonly Case[] = [
  {
    name: 'starting a machine',
    run: ({ one }, abort) =>
      one.cloud.images.startBake(
        {
          ...HERE,
          bakeKey: KEY,
          baseImageId: BASE_IMAGE,
          instanceType: 't3.small',
          script: SCRIPT,
          encrypted: true,
          expiresTime: 1_900_000_000_000,
        },
        op('run', abort),
      ),
  },
  {
    name: 'making an image',
    run: ({ one, machine }, abort) =>
      one.cloud.images.createImage(
        { ...HERE, instanceId: machine, name: 'web-2', description: '', bakeKey: KEY, tags: {} },
        op('image', abort),
      ),
  },
  {
    name: 'copying it',
    run: ({ one, image }, abort) =>
      one.cloud.images.copyImage({ source: image, region: 'us-west-2', bakeKey: KEY }, op('copy', abort)),
  },
  {
    name: 'sharing it',
    async run({ one, image }, abort) {
      for (let tries = 0; tries < 40; tries++) {
        if ((await one.cloud.images.shareImage(refOf(image), 'other', op('share', abort))) === 'seen') return;
        await one.pass(5_000);
      }
      throw new Error('never seen');
    },
  },
  {
    name: 'tagging it',
    run: ({ one, image }, abort) => one.cloud.images.tagImage(refOf(image), { promoted: 'yes' }, op('tag', abort)),
  },
  {
    name: 'removing it',
    run: ({ one, image }, abort) => one.cloud.images.removeImage(refOf(image), op('remove', abort)),
  },
  {
    name: 'ending the machine',
    run: ({ one, machine }, abort) => one.cloud.images.endBake(HERE, [machine], op('end', abort)),
  },
];

async function wantedOf(run: Case['run']) {
  const plain = await world();
  const from = plain.one.tripwire.changes.length;
  await run(plain);
  const changes = plain.one.tripwire.changes.slice(from);
  await plain.one.pass(30_000);
  return { changes, wanted: await endState(plain.one) };
}

describe.each(CASES)('$name', ({ run }) => {
  it('comes to the same end after a crash right before or after any of its changes, and when done twice', async () => {
    const { changes, wanted } = await wantedOf(run);
    expect(changes.length).toBeGreaterThan(0);
    for (let nth = 1; nth <= changes.length; nth++)
      for (const side of ['before', 'after'] as const) {
        const prepared = await world();
        const crash = new AbortController();
        prepared.one.tripwire.arm(nth, side, () => crash.abort(new Error('crashed')));
        await run(prepared, crash.signal).catch((error: Error) => expect(error.message).toBe('crashed'));
        await run(prepared);
        await run(prepared);
        await prepared.one.pass(30_000);
        expect(await endState(prepared.one), `${side} change ${nth} of ${changes.join(', ')}`).toEqual(wanted);
      }
  });

  it('comes to the same end when answers are lost, requests are lost, or AWS throttles', async () => {
    const { wanted } = await wantedOf(run);
    for (const kind of ['dropAfter', 'dropBefore', 'throttle'] as const) {
      const prepared = await world();
      prepared.one.fault({ effect: { kind }, probability: 0.25 });
      for (let tries = 0; ; tries++)
        try {
          await run(prepared);
          break;
        } catch (error) {
          if (!(error instanceof FailureError) || !error.failure.retry || tries > 20) throw error;
        }
      prepared.one.clearFaults();
      await prepared.one.pass(30_000);
      expect(await endState(prepared.one), kind).toEqual(wanted);
    }
  });
});

describe('sharing', () => {
  it('takes tags away over there that the image does not have, and says who may use it', async () => {
    const { one, image } = await world();
    const { images } = one.cloud;
    const share = () => images.shareImage(refOf(image), OTHER_ACCOUNT, op('share'));
    for (let tries = 0; tries < 40 && (await share()) !== 'seen'; tries++) await one.pass(5_000);
    await images.tagImage({ ...refOf(image), account: 'other' }, { stale: 'yes' }, op('stale'));
    await images.tagImage(refOf(image), { promoted: 'yes' }, op('tag'));
    expect(await share()).toBe('seen');
    const [seen] = await images.findByTags({ account: 'other', region: 'us-east-1', tags: { version: '1' } });
    expect(seen?.tags).toEqual({ ...image.tags, promoted: 'yes' });
    expect(await images.sharedWith(refOf(image))).toEqual([OTHER_ACCOUNT]);
  });

  it('with an account that nobody knows is refused', async () => {
    const { one, image } = await world();
    await expect(one.cloud.images.shareImage(refOf(image), 'nobody', op('share'))).rejects.toMatchObject({
      failure: { code: 'aws.unknown-account' },
    });
  });
});

describe('the result of a bake', () => {
  it('is written by the machine to the address it was given, and read from there', async () => {
    const one = await startTwoAccounts(true);
    worlds.push(one);
    const { images } = one.cloud;
    const drop = await images.bakeDrop(HERE, 'bakes/x/one.json');
    expect(drop?.location).toBe('s3://bakes-us-east-1/bakes/x/one.json');
    expect(await images.readDrop(HERE, drop?.location ?? '')).toBeNull();
    const script = `#!/bin/bash\n#sandbox: rc=3 seconds=20 no such package\nresult='${drop?.putUrl}'\nshutdown -h now\n`;
    const spec = { ...HERE, bakeKey: KEY, baseImageId: BASE_IMAGE, instanceType: 't3.small', script };
    await images.startBake({ ...spec, expiresTime: 1_900_000_000_000 }, op('run'));
    await one.pass(60_000);
    expect(JSON.parse((await images.readDrop(HERE, drop?.location ?? '')) ?? '')).toEqual({
      rc: 3,
      log: 'no such package',
    });
  });

  it('has no place where no bucket is configured', async () => {
    const one = await startTwoAccounts();
    worlds.push(one);
    expect(await one.cloud.images.bakeDrop(HERE, 'x')).toBeNull();
  });
});
