import { securityGroupsContract } from '@gennaker/catalog/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';
import { op } from '../testing/shop.ts';

const PLACE = { account: 'demo', region: 'us-east-1' };

let open: SandboxWorld;
beforeAll(async () => {
  open = await startWorld();
});
afterAll(() => open.stop());

const vpcOf = () => Object.keys(open.sandbox.state().regions['123456789012/us-east-1']?.vpcs ?? {})[0] ?? '';

securityGroupsContract('AWS', async () => {
  open.sandbox.reset();
  return { securityGroups: open.cloud.securityGroups, ...PLACE, vpcId: vpcOf(), existing: 'demo-web' };
});

describe('saving a security group, given up at any change and begun again', () => {
  const rule = (port: number, more: object) => ({ protocol: 'tcp', fromPort: port, toPort: port, ...more });
  const spec = (...ingress: ReturnType<typeof rule>[]) => ({
    ...{ ...PLACE, name: 'shop-web', vpcId: vpcOf(), description: 'shop', appendOnly: false, tags: {} },
    ingress,
  });
  const first = () => spec(rule(80, { cidr: '10.0.0.0/8' }), rule(443, { cidr: '10.0.0.0/8', description: 'old' }));
  const second = () =>
    spec(rule(443, { cidr: '10.0.0.0/8', description: 'new' }), rule(22, { securityGroup: 'shop-web' }));
  const rules = async () => {
    const group = await open.cloud.securityGroups.read({ ...PLACE, name: 'shop-web', vpcId: vpcOf() });
    return group?.ingress.map((one) => [one.fromPort, one.cidr, one.securityGroup === group.id, one.description]);
  };

  it.each(['before', 'after'] as const)('ends the same when it dies right %s a change', async (side) => {
    for (let nth = 1; nth <= 5; nth++) {
      open.sandbox.reset();
      const { securityGroups } = open.cloud;
      const killed = new AbortController();
      open.tripwire.arm(nth, side, () => killed.abort(new Error('killed')));
      const all = async (abort?: AbortSignal) => {
        await securityGroups.upsert(first(), op('make', abort));
        await securityGroups.upsert(second(), op('change', abort));
      };
      await expect(all(killed.signal), `change ${nth}`).rejects.toThrow('killed');
      await all();
      expect((await rules())?.sort(), `change ${nth}`).toEqual([
        [22, undefined, true, undefined],
        [443, '10.0.0.0/8', false, 'new'],
      ]);
    }
  });

  it('lets in first and shuts out last, and sends nothing when nothing differs', async () => {
    open.sandbox.reset();
    await open.cloud.securityGroups.upsert(first(), op('make'));
    const from = open.tripwire.changes.length;
    await open.cloud.securityGroups.upsert(second(), op('change'));
    expect(open.tripwire.changes.slice(from)).toEqual([
      'AuthorizeSecurityGroupIngress',
      'UpdateSecurityGroupRuleDescriptionsIngress',
      'RevokeSecurityGroupIngress',
    ]);
    const after = open.tripwire.changes.length;
    await open.cloud.securityGroups.upsert(second(), op('again'));
    expect(open.tripwire.changes.slice(after)).toEqual([]);
  });

  it('refuses a rule that is named twice, and one from nowhere', async () => {
    const twice = spec(rule(80, { cidr: '10.0.0.0/8' }), rule(80, { cidr: '10.0.0.0/8' }));
    for (const wrong of [twice, spec(rule(80, {}))])
      await expect(open.cloud.securityGroups.upsert(wrong, op('a'))).rejects.toMatchObject({
        failure: { code: 'aws.wrong-input' },
      });
  });
});
