import { describe, expect, it } from 'vitest';
import { createWorld, runStage } from '../../kit/testing/index.ts';
import { deleteSecurityGroup } from '../delete-security-group/executor.ts';
import { upsertSecurityGroup } from './executor.ts';

const WEB = {
  credentials: 'prod',
  regions: ['us-east-1', 'eu-west-1'],
  securityGroupName: 'shop-web',
  description: 'web of the shop',
  ipIngress: [
    { cidr: '10.0.0.0/8', startPort: '443', endPort: 443, type: 'TCP', description: 'office' },
    { cidr: '0.0.0.0/0', startPort: 8, endPort: -1, ipProtocol: 'icmp' },
  ],
  securityGroupIngress: [{ name: 'shop-web', type: 'all' }],
};
const ref = (region = 'us-east-1') => ({ account: 'prod', region, name: 'shop-web' });

describe('saving a security group', () => {
  it('makes it in each region with rules from addresses and from itself, and tells its ids', async () => {
    const world = createWorld();
    const run = await runStage(upsertSecurityGroup, { world, context: WEB });
    expect(run.status).toBe('SUCCEEDED');
    const made = await world.securityGroups.read(ref());
    expect(run.outputs['securityGroups']).toMatchObject([
      { region: 'us-east-1', id: made?.id },
      { region: 'eu-west-1' },
    ]);
    expect(made).toMatchObject({ description: 'web of the shop', tags: { 'cd:application': 'shop' } });
    expect(made?.ingress).toEqual([
      { protocol: 'tcp', fromPort: 443, toPort: 443, cidr: '10.0.0.0/8', description: 'office' },
      { protocol: 'icmp', fromPort: 8, toPort: -1, cidr: '0.0.0.0/0' },
      { protocol: '-1', fromPort: null, toPort: null, securityGroup: made?.id },
    ]);
    expect(run.ledger.map(({ action, region, state }) => [action, region, state])).toEqual([
      ['create', 'us-east-1', 'done'],
      ['create', 'eu-west-1', 'done'],
    ]);
  });

  it('remembers the rules that were there; only adds when asked to', async () => {
    const world = createWorld();
    const old = { protocol: 'tcp', fromPort: 22, toPort: 22, cidr: '10.0.0.0/8' };
    world.securityGroups.add({ name: 'shop-web', ingress: [old] });
    const context = { ...WEB, regions: ['us-east-1'], securityGroupIngress: [] };
    const run = await runStage(upsertSecurityGroup, { world, context: { ...context, ingressAppendOnly: true } });
    expect(run.ledger).toMatchObject([{ action: 'change', before: { ingress: [old] } }]);
    expect((await world.securityGroups.read(ref()))?.ingress).toHaveLength(3);
    await runStage(upsertSecurityGroup, { world, context, id: 'stage-2' });
    expect((await world.securityGroups.read(ref()))?.ingress).toHaveLength(2);
  });

  it('an answer lost at any call changes nothing about the end', async () => {
    for (let lost = 1; lost <= 4; lost++) {
      const world = createWorld();
      world.securityGroups.trouble.loseAnswerOf = lost;
      const run = await runStage(upsertSecurityGroup, { world, context: WEB });
      expect(run.status).toBe('SUCCEEDED');
      expect(run.ledger.every((entry) => entry.action === 'create')).toBe(true);
      expect(await world.securityGroups.listApplication('shop')).toHaveLength(2);
    }
  });

  it.each([
    [{ ...WEB, securityGroupName: '' }, 'security-group.incomplete'],
    [{ ...WEB, credentials: null }, 'cluster.incomplete'],
    [{ ...WEB, securityGroupIngress: [{ name: 'nobody', type: 'tcp', startPort: 1, endPort: 1 }] }, 'aws.wrong-input'],
  ])('%# is refused before anything is changed', async (context, code) => {
    const world = createWorld();
    const run = await runStage(upsertSecurityGroup, { world, context });
    expect(run.failure?.code).toBe(code);
    expect(world.securityGroups.changes).toEqual([]);
  });
});

describe('deleting a security group', () => {
  const context = { credentials: 'prod', regions: ['us-east-1'], securityGroupName: 'shop-web' };

  it('waits until nothing uses it; one that is not there counts as done', async () => {
    const world = createWorld();
    expect((await runStage(deleteSecurityGroup, { world, context })).status).toBe('SKIPPED');
    world.securityGroups.add({ name: 'shop-web' });
    world.securityGroups.used.add('shop-web');
    world.clock.in(60_000, () => world.securityGroups.used.clear());
    const run = await runStage(deleteSecurityGroup, { world, context });
    expect(run.status).toBe('SUCCEEDED');
    expect(run.waits).toEqual(['nothing to use security group shop-web in us-east-1 any more']);
    expect(await world.securityGroups.read(ref())).toBeNull();
  });

  it('says so when something goes on using it', async () => {
    const world = createWorld();
    world.securityGroups.add({ name: 'shop-web' });
    world.securityGroups.used.add('shop-web');
    const run = await runStage(deleteSecurityGroup, { world, context });
    expect(run.failure).toMatchObject({
      code: 'security-group.in-use',
      message: expect.stringContaining('10 minutes'),
    });
  });
});
