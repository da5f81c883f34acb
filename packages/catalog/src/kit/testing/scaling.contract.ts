import { FailureError } from '@gennaker/pipeline-dsl';
import { beforeEach, describe, expect, it } from 'vitest';
import type {
  Operation,
  Scaling,
  ScalingPolicy,
  ScheduledAction,
  ServerGroupRef,
  ServerGroups,
} from '../ports/index.ts';

/** A fresh world with a running server group `demo-web-v000` and one made to follow it, `demo-web-v001`. */
export interface ScalingBench {
  readonly scaling: Scaling;
  readonly serverGroups: ServerGroups;
  readonly account: string;
  readonly region: string;
  pass(ms: number): Promise<void>;
}

const operation = (key: string): Operation => ({ key, executionId: 'execution-1', stageId: 'stage-1' });

const TRACKING: ScalingPolicy = {
  name: 'demo-web-v000-cpu',
  type: 'TargetTrackingScaling',
  enabled: true,
  warmupSeconds: 90,
  targetTracking: {
    targetValue: 55,
    disableScaleIn: true,
    predefinedMetricSpecification: { predefinedMetricType: 'ASGAverageCPUUtilization' },
  },
};

const NIGHT: ScheduledAction = {
  name: 'night',
  recurrence: '0 22 * * *',
  timeZone: 'Europe/Berlin',
  min: 1,
  desired: 1,
  max: 3,
};

