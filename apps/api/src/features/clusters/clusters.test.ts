import { type Sandbox, startSandbox } from '@gennaker/aws-sandbox';
import { isComplete } from '@gennaker/pipeline-dsl';
import { describe, expect } from 'vitest';
import { startApplication } from '../../main.ts';
import { ACCOUNTS, IMAGES, KEYS, shopScenario } from '../../scenarios/shop.ts';
import { dbTest } from '../../testing/db-test.ts';
import { eventually, testConfig } from '../../testing/start-test-application.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
type Body = any;

interface Shop {
  readonly sandbox: Sandbox;
  get(path: string): Promise<{ status: number; body: Body }>;
  /** Runs a job as other clients send it; answers its execution when it has ended. */
  job(job: object): Promise<Body>;
}

const shopTest = dbTest.extend<{ shop: Shop }>({
  shop: [
    async ({ databaseUrl }, use) => {
      const sandbox = await startSandbox({ scenario: shopScenario(), speed: 50 });
      const { aws, ...rest } = testConfig(databaseUrl);
      const application = await startApplication({
        ...rest,
        aws: {
          ...aws,
          mode: 'real',
          endpointUrl: sandbox.url,
          credentials: { ...KEYS, sessionToken: null },
          accounts: [...ACCOUNTS],
        },
      });
      const get = async (path: string) => {
        const answer = await fetch(application.url + path);
        return { status: answer.status, body: (await answer.json()) as Body };
      };
      const job = async (one: object) => {
        const answer = await fetch(`${application.url}/tasks`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ application: 'shop', description: 'by hand', job: [one] }),
        });
        const { ref } = (await answer.json()) as { ref: string };
        const ended = await eventually(
          () => get(ref),
          ({ body }) => isComplete(body.status),
        );
        return ended.body;
      };
      await use({ sandbox, get, job });
      await application.stop();
      await sandbox.stop();
    },
    { scope: 'file' },
  ],
});

const failureOf = (task: Body): string => JSON.stringify(task.execution.stages.map((stage: Body) => stage.context));
const PLACE = { cloudProvider: 'aws', credentials: 'prod', region: 'us-east-1', regions: ['us-east-1'] };

