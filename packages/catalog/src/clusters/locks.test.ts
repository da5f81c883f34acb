import { describe, expect, it } from 'vitest';
import { stageDefinitions } from '../definitions.ts';
import { cloneLocks, clusterLocks, deployLocks, instanceLocks } from './locks.ts';

const prod = { credentials: 'prod', regions: ['us-east-1', 'eu-west-1'] };

describe('the clusters a stage changes', () => {
  it('are those it names, one for each region', () => {
    const keys = ['cluster:prod:us-east-1:shop-web', 'cluster:prod:eu-west-1:shop-web'];
    expect(clusterLocks({ ...prod, cluster: 'shop-web' })).toEqual(keys);
    expect(clusterLocks({ ...prod, moniker: { app: 'shop', stack: 'web' } })).toEqual(keys);
    expect(clusterLocks({ ...prod, serverGroupName: 'shop-web-v012' })).toEqual(keys);
    expect(clusterLocks({ account: 'prod', region: 'us-east-1', asgName: 'shop-web-v012' })).toEqual([keys[0]]);
  });

  it('are none as long as it does not say where it acts', () => {
    expect(clusterLocks({ cluster: 'shop-web' })).toEqual([]);
    expect(clusterLocks(prod)).toEqual([]);
    expect(deployLocks({ clusters: [] }, 'shop')).toEqual([]);
  });

  it('are all it deploys into, however the clusters are written', () => {
    const one = { account: 'prod', application: 'shop', stack: 'web', region: 'us-east-1' };
    const zoned = { credentials: 'prod', freeFormDetails: 'x', availabilityZones: { 'eu-west-1': ['eu-west-1a'] } };
    expect(deployLocks({ clusters: [one, zoned] }, 'shop')).toEqual([
      'cluster:prod:us-east-1:shop-web',
      'cluster:prod:eu-west-1:shop--x',
    ]);
    expect(deployLocks({ cluster: one }, 'shop')).toEqual(['cluster:prod:us-east-1:shop-web']);
    expect(deployLocks({ ...one, cluster: 'shop-web' }, 'other')).toEqual(['cluster:prod:us-east-1:shop-web']);
  });

  it('are those of the instances it takes, as it has found them', () => {
    const place = { account: 'prod', region: 'us-east-1' };
    const serverGroupsOfInstances = { 'i-1': 'shop-web-v001', 'i-2': 'shop-api-v002', 'i-3': 'shop-web-v001' };
    expect(instanceLocks({ ...place, serverGroupsOfInstances })).toEqual([
      'cluster:prod:us-east-1:shop-web',
      'cluster:prod:us-east-1:shop-api',
    ]);
    expect(instanceLocks({ ...place, serverGroupName: 'shop-web-v001' })).toEqual(['cluster:prod:us-east-1:shop-web']);
    expect(instanceLocks(place)).toEqual([]);
  });

  it('are the one that is copied and the one that the copy goes to', () => {
    const source = { account: 'test', region: 'us-east-1', asgName: 'shop-web-v001' };
    expect(cloneLocks({ ...prod, region: 'us-east-1', ...{ stack: 'api' }, source }, 'shop')).toEqual([
      'cluster:test:us-east-1:shop-web',
      'cluster:prod:us-east-1:shop-api',
    ]);
  });

  it('are declared by every stage that changes the traffic of clusters', () => {
    const without = Object.values(stageDefinitions).filter(
      (definition) => definition.changesTraffic && definition.runs !== false && definition.locks === undefined,
    );
    // Traffic is shifted inside a deploy, which holds its cluster.
    expect(without.map(({ type }) => type)).toEqual(['shiftTraffic']);
  });
});