/** What every implementation of the port must do. */
export function scalingContract(name: string, makeBench: () => Promise<ScalingBench>): void {
  describe(`${name} keeps the promises of scaling`, () => {
    let bench: ScalingBench;
    let port: Scaling;
    beforeEach(async () => {
      bench = await makeBench();
      port = bench.scaling;
    });
    const ref = (version: string): ServerGroupRef => ({
      account: bench.account,
      region: bench.region,
      name: `demo-web-${version}`,
    });
    const suspendedIn = async (version: string): Promise<readonly string[]> =>
      [...((await bench.serverGroups.read(ref(version)))?.suspendedProcesses ?? [])].sort();
    const refused = async (promise: Promise<unknown>): Promise<string> => {
      const error = await promise.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(FailureError);
      return (error as FailureError).failure.code;
    };

    it('takes settings away by name, once and again, and leaves others', async () => {
      const { account, region } = bench;
      const alarm = {
        ...{ name: 'gone-alarm', namespace: 'AWS/EC2', metricName: 'CPUUtilization', period: 60, evaluationPeriods: 2 },
        ...{ dimensions: {}, threshold: 70, comparison: 'GreaterThanThreshold' },
      };
      const simple = { type: 'SimpleScaling', enabled: true, adjustmentType: 'ChangeInCapacity', change: 1 } as const;
      for (const name of ['gone', 'stays'])
        await port.savePolicy(ref('v000'), { name, ...simple, alarm: name === 'gone' ? alarm : null }, operation(name));
      await port.saveSchedules(ref('v000'), [NIGHT, { ...NIGHT, name: 'day' }], operation('plans'));
      await port.tag(ref('v000'), { team: 'web', tier: 'front' }, operation('tags'));
      const names = {
        policies: ['gone', 'never'],
        alarms: ['gone-alarm'],
        schedules: ['day'],
        tags: ['tier', 'never'],
      };
      for (let times = 0; times < 2; times++) await port.removeSettings(ref('v000'), names, operation('remove'));
      const left = await port.read(ref('v000'));
      expect(left?.policies.map((policy) => policy.name)).toEqual(['stays']);
      expect(left?.schedules.map((schedule) => schedule.name)).toEqual(['night']);
      expect(await port.readAlarms({ account, region }, ['gone-alarm'])).toEqual([]);
      const tags = (await port.readTags(ref('v000'))) ?? {};
      expect([tags['team'], 'tier' in tags]).toEqual(['web', false]);
    });

    it('shows alarms and tags, for those who keep what was there before a change', async () => {
      const { account, region } = bench;
      const name = 'demo-web-v000-busy-alarm';
      const alarm = {
        ...{ name, namespace: 'AWS/EC2', metricName: 'CPUUtilization', comparison: 'GreaterThanThreshold' },
        ...{ dimensions: { AutoScalingGroupName: 'demo-web-v000' }, period: 60, evaluationPeriods: 2, threshold: 70 },
      };
      const policy: ScalingPolicy = {
        ...{ name: 'busy', type: 'SimpleScaling', enabled: true, adjustmentType: 'ChangeInCapacity', change: 1 },
        alarm,
      };
      expect(await port.readAlarms({ account, region }, [name])).toEqual([]);
      await port.savePolicy(ref('v000'), policy, operation('policy'));
      expect(await port.readAlarms({ account, region }, [name, 'none'])).toMatchObject([alarm]);
      await port.tag(ref('v000'), { team: 'web' }, operation('tag'));
      expect(await port.readTags(ref('v000'))).toMatchObject({ team: 'web' });
      expect(Object.keys((await port.readTags(ref('v000'))) ?? {}).filter((key) => /^(cd|aws):/.test(key))).toEqual([]);
      expect(await port.readTags(ref('v999'))).toBeNull();
    });

    it('a policy is kept with its fields, and saving it again changes it', async () => {
      expect(await port.read(ref('v000'))).toEqual({ policies: [], schedules: [] });
      await port.savePolicy(ref('v000'), TRACKING, operation('a'));
      await port.savePolicy(ref('v000'), TRACKING, operation('a'));
      expect((await port.read(ref('v000')))?.policies).toEqual([expect.objectContaining(TRACKING)]);
      await port.savePolicy(ref('v000'), { ...TRACKING, enabled: false }, operation('b'));
      expect((await port.read(ref('v000')))?.policies.map(({ enabled }) => enabled)).toEqual([false]);
    });

    it('scheduled actions are kept by name', async () => {
      await port.saveSchedules(ref('v000'), [NIGHT, { ...NIGHT, name: 'day', desired: 3 }], operation('a'));
      await port.saveSchedules(ref('v000'), [{ ...NIGHT, max: 2 }], operation('b'));
      const found = (await port.read(ref('v000')))?.schedules.map((action) => [
        action.name,
        action.desired,
        action.max,
      ]);
      expect(found?.sort()).toEqual([
        ['day', 3, 3],
        ['night', 1, 2],
      ]);
    });

    it('a group that does not exist has no scaling, and none can be given to it', async () => {
      expect(await port.read(ref('v009'))).toBeNull();
      expect(await refused(port.savePolicy(ref('v009'), TRACKING, operation('a')))).toBe('aws.gone');
      expect(await refused(port.suspend(ref('v009'), ['Launch'], operation('a')))).toBe('aws.gone');
      expect(await port.readWarmPool(ref('v009'))).toBeNull();
      expect(await refused(port.saveWarmPool(ref('v009'), { minSize: 1 }, operation('a')))).toBe('aws.gone');
      expect(await refused(port.deleteWarmPool(ref('v009'), true, operation('a')))).toBe('aws.gone');
    });

    it('processes are suspended and resumed, again without effect', async () => {
      for (let times = 0; times < 2; times++)
        await port.suspend(ref('v000'), ['AZRebalance', 'Launch'], operation('s'));
      expect(await suspendedIn('v000')).toEqual(['AZRebalance', 'Launch']);
      for (let times = 0; times < 2; times++) await port.resume(ref('v000'), ['Launch'], operation('r'));
      expect(await suspendedIn('v000')).toEqual(['AZRebalance']);
    });

    it('a warm pool is kept with its fields; what is left out stays as it is', async () => {
      expect(await port.readWarmPool(ref('v000'))).toBeNull();
      for (let times = 0; times < 2; times++) await port.saveWarmPool(ref('v000'), { minSize: 1 }, operation('a'));
      const pool = { minSize: 1, maxPrepared: null, poolState: 'Stopped', reuseOnScaleIn: false, beingDeleted: false };
      expect(await port.readWarmPool(ref('v000'))).toMatchObject(pool);
      const more = { maxPrepared: 4, poolState: 'Running', reuseOnScaleIn: true } as const;
      await port.saveWarmPool(ref('v000'), more, operation('b'));
      expect(await port.readWarmPool(ref('v000'))).toMatchObject({ ...pool, ...more });
      await port.saveWarmPool(ref('v000'), { minSize: 0, maxPrepared: null, reuseOnScaleIn: false }, operation('c'));
      expect(await port.readWarmPool(ref('v000'))).toMatchObject({ ...pool, minSize: 0, poolState: 'Running' });
      const desired = (await bench.serverGroups.read(ref('v000')))?.capacity.desired;
      expect((await bench.serverGroups.read(ref('v000')))?.instances.length).toBeLessThanOrEqual(desired ?? 0);
      expect(await port.readWarmPool(ref('v001'))).toBeNull();
    });

    it.each([true, false])('a warm pool is deleted in rounds, by force (%s) or when it is empty', async (force) => {
      expect(await port.deleteWarmPool(ref('v000'), force, operation('d'))).toBe('gone');
      await port.saveWarmPool(ref('v000'), { minSize: 1 }, operation('a'));
      await bench.pass(5_000);
      const rounds: string[] = [];
      while (rounds.at(-1) !== 'gone' && rounds.length < 20) {
        rounds.push(await port.deleteWarmPool(ref('v000'), force, operation('d')));
        await bench.pass(2_000);
      }
      expect(rounds[0]).toBe('going');
      expect(rounds.at(-1)).toBe('gone');
      expect(await port.readWarmPool(ref('v000'))).toBeNull();
      expect(await port.deleteWarmPool(ref('v000'), force, operation('d'))).toBe('gone');
      await port.saveWarmPool(ref('v000'), { minSize: 2 }, operation('e'));
      expect(await port.readWarmPool(ref('v000'))).toMatchObject({ minSize: 2, beingDeleted: false });
    });

    it('a warm pool that is being deleted is not changed', async () => {
      await port.saveWarmPool(ref('v000'), { minSize: 1 }, operation('a'));
      await bench.pass(5_000);
      expect(await port.deleteWarmPool(ref('v000'), true, operation('d'))).toBe('going');
      expect(await port.readWarmPool(ref('v000'))).toMatchObject({ beingDeleted: true });
      expect(await refused(port.saveWarmPool(ref('v000'), { minSize: 2 }, operation('b')))).toBe('aws.busy');
    });

    it('copied scaling has every field and the new group’s name, and is held back until it is settled', async () => {
      await port.savePolicy(ref('v000'), TRACKING, operation('a'));
      await port.saveSchedules(ref('v000'), [NIGHT], operation('b'));
      await port.saveWarmPool(ref('v000'), { minSize: 1 }, operation('w'));
      const { serverGroups } = bench;
      const copied = await serverGroups.copyScaling(ref('v000'), ref('v001'), operation('c'));
      expect(await serverGroups.copyScaling(ref('v000'), ref('v001'), operation('c'))).toEqual(copied);
      const found = await port.read(ref('v001'));
      expect(found?.policies).toEqual([expect.objectContaining({ ...TRACKING, name: 'demo-web-v001-cpu' })]);
      expect(found?.schedules).toEqual([expect.objectContaining({ ...NIGHT, name: copied.schedules[0] })]);
      expect(copied).toMatchObject({ policies: ['demo-web-v001-cpu'], alarms: [], warnings: [] });
      expect(await suspendedIn('v001')).toEqual(['AlarmNotification', 'ScheduledActions']);
      for (let times = 0; times < 2; times++) await serverGroups.settleScaling(ref('v001'), operation('d'));
      expect(await suspendedIn('v001')).toEqual([]);
      await serverGroups.copyScaling(ref('v000'), ref('v001'), operation('c'));
      expect(await suspendedIn('v001')).toEqual([]);
      expect(await suspendedIn('v000')).toEqual([]);
      expect(await port.readWarmPool(ref('v001'))).toBeNull();
    });

    it('a group without scaling gives none and holds nothing back', async () => {
      const copied = await bench.serverGroups.copyScaling(ref('v000'), ref('v001'), operation('c'));
      expect(copied).toEqual({ policies: [], alarms: [], schedules: [], warnings: [] });
      expect(await suspendedIn('v001')).toEqual([]);
    });

    it('tags are set, and again without effect', async () => {
      for (let times = 0; times < 2; times++) await port.tag(ref('v000'), { team: 'web', cost: '42' }, operation('t'));
    });
  });
}
