import { describe, expect, it } from 'vitest';
import { createWorld } from '../in-memory/world.ts';
import { loadBalancersContract } from './load-balancers.contract.ts';

const PLACE = { account: 'prod', region: 'us-east-1' };

loadBalancersContract('The fake in memory', async () => {
  const { loadBalancers, clock } = createWorld();
  loadBalancers.add({
    name: 'demo-alb',
    listeners: [{ port: 80, shares: [{ targetGroup: 'demo-web-tg', weight: 1 }] }],
  });
  loadBalancers.addTargetGroup({ ...PLACE, targetGroup: 'demo-new-tg' });
  return {
    loadBalancers,
    listener: { ...PLACE, loadBalancer: 'demo-alb', port: 80 },
    targetGroups: ['demo-web-tg', 'demo-new-tg'],
    subnetIds: ['subnet-1', 'subnet-2'],
    securityGroups: ['web'],
    pass: async (ms) => clock.advance(ms),
  };
});

describe('the fake in memory', () => {
  it('keeps what comes before the forward, and refuses to divide what is not forwarded', async () => {
    const { loadBalancers } = createWorld();
    const shares = [{ targetGroup: 'web', weight: 1 }];
    const listeners = [
      { port: 443, first: ['authenticate-oidc'], sticky: true, shares, rules: [{ priority: '10', shares }] },
      { port: 80, shares: [] },
    ];
    loadBalancers.add({ name: 'alb', listeners });
    const op = { key: 'k', executionId: 'e', stageId: 's' };
    const at = (port: number, rule?: string) => ({ ...PLACE, loadBalancer: 'alb', port, rule });
    await loadBalancers.setShares(at(443), [{ targetGroup: 'web', weight: 9 }], op);
    expect(await loadBalancers.readShares(at(443))).toMatchObject({
      sticky: false,
      actions: { actions: [{ type: 'authenticate-oidc' }, { type: 'forward' }] },
    });
    expect((await loadBalancers.readShares(at(443, '10')))?.shares).toEqual(shares);
    await expect(loadBalancers.setShares(at(80), shares, op)).rejects.toMatchObject({
      failure: { code: 'aws.not-forwarding' },
    });
  });

  it('counts targets of the server groups in its world', async () => {
    const { loadBalancers, serverGroups } = createWorld();
    serverGroups.add({ name: 'demo-web-v000', size: 3, targetGroups: ['web'] });
    serverGroups.setHealth('demo-web-v000', 'Down', 1);
    expect(await loadBalancers.targetHealth({ ...PLACE, targetGroup: 'web' })).toMatchObject({ Up: 2, Down: 1 });
  });
});
