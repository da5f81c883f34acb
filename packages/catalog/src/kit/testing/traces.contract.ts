import { beforeEach, describe, expect, it } from 'vitest';
import type {
  CloudTrace,
  Images,
  Operation,
  RegionRef,
  ServerGroupSpec,
  ServerGroups,
  Traces,
} from '../ports/index.ts';

/** A fresh world in which nothing carries marks yet, with what it takes to leave some. */
export interface TracesBench {
  readonly traces: Traces;
  readonly serverGroups: ServerGroups;
  readonly images: Images;
  readonly place: RegionRef;
  /** A server group that can be made there, and a base image to bake on. */
  readonly spec: ServerGroupSpec;
  readonly baseImageId: string;
  /** A server group of another tool. */
  readonly foreign: string;
  /** Another tool deregisters the image and leaves what it was made of. */
  leaveSnapshot(image: { readonly imageId: string; readonly bakeKey: string }): Promise<void> | void;
  /** Lets time pass in that world. */
  pass(ms: number): Promise<void>;
}

const operation = (key: string): Operation => ({ key, executionId: 'execution-1', stageId: 'stage-1' });
const OWNER = { executionId: 'execution-1', stageId: 'stage-1' };

/** What every implementation of the port must do. */
export function tracesContract(name: string, makeBench: () => Promise<TracesBench>): void {
  describe(`${name} keeps the promises of traces`, () => {
    let bench: TracesBench;
    beforeEach(async () => {
      bench = await makeBench();
    });
    const ofKind = async <Kind extends CloudTrace['kind']>(kind: Kind) =>
      (await bench.traces.find(bench.place)).filter(
        (trace): trace is Extract<CloudTrace, { kind: Kind }> => trace.kind === kind,
      );

    it('finds nothing where we have left nothing', async () => {
      expect(await bench.traces.find(bench.place)).toEqual([]);
    });

    it('shows a server group that we made, with what is held back of it', async () => {
      const { serverGroups, spec } = bench;
      await serverGroups.create(spec, operation('create'));
      const [made] = await ofKind('serverGroup');
      expect(made).toMatchObject({ name: spec.name, ...OWNER, capacity: spec.capacity, intendedCapacity: null });
      expect([made?.frozen, made?.unsettled]).toEqual([null, null]);
      await serverGroups.disable(spec, operation('disable'));
      expect((await ofKind('serverGroup'))[0]?.frozen).toContain('AddToLoadBalancer');
    });

    it('shows a server group of another tool only while we hold something of it back', async () => {
      const ref = { ...bench.place, name: bench.foreign };
      await bench.serverGroups.setIntendedCapacity(ref, { min: 1, desired: 2, max: 3 }, operation('pin'));
      expect(await ofKind('serverGroup')).toMatchObject([
        { name: bench.foreign, executionId: null, intendedCapacity: { min: 1, desired: 2, max: 3 } },
      ]);
      await bench.serverGroups.setIntendedCapacity(ref, null, operation('unpin'));
      expect(await ofKind('serverGroup')).toEqual([]);
    });

    it('shows a machine that bakes until it has ended, and the image from its beginning', async () => {
      const { images, place, baseImageId: baseImage } = bench;
      const bakeKey = 'a'.repeat(64);
      const machine = { ...place, bakeKey, baseImageId: baseImage, instanceType: 't3.micro', script: '' };
      const id = await images.startBake({ ...machine, expiresTime: 1_900_000_000_000 }, operation('run'));
      expect(await ofKind('machine')).toMatchObject([{ id, ...OWNER, expiresTime: 1_900_000_000_000 }]);
      await bench.pass(120_000);
      await images.stopBake({ ...place, id }, true, operation('stop'));
      await bench.pass(60_000);
      const wish = { ...place, instanceId: id, name: 'web-1', description: 'web', bakeKey, tags: {} };
      const imageId = await images.createImage(wish, operation('image'));
      expect(await ofKind('image')).toMatchObject([{ id: imageId, ...OWNER, state: 'pending', bakeKey }]);
      await images.endBake(place, [id], operation('end'));
      await bench.pass(600_000);
      expect(await ofKind('machine')).toEqual([]);
      expect((await ofKind('image'))[0]?.state).toBe('available');
    });

    it('shows a snapshot once no image uses it any more, until it is deleted', async () => {
      const { images, place, baseImageId: baseImage, leaveSnapshot } = bench;
      const bakeKey = 'c'.repeat(64);
      const machine = { ...place, bakeKey, baseImageId: baseImage, instanceType: 't3.micro', script: '' };
      const id = await images.startBake({ ...machine, expiresTime: 1_900_000_000_000 }, operation('run'));
      await bench.pass(120_000);
      await images.stopBake({ ...place, id }, true, operation('stop'));
      await bench.pass(60_000);
      const wish = { ...place, instanceId: id, name: 'web-3', description: 'web', bakeKey, tags: {} };
      const imageId = await images.createImage(wish, operation('image'));
      await bench.pass(600_000);
      expect(await ofKind('snapshot')).toEqual([]);
      await leaveSnapshot({ imageId, bakeKey });
      const [loose] = await ofKind('snapshot');
      expect(loose).toMatchObject({ ...OWNER, bakeKey });
      for (let times = 0; times < 2; times++)
        await images.removeSnapshot({ ...place, id: loose?.id ?? '' }, operation('remove'));
      expect(await ofKind('snapshot')).toEqual([]);
    });
  });
}
