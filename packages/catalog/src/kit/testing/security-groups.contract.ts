import { FailureError } from '@gennaker/pipeline-dsl';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Operation, SecurityGroupSpec, SecurityGroups } from '../ports/index.ts';

/** A fresh world with one security group in one network. */
export interface SecurityGroupsBench {
  readonly securityGroups: SecurityGroups;
  readonly account: string;
  readonly region: string;
  readonly vpcId: string;
  /** Name of the one that is there, with nothing of the rules below. */
  readonly existing: string;
}

const operation = (key: string): Operation => ({ key, executionId: 'execution-1', stageId: 'stage-1' });
const tcp = (port: number) => ({ protocol: 'tcp', fromPort: port, toPort: port });

/** What every implementation of the port must do. Run it with the port on a fresh world for each case. */
export function securityGroupsContract(name: string, makeBench: () => Promise<SecurityGroupsBench>): void {
  describe(`${name} keeps the promises of security groups`, () => {
    let bench: SecurityGroupsBench;
    let port: SecurityGroups;
    beforeEach(async () => {
      bench = await makeBench();
      port = bench.securityGroups;
    });

    const ref = (group = 'shop-web') => ({ ...place(), name: group, vpcId: bench.vpcId });
    const place = () => ({ account: bench.account, region: bench.region });
    const spec = (ingress: SecurityGroupSpec['ingress'], more: Partial<SecurityGroupSpec> = {}): SecurityGroupSpec => ({
      ...ref(),
      ...{ description: 'web of the shop', appendOnly: false, tags: { 'cd:application': 'shop' } },
      ingress,
      ...more,
    });
    const rulesOf = async (group = 'shop-web') =>
      ((await port.read(ref(group)))?.ingress ?? [])
        .map((rule) => `${rule.protocol}:${rule.fromPort}-${rule.toPort} ${rule.cidr ?? rule.securityGroup}`)
        .sort();

    it('one that is not there is null, and gone when it is deleted', async () => {
      expect(await port.read(ref('nobody'))).toBeNull();
      expect(await port.remove(ref('nobody'), operation('a'))).toBe('gone');
      expect(await port.read({ ...place(), name: bench.existing })).toMatchObject({ vpcId: bench.vpcId });
    });

    it('makes one with rules from addresses, from another group and from itself', async () => {
      const other = await port.read(ref(bench.existing));
      const wanted = spec([
        { ...tcp(443), cidr: '10.0.0.0/8', description: 'office' },
        { ...tcp(443), cidr: '::/0' },
        { ...tcp(8080), securityGroup: bench.existing },
        { protocol: '-1', fromPort: null, toPort: null, securityGroup: 'shop-web' },
      ]);
      const { id } = await port.upsert(wanted, operation('make'));
      const made = await port.read(ref());
      expect(made).toMatchObject({ id, description: 'web of the shop', tags: { 'cd:application': 'shop' } });
      expect(await rulesOf()).toEqual(
        ['tcp:443-443 10.0.0.0/8', 'tcp:443-443 ::/0', `tcp:8080-8080 ${other?.id}`, `-1:null-null ${id}`].sort(),
      );
      expect(made?.ingress.find((rule) => rule.cidr === '10.0.0.0/8')?.description).toBe('office');
      await port.upsert(wanted, operation('make'));
      expect(await port.read(ref())).toEqual(made);
    });

    it('changes rules by their difference; append only keeps what is not named', async () => {
      const first = spec([
        { ...tcp(80), cidr: '10.0.0.0/8' },
        { ...tcp(443), cidr: '10.0.0.0/8', description: 'old' },
      ]);
      await port.upsert(first, operation('make'));
      const second = [
        { ...tcp(443), cidr: '10.0.0.0/8', description: 'new' },
        { ...tcp(22), cidr: '10.1.0.0/16' },
      ];
      await port.upsert(spec(second, { appendOnly: true }), operation('append'));
      expect(await rulesOf()).toEqual(['tcp:22-22 10.1.0.0/16', 'tcp:443-443 10.0.0.0/8', 'tcp:80-80 10.0.0.0/8']);
      await port.upsert(spec(second), operation('exact'));
      expect(await rulesOf()).toEqual(['tcp:22-22 10.1.0.0/16', 'tcp:443-443 10.0.0.0/8']);
      const described = (await port.read(ref()))?.ingress.find((rule) => rule.fromPort === 443);
      expect(described?.description).toBe('new');
    });

    it('refuses a group that does not exist before anything is made', async () => {
      const error = await port
        .upsert(spec([{ ...tcp(1), securityGroup: 'nobody' }]), operation('a'))
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(FailureError);
      expect((error as FailureError).failure.code).toBe('aws.wrong-input');
      expect(await port.read(ref())).toBeNull();
    });

    it('is deleted when nothing names it any more', async () => {
      await port.upsert(spec([]), operation('make'));
      await port.upsert(spec([{ ...tcp(1), securityGroup: 'shop-web' }], { name: 'shop-db' }), operation('db'));
      expect(await port.remove(ref(), operation('gone'))).toBe('in-use');
      await port.upsert(spec([], { name: 'shop-db' }), operation('free'));
      expect(await port.remove(ref(), operation('gone'))).toBe('gone');
      expect(await port.read(ref())).toBeNull();
    });

    it('lists those of an application, by tag or by name', async () => {
      await port.upsert(spec([]), operation('a'));
      await port.upsert(spec([], { name: 'shop-plain', tags: {} }), operation('b'));
      await port.upsert(spec([], { name: 'shop-other', tags: { 'cd:application': 'other' } }), operation('c'));
      expect((await port.listApplication('shop')).map((one) => one.name).sort()).toEqual(['shop-plain', 'shop-web']);
    });
  });
}