describe('clusters as other clients read them', () => {
  shopTest('names them by account, and opens one by account and name', async ({ shop }) => {
    expect((await shop.get('/applications/shop/clusters')).body).toEqual({ prod: ['shop-web'] });
    expect((await shop.get('/applications/nothing/clusters')).body).toEqual({});
    const { body: clusters } = await shop.get('/applications/shop/clusters/prod');
    expect(clusters).toMatchObject([{ name: 'shop-web', accountName: 'prod', loadBalancers: ['shop-alb'] }]);
    const { body: cluster } = await shop.get('/applications/shop/clusters/prod/shop-web');
    expect(cluster.serverGroups).toMatchObject([{ name: 'shop-web-v001', region: 'us-east-1', isDisabled: false }]);
    expect((await shop.get('/applications/shop/clusters/prod/shop-none')).status).toBe(404);
    const { body: ofType } = await shop.get('/applications/shop/clusters/prod/shop-web/aws/serverGroups');
    expect(ofType).toEqual((await shop.get('/applications/shop/clusters/prod/shop-web/serverGroups')).body);
    expect((await shop.get('/applications/shop/clusters/prod/shop-web/gce/serverGroups')).body).toEqual([]);
  });

  shopTest('counts instances by health, and says which sources say so', async ({ shop }) => {
    const { body } = await shop.get('/applications/shop/serverGroups?clusters=prod:shop-web');
    expect(body).toMatchObject([
      {
        name: 'shop-web-v001',
        cluster: 'shop-web',
        imageId: IMAGES['1.0.0'],
        buildInfo: { version: '1.0.0' },
        instanceCounts: { total: 3, up: 3, down: 0, starting: 0, outOfService: 0, unknown: 0 },
        capacity: { min: 2, desired: 3, max: 4 },
      },
    ]);
    expect((await shop.get('/applications/shop/serverGroups?clusters=prod:other')).body).toEqual([]);
    expect((await shop.get('/applications/shop/serverGroups/prod/us-east-1/shop-web-v001')).body.name).toBe(
      'shop-web-v001',
    );
    expect((await shop.get('/applications/else/serverGroups/prod/us-east-1/shop-web-v001')).status).toBe(404);
    expect((await shop.get('/applications/shop/serverGroupManagers')).body).toEqual([]);
    const { id } = body[0].instances[0];
    const instance = (await shop.get(`/instances/prod/us-east-1/${id}`)).body;
    expect(instance).toMatchObject({ instanceId: id, healthState: 'Up', serverGroup: 'shop-web-v001' });
    expect(instance.health).toContainEqual(
      expect.objectContaining({ type: 'TargetGroup', targetGroups: [expect.objectContaining({ state: 'healthy' })] }),
    );
    expect((await shop.get(`/instances/prod/us-east-1/${id}/console`)).body.output).toEqual(expect.any(String));
    expect((await shop.get('/instances/prod/us-east-1/i-0123456789abcdef0')).status).toBe(404);
    expect((await shop.get(`/instances/nowhere/us-east-1/${id}`)).status).toBe(404);
  });

  shopTest('tells what a server group is made of, what scales it and what was done to it', async ({ shop }) => {
    const { status, body } = await shop.get('/applications/shop/inventory/prod/us-east-1/shop-web-v001');
    expect(status).toBe(200);
    expect(body.launch).toMatchObject({ imageId: IMAGES['1.0.0'], userDataBytes: expect.any(Number) });
    expect(body.launch).not.toHaveProperty('base64UserData');
    expect(body).toMatchObject({ policies: [], schedules: [], activities: [] });
    expect((await shop.get('/applications/else/inventory/prod/us-east-1/shop-web-v001')).status).toBe(404);
    expect((await shop.get('/applications/shop/inventory/prod/us-east-1/shop-web-v009')).status).toBe(404);
  });

  shopTest('lists load balancers, security groups and images', async ({ shop }) => {
    const { body } = await shop.get('/applications/shop/loadBalancers');
    expect(body).toMatchObject([
      {
        name: 'shop-alb',
        loadBalancerType: 'application',
        listeners: [{ port: 80, defaultActions: [{ type: 'forward' }] }],
        serverGroups: [{ name: 'shop-web-v001', instances: [{}, {}, {}] }],
      },
    ]);
    const tree = [{ name: 'shop-alb', accounts: [{ name: 'prod', regions: [{ name: 'us-east-1' }] }] }];
    expect((await shop.get('/loadBalancers?provider=aws&application=shop')).body).toMatchObject(tree);
    expect((await shop.get('/applications/shop/firewalls')).body).toMatchObject([{ name: 'shop-web', id: 'sg-1' }]);
    const groups = { prod: { aws: { 'us-east-1': [{ name: 'shop-web', id: 'sg-1', vpcId: 'vpc-01' }] } } };
    expect((await shop.get('/securityGroups?application=shop')).body).toEqual(groups);
    expect((await shop.get('/firewalls?application=shop')).body).toEqual(groups);
    expect((await shop.get('/firewalls')).body).toEqual({});
    const images = (await shop.get('/images/find?q=web-2&region=us-east-1&account=prod')).body;
    expect(images).toMatchObject([{ imageName: 'shop-web-2.0.0', amis: { 'us-east-1': [IMAGES['2.0.0']] } }]);
    const byId = (await shop.get(`/images/find?q=${IMAGES['1.0.0']}`)).body;
    expect(byId).toMatchObject([
      { imageName: 'shop-web-1.0.0', tagsByImageId: { [IMAGES['1.0.0']]: { app: 'shop' } } },
    ]);
  });

  shopTest('tells the page what part of the requests a group gets, and whose target each is', async ({ shop }) => {
    const { body } = await shop.get('/applications/shop/inventory');
    expect(body.problems).toEqual([]);
    expect(body.serverGroups[0].shares).toEqual([
      {
        loadBalancer: 'shop-alb',
        port: 80,
        rule: null,
        targetGroup: 'web-tg',
        weight: expect.any(Number),
        percent: 100,
      },
    ]);
    const [targets] = body.loadBalancers[0].targetGroups;
    expect(targets).toMatchObject({
      name: 'web-tg',
      targets: [{ health: 'Up', serverGroup: 'shop-web-v001' }, {}, {}],
    });
    const light = (await shop.get('/applications/shop/inventory?loadBalancers=false')).body;
    expect(light).toMatchObject({ loadBalancers: null, serverGroups: [{ shares: null }] });
  });
});

describe('jobs sent by other clients', () => {
  shopTest('are refused what would leave the cluster without traffic', async ({ shop }) => {
    const disable = await shop.job({ ...PLACE, type: 'disableServerGroup', serverGroupName: 'shop-web-v001' });
    expect(disable.status).toBe('TERMINAL');
    expect(failureOf(disable)).toContain('Refused to disable shop-web-v001');
    const { body } = await shop.get('/applications/shop/serverGroups');
    const instanceIds = body[0].instances.map(({ id }: Body) => id);
    const end = { ...PLACE, type: 'terminateInstances', instanceIds, asgName: 'shop-web-v001' };
    const terminate = await shop.job(end);
    expect(terminate.status).toBe('TERMINAL');
    expect(failureOf(terminate)).toContain('Refused to terminate');
    const back = {
      ...PLACE,
      type: 'rollbackServerGroup',
      rollbackType: 'EXPLICIT',
      rollbackContext: { rollbackServerGroupName: 'shop-web-v001', restoreServerGroupName: 'shop-web-v000' },
    };
    const rollback = await shop.job(back);
    expect(rollback.status).toBe('TERMINAL');
    expect(failureOf(rollback)).toContain('shop-web-v000');
    expect((await shop.get('/applications/shop/serverGroups')).body[0].instanceCounts.up).toBe(3);
  });

  shopTest('run as executions of one stage', async ({ shop }) => {
    const resize = { ...PLACE, type: 'resizeServerGroup', asgName: 'shop-web-v001' };
    const task = await shop.job({ ...resize, capacity: { min: 2, max: 4, desired: 4 } });
    expect(failureOf(task)).not.toContain('"exception"');
    expect(task.status).toBe('SUCCEEDED');
    const { body } = await shop.get('/applications/shop/serverGroups');
    expect(body[0]).toMatchObject({ capacity: { desired: 4 }, instanceCounts: { total: 4 } });
  });
});
