import { FailureError } from '@gennaker/pipeline-dsl';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Operation, ServerGroup, ServerGroupRef, ServerGroupSpec, ServerGroups } from '../ports/index.ts';

/** A fresh world in which a port can be tried. The image boots into healthy instances of the target group. */
export interface ServerGroupsBench {
  readonly serverGroups: ServerGroups;
  readonly account: string;
  readonly region: string;
  readonly imageId: string;
  readonly instanceType: string;
  /** Another one that can run the image too. */
  readonly otherInstanceType: string;
  readonly targetGroup: string;
  readonly securityGroups: readonly string[];
  readonly subnetIds: readonly string[];
  /** Lets time pass in that world. */
  pass(ms: number): Promise<void>;
}

const operation = (key: string): Operation => ({ key, executionId: 'execution-1', stageId: 'stage-1' });
const MOMENT_MS = 5_000;

/** What every implementation of the port must do. Run it with the port on a fresh world for each case. */
export function serverGroupsContract(name: string, makeBench: () => Promise<ServerGroupsBench>): void {
  describe(`${name} keeps the promises of server groups`, () => {
    let bench: ServerGroupsBench;
    let port: ServerGroups;
    beforeEach(async () => {
      bench = await makeBench();
      port = bench.serverGroups;
    });

    const cluster = () => ({ account: bench.account, region: bench.region, cluster: 'demo-web' });
    const ref = (version: string): ServerGroupRef => ({
      account: bench.account,
      region: bench.region,
      name: `demo-web-${version}`,
    });
    const spec = (version: string, more: Partial<ServerGroupSpec> = {}): ServerGroupSpec => ({
      ...ref(version),
      moniker: { app: 'demo', stack: 'web', detail: null, cluster: 'demo-web', sequence: Number(version.slice(1)) },
      imageId: bench.imageId,
      instanceType: bench.instanceType,
      capacity: { min: 1, desired: 2, max: 3 },
      targetGroups: [bench.targetGroup],
      securityGroups: bench.securityGroups,
      subnetIds: bench.subnetIds,
      healthCheckType: 'ELB',
      healthCheckGracePeriodSeconds: 30,
      tags: { team: 'web' },
      startDisabled: false,
      ...more,
    });

    async function until(version: string, holds: (group: ServerGroup) => boolean): Promise<ServerGroup> {
      for (let i = 0; i < 100; i++) {
        const group = await port.read(ref(version));
        if (group && holds(group)) return group;
        await bench.pass(MOMENT_MS);
      }
      throw new Error(`demo-web-${version} did not get there: ${JSON.stringify(await port.read(ref(version)))}`);
    }
    const allUp = (group: ServerGroup): boolean =>
      group.instances.length === 2 && group.instances.every((instance) => instance.health === 'Up');
    const create = async (version: string): Promise<ServerGroup> => {
      await port.create(spec(version), operation(`create-${version}`));
      return until(version, allUp);
    };
    const destroyed = async (version: string): Promise<void> => {
      for (let i = 0; i < 100; i++) {
        if ((await port.destroy(ref(version), operation(`destroy-${version}`))) === 'gone') return;
        await bench.pass(MOMENT_MS);
      }
      throw new Error(`demo-web-${version} was not destroyed`);
    };

    it('whoever waits sees the same as whoever acts, and again after a change', async () => {
      const made = await create('v000');
      expect(await port.watch(ref('v000'))).toEqual(made);
      await port.disable(ref('v000'), operation('disable'));
      await bench.pass(MOMENT_MS);
      expect(await port.watch(ref('v000'))).toEqual(await port.read(ref('v000')));
    });

    it('an unknown cluster is empty and an unknown server group is null', async () => {
      expect(await port.list(cluster())).toEqual([]);
      expect(await port.read(ref('v000'))).toBeNull();
      expect(await port.watch(ref('v000'))).toBeNull();
    });

    it('the first name of a cluster is v000, the next one follows the newest', async () => {
      const moniker = { app: 'demo', stack: 'web', detail: null };
      expect(await port.nextName(cluster(), moniker)).toBe('demo-web-v000');
      await port.create(spec('v000'), operation('a'));
      expect(await port.nextName(cluster(), moniker)).toBe('demo-web-v001');
    });

    it('a created server group comes up in traffic with the size asked for', async () => {
      const group = await create('v000');
      expect(group.capacity).toEqual({ min: 1, desired: 2, max: 3 });
      expect(group.traffic).toBe('enabled');
      expect(group.image.id).toBe(bench.imageId);
      expect(group.moniker).toMatchObject({ app: 'demo', stack: 'web', cluster: 'demo-web', sequence: 0 });
    });

    it('what was done to its size is told, newest first', async () => {
      const { instances } = await create('v000');
      const activities = await port.activities(ref('v000'));
      const starts = activities.filter(({ description }) => description.startsWith('Launching'));
      for (const { id } of instances) expect(starts.some(({ description }) => description.includes(id))).toBe(true);
      expect(starts.every(({ status, endTime, cause }) => status && endTime !== null && cause)).toBe(true);
      const times = activities.map(({ startTime }) => startTime);
      expect(times).toEqual([...times].sort((a, b) => b - a));
      expect(await port.activities(ref('v009'))).toEqual([]);
    });

    it('its lifecycle hooks can be given to another one, with whom they tell and how long they hold', async () => {
      const lifecycleHooks: ServerGroupSpec['lifecycleHooks'] = [
        {
          name: 'say-bye',
          transition: 'terminating',
          defaultResult: 'CONTINUE',
          heartbeatSeconds: 60,
          notificationTarget: `arn:aws:sqs:${bench.region}:123456789012:hooks`,
          role: 'arn:aws:iam::123456789012:role/hooks',
          metadata: '{"drain":true}',
        },
      ];
      await port.create(spec('v000', { lifecycleHooks }), operation('a'));
      expect(await port.readHooks(ref('v000'))).toEqual(lifecycleHooks);
      const like = spec('v001', { lifecycleHooks: await port.readHooks(ref('v000')) });
      await port.create(like, operation('b'));
      await port.create(like, operation('b'));
      expect(await port.readHooks(ref('v001'))).toEqual(lifecycleHooks);
      await port.create(spec('v002'), operation('c'));
      expect([await port.readHooks(ref('v002')), await port.readHooks(ref('v009'))]).toEqual([[], []]);
    });

    it('one made of every setting can be read back as what it was made of', async () => {
      const settings: Partial<ServerGroupSpec> = {
        base64UserData: 'aGVsbG8=',
        cooldownSeconds: 30,
        terminationPolicies: ['OldestInstance'],
        suspendedProcesses: ['AZRebalance'],
        blockDevices: [
          {
            deviceName: '/dev/sdb',
            sizeGiB: 50,
            volumeType: 'gp3',
            iops: 4_000,
            encrypted: true,
            deleteOnTermination: true,
          },
        ],
        ebsOptimized: true,
        instanceMonitoring: true,
        requireIMDSv2: false,
        associatePublicIpAddress: true,
        unlimitedCpuCredits: true,
        placement: { tenancy: 'default' },
        capacityRebalance: true,
        enabledMetrics: ['GroupInServiceInstances', 'GroupDesiredCapacity'],
        lifecycleHooks: [
          { name: 'warm-up', transition: 'launching', defaultResult: 'CONTINUE', heartbeatSeconds: 30 },
          { name: 'say-bye', transition: 'terminating', defaultResult: 'ABANDON', heartbeatSeconds: 60 },
        ],
        mixedInstances: {
          types: [
            { instanceType: bench.instanceType, weightedCapacity: '1' },
            { instanceType: bench.otherInstanceType, weightedCapacity: '2' },
          ],
          onDemandBaseCapacity: 1,
          onDemandPercentageAboveBaseCapacity: 50,
          spotAllocationStrategy: 'price-capacity-optimized',
        },
        spotPrice: '0.5',
      };
      const asked = spec('v000', settings);
      await port.create(asked, operation('a'));
      const recipe = await port.recipe(ref('v000'));
      const named = {
        name: 'demo-web-v000',
        imageId: bench.imageId,
        targetGroups: [bench.targetGroup],
        tags: { team: 'web' },
      };
      expect(recipe).toMatchObject({ ...settings, ...named, capacity: asked.capacity, healthCheckType: 'ELB' });
      expect(recipe?.securityGroups).toEqual(bench.securityGroups);
      expect(await port.preflight({ ...recipe!, moniker: asked.moniker })).toEqual([]);
      await port.create({ ...recipe!, ...ref('v001') }, operation('b'));
      expect(await port.recipe(ref('v001'))).toEqual({
        ...recipe,
        name: 'demo-web-v001',
        moniker: expect.objectContaining({ cluster: 'demo-web' }),
      });
      expect(await port.recipe(ref('v009'))).toBeNull();
    });

    it('creating again with the same operation makes nothing twice', async () => {
      await port.create(spec('v000'), operation('a'));
      await port.create(spec('v000'), operation('a'));
      expect(await port.list(cluster())).toHaveLength(1);
    });

    it('a name that belongs to another operation is refused as aws.name-taken', async () => {
      await port.create(spec('v000'), operation('a'));
      const refused = await port.create(spec('v000'), operation('b')).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(FailureError);
      expect((refused as FailureError).failure.code).toBe('aws.name-taken');
    });

    it('server groups are listed oldest first', async () => {
      await create('v000');
      await bench.pass(MOMENT_MS);
      await create('v001');
      expect((await port.list(cluster())).map((group) => group.name)).toEqual(['demo-web-v000', 'demo-web-v001']);
    });

    it('one made out of traffic takes none until it is enabled', async () => {
      await port.create(spec('v000', { startDisabled: true }), operation('a'));
      const quiet = await until('v000', (group) => group.instances.length === 2);
      expect(quiet.traffic).toBe('disabled');
      await port.enable(ref('v000'), operation('b'));
      expect((await until('v000', allUp)).traffic).toBe('enabled');
    });

    it('disabling takes it out of traffic, keeps its instances, and ends draining', async () => {
      await create('v000');
      await port.disable(ref('v000'), operation('d'));
      const quiet = await until('v000', (group) => group.traffic === 'disabled' && group.draining === 0);
      expect(quiet.instances).toHaveLength(2);
      expect(quiet.instances.some((instance) => instance.health === 'Up')).toBe(false);
      await port.disable(ref('v000'), operation('d'));
      expect((await port.read(ref('v000')))?.traffic).toBe('disabled');
    });

    it('enabling brings a disabled one back', async () => {
      await create('v000');
      await port.disable(ref('v000'), operation('d'));
      await until('v000', (group) => group.draining === 0);
      await port.enable(ref('v000'), operation('e'));
      const group = await until('v000', allUp);
      expect(group.traffic).toBe('enabled');
      expect(group.suspendedProcesses).toEqual([]);
    });

    it('some instances leave traffic and come back while the group serves on', async () => {
      const [first, second] = (await create('v000')).instances.map(({ id }) => id) as [string, string];
      const healthOf = (group: ServerGroup, id: string) => group.instances.find((each) => each.id === id)?.health;
      for (let times = 0; times < 2; times++) {
        await port.disableInstances(ref('v000'), [first, 'i-0000000000000dead'], operation('some'));
        const part = await until('v000', (group) => healthOf(group, first) === 'OutOfService');
        expect(healthOf(part, second)).toBe('Up');
        expect(part).toMatchObject({ traffic: 'enabled', draining: 0, suspendedProcesses: [] });
        expect(part.instances).toHaveLength(2);
      }
      await port.enableInstances(ref('v000'), [first, second], operation('back'));
      await until('v000', allUp);
    });

    it('resizing changes the size and the instances follow', async () => {
      await create('v000');
      await port.resize(ref('v000'), { min: 0, desired: 1, max: 5 }, operation('r'));
      const group = await until('v000', (each) => each.instances.length === 1);
      expect(group.capacity).toEqual({ min: 0, desired: 1, max: 5 });
    });

    it('the size meant for it is kept and given back on request', async () => {
      await create('v000');
      const capacity = { min: 1, desired: 2, max: 3 };
      await port.setIntendedCapacity(ref('v000'), capacity, operation('p'));
      expect((await port.read(ref('v000')))?.intendedCapacity).toEqual(capacity);
      await port.setIntendedCapacity(ref('v000'), null, operation('q'));
      expect((await port.read(ref('v000')))?.intendedCapacity).toBeNull();
    });

    it('destroying removes it for good, and again is no error', async () => {
      await create('v000');
      await destroyed('v000');
      expect(await port.read(ref('v000'))).toBeNull();
      expect(await port.destroy(ref('v000'), operation('again'))).toBe('gone');
    });

    it('healthy server groups are never hopeless', async () => {
      const group = await create('v000');
      expect(await port.hopeless(group, group.createdTime)).toBeNull();
    });
  });
}
