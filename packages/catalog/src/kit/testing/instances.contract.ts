import { FailureError } from '@gennaker/pipeline-dsl';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Instances, Operation, ServerGroup, ServerGroupRef, ServerGroups } from '../ports/index.ts';

/** A fresh world with a healthy server group `demo-web-v000` of 2 instances (min 1, max 3) in the target group. */
export interface InstancesBench {
  readonly instances: Instances;
  readonly serverGroups: ServerGroups;
  readonly account: string;
  readonly region: string;
  readonly targetGroup: string;
  pass(ms: number): Promise<void>;
}

const operation = (key: string): Operation => ({ key, executionId: 'execution-1', stageId: 'stage-1' });
const MOMENT_MS = 5_000;

/** What every implementation of the port must do. */
export function instancesContract(name: string, makeBench: () => Promise<InstancesBench>): void {
  describe(`${name} keeps the promises of instances`, () => {
    let bench: InstancesBench;
    let port: Instances;
    let ids: readonly string[];
    beforeEach(async () => {
      bench = await makeBench();
      port = bench.instances;
      ids = (await group()).instances.map(({ id }) => id);
    });
    const ref = (): ServerGroupRef => ({ account: bench.account, region: bench.region, name: 'demo-web-v000' });
    const group = async (): Promise<ServerGroup> => (await bench.serverGroups.read(ref()))!;
    const until = async (holds: () => Promise<boolean>): Promise<void> => {
      for (let i = 0; i < 100; i++) {
        if (await holds()) return;
        await bench.pass(MOMENT_MS);
      }
      throw new Error(`it did not get there: ${JSON.stringify(await group())}`);
    };
    const stateOf = async (id: string): Promise<string> => (await port.find(ref(), [id]))[0]?.state ?? 'gone';
    const settled = (size: number) =>
      until(async () => {
        const { instances } = await group();
        return instances.length === size && instances.every(({ health }) => health === 'Up');
      });

    it('finds members with their group, and not what never was', async () => {
      expect(await port.find(ref(), [ids[0]!, 'i-0000000000000dead'])).toEqual([
        { id: ids[0], state: 'running', serverGroup: 'demo-web-v000' },
      ]);
    });

    it('a terminated member ends and is replaced', async () => {
      for (let times = 0; times < 2; times++) await port.terminate(ref(), [ids[0]!], operation('t'));
      await until(async () => ['terminated', 'gone'].includes(await stateOf(ids[0]!)));
      await settled(2);
      expect((await group()).instances.map(({ id }) => id)).not.toContain(ids[0]);
    });

    it('a member terminated with shrinking is not replaced, once however often it is asked', async () => {
      const how = { lowerMin: false, lowerMax: true };
      for (let times = 0; times < 2; times++) {
        await port.terminateAndShrink(ref(), ids[0]!, how, operation('t'));
        await bench.pass(MOMENT_MS);
      }
      await settled(1);
      expect((await group()).capacity).toEqual({ min: 1, desired: 1, max: 1 });
    });

    it('the minimum stands in the way unless it may be lowered', async () => {
      await bench.serverGroups.resize(ref(), { min: 2, desired: 2, max: 3 }, operation('r'));
      const how = { lowerMin: false, lowerMax: false };
      const error = await port
        .terminateAndShrink(ref(), ids[0]!, how, operation('t'))
        .catch((thrown: unknown) => thrown);
      expect(error instanceof FailureError && error.failure.code).toBe('aws.at-minimum');
      await port.terminateAndShrink(ref(), ids[0]!, { ...how, lowerMin: true }, operation('u'));
      expect((await group()).capacity).toEqual({ min: 1, desired: 1, max: 3 });
    });

    it('a detached member runs on outside the group, which replaces it or becomes smaller', async () => {
      for (let times = 0; times < 2; times++)
        await port.detach(ref(), [ids[0]!], { shrink: false, lowerMin: false }, operation('d'));
      await settled(2);
      expect(await stateOf(ids[0]!)).toBe('running');
      expect((await group()).instances.map(({ id }) => id)).not.toContain(ids[0]);
      await port.detach(ref(), [ids[1]!], { shrink: true, lowerMin: true }, operation('e'));
      await settled(1);
      expect((await group()).capacity.desired).toBe(1);
    });

    it('instances leave a target group and come back', async () => {
      const healthOf = async (id: string) => (await port.targets(ref(), [bench.targetGroup], [id]))[0]?.health;
      expect(await healthOf(ids[0]!)).toBe('Up');
      for (let times = 0; times < 2; times++)
        await port.deregister(ref(), [bench.targetGroup], [ids[0]!], operation('d'));
      await until(async () => (await healthOf(ids[0]!)) === 'OutOfService');
      expect(await healthOf(ids[1]!)).toBe('Up');
      for (let times = 0; times < 2; times++) await port.register(ref(), [bench.targetGroup], ids, operation('r'));
      await until(async () => (await healthOf(ids[0]!)) === 'Up');
    });

    it('a rebooted instance stays a member', async () => {
      await port.reboot(ref(), [ids[0]!], operation('b'));
      await settled(2);
      expect((await group()).instances.map(({ id }) => id)).toContain(ids[0]);
    });
  });
}
