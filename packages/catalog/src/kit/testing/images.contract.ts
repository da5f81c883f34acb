import { FailureError } from '@gennaker/pipeline-dsl';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BakedImage, BakeSpec, CloudRef, Images, Operation } from '../ports/index.ts';

/** A fresh world in which a port can be tried. */
export interface ImagesBench {
  readonly images: Images;
  readonly account: string;
  readonly region: string;
  /** Another region of the account, and another account that has both. */
  readonly otherRegion: string;
  readonly otherAccount: string;
  /** An available image of the account with the tag `base-os=al2023`. */
  readonly baseImageId: string;
  /** A parameter that holds its id. */
  readonly parameter: string;
  /** Makes something run from the image, which is then among its users. */
  use(imageId: string): Promise<void>;
  /** Lets time pass in that world. */
  pass(ms: number): Promise<void>;
}

const operation = (key: string): Operation => ({ key, executionId: 'execution-1', stageId: 'stage-1' });
const BAKE_KEY = 'ab'.repeat(32);
const SCRIPT = ['#!/bin/bash', `echo "gennaker-bake ${BAKE_KEY} rc=$rc"`, 'shutdown -h now', ''].join('\n');

/** What every implementation of the port must do. Run it with the port on a fresh world for each case. */
export function imagesContract(name: string, makeBench: () => Promise<ImagesBench>): void {
  describe(`${name} keeps the promises of images`, () => {
    let bench: ImagesBench;
    let port: Images;
    beforeEach(async () => {
      bench = await makeBench();
      port = bench.images;
    });

    const here = () => ({ account: bench.account, region: bench.region });
    const at = (id: string, region = bench.region): CloudRef => ({ account: bench.account, region, id });
    const spec = (): BakeSpec => ({
      ...here(),
      bakeKey: BAKE_KEY,
      baseImageId: bench.baseImageId,
      instanceType: 't3.small',
      script: SCRIPT,
      expiresTime: 1_900_000_000_000,
    });

    async function until<T>(look: () => Promise<T>, holds: (found: T) => boolean): Promise<T> {
      for (let i = 0; i < 100; i++) {
        const found = await look();
        if (holds(found)) return found;
        await bench.pass(5_000);
      }
      throw new Error(`never came: ${JSON.stringify(await look())}`);
    }
    const available = (ref: CloudRef): Promise<BakedImage | null> =>
      until(
        () => port.readImage(ref),
        (image) => image?.state === 'available',
      );
    async function stoppedMachine(): Promise<string> {
      const id = await port.startBake(spec(), operation('run'));
      await until(
        () => port.readBake(at(id)),
        (machine) => machine?.state === 'stopped',
      );
      return id;
    }
    const imageSpec = (instanceId: string, imageName = 'web-1') => ({
      ...here(),
      instanceId,
      name: imageName,
      description: 'web 1',
      bakeKey: BAKE_KEY,
      tags: { version: '1' },
    });
    async function madeImage(): Promise<BakedImage> {
      const id = await port.createImage(imageSpec(await stoppedMachine()), operation('image'));
      return (await available(at(id)))!;
    }

    it('finds an image by id, by name, by tags and by a parameter', async () => {
      const byId = await port.find({ ...here(), nameOrId: bench.baseImageId });
      expect(byId).toMatchObject({ ...here(), id: bench.baseImageId, architecture: 'x86_64' });
      expect((await port.find({ ...here(), nameOrId: byId?.name ?? '' }))?.id).toBe(bench.baseImageId);
      for (const nameOrId of [bench.parameter, `resolve:ssm:${bench.parameter}`])
        expect((await port.find({ ...here(), nameOrId }))?.id).toBe(bench.baseImageId);
      const tagged = await port.findByTags({ ...here(), tags: { 'base-os': 'al2023' } });
      expect(tagged.map(({ id }) => id)).toEqual([bench.baseImageId]);
      for (const nameOrId of ['none', 'ami-0123456789abcdef0', '/no/such/parameter'])
        expect(await port.find({ ...here(), nameOrId })).toBeNull();
    });

    it('has an account for those who name none', async () => {
      expect(await port.defaultAccount(bench.region)).toBe(bench.account);
    });

    it('sets tags and leaves others alone, however often', async () => {
      for (let i = 0; i < 2; i++) await port.tagImage(at(bench.baseImageId), { promoted: 'yes' }, operation('tag'));
      const image = await port.find({ ...here(), nameOrId: bench.baseImageId });
      expect(image?.tags).toMatchObject({ 'base-os': 'al2023', promoted: 'yes' });
      await expect(port.tagImage(at('ami-0123456789abcdef0'), {}, operation('tag'))).rejects.toBeInstanceOf(
        FailureError,
      );
    });

    it('takes tags away by key, and leaves others alone', async () => {
      await port.tagImage(at(bench.baseImageId), { promoted: 'yes', checked: 'no' }, operation('tag'));
      for (let i = 0; i < 2; i++)
        await port.untagImage(at(bench.baseImageId), ['promoted', 'never'], operation('untag'));
      const image = await port.find({ ...here(), nameOrId: bench.baseImageId });
      expect([image?.tags['promoted'], image?.tags['checked']]).toEqual([undefined, 'no']);
    });

    it('bakes on one machine however often it is asked, and removes it', async () => {
      const id = await stoppedMachine();
      expect(await port.startBake(spec(), operation('run'))).toBe(id);
      expect(await port.bakeLog(at(id))).toContain(`gennaker-bake ${BAKE_KEY} rc=0`);
      await port.endBake(here(), [id], operation('end'));
      await until(
        () => port.readBake(at(id)),
        (machine) => machine?.state === 'gone',
      );
      await port.endBake(here(), [id], operation('end'));
    });

    it('makes one image, found by its content, and refuses a name that belongs to something else', async () => {
      const machine = await stoppedMachine();
      const id = await port.createImage(imageSpec(machine), operation('image'));
      expect(await port.createImage(imageSpec(machine), operation('image'))).toBe(id);
      const refused = await port.createImage(imageSpec(machine), operation('other')).catch((error: unknown) => error);
      expect((refused as FailureError).failure.code).toBe('aws.image-name-taken');
      expect((await port.findBaked({ ...here(), bakeKey: BAKE_KEY })).map((image) => image.id)).toEqual([id]);
      expect((await available(at(id)))?.tags).toMatchObject({ version: '1' });
    });

    it('copies it once to another region, with its tags', async () => {
      const source = await madeImage();
      const copy = { source, region: bench.otherRegion, bakeKey: BAKE_KEY };
      const id = await port.copyImage(copy, operation('copy'));
      expect(await port.copyImage(copy, operation('copy'))).toBe(id);
      const made = await available(at(id, bench.otherRegion));
      expect(made).toMatchObject({ region: bench.otherRegion, name: source.name, tags: { version: '1' } });
      expect(await port.copyImage(copy, operation('another'))).toBe(id);
    });

    it('shares it with another account, which sees it a little later with its tags', async () => {
      const { id } = await madeImage();
      expect(await port.sharedWith(at(id))).toEqual([]);
      await until(
        () => port.shareImage(at(id), bench.otherAccount, operation('share')),
        (answer) => answer === 'seen',
      );
      expect(await port.sharedWith(at(id))).toHaveLength(1);
      expect(await port.shareImage(at(id), '333333333333', operation('share'))).toBe('unknown');
      expect(await port.sharedWith(at(id))).toHaveLength(2);
    });

    it('tells who uses it, and removes it, however often', async () => {
      const { id } = await madeImage();
      expect(await port.usersOf(at(id))).toEqual([]);
      await bench.use(id);
      expect(await port.usersOf(at(id))).not.toEqual([]);
      const spare = at(await port.createImage(imageSpec(await stoppedMachine(), 'web-2'), operation('image-2')));
      for (let i = 0; i < 2; i++) await port.removeImage(spare, operation('remove'));
      expect(await port.readImage(spare)).toBeNull();
    });
  });
}
