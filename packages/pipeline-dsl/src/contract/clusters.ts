import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { app, csv, flag } from './fields.ts';

const name = z.string().max(200);
const place = z.object({ account: name, region: name });
const inAccount = app.extend({ account: name });
const inCluster = inAccount.extend({ cluster: name });

const counts = z.object({
  total: z.number(),
  up: z.number(),
  down: z.number(),
  starting: z.number(),
  outOfService: z.number(),
  unknown: z.number(),
});

const reason = z.looseObject({
  source: z.string().describe('machine, group or target'),
  where: z.string().optional().describe('Target group, for source target'),
  health: z.string(),
  state: z.string().describe('In the words of the cloud'),
  code: z.string().optional(),
  description: z.string().optional(),
});

const share = z.object({
  loadBalancer: z.string(),
  port: z.number(),
  rule: z.string().nullable().describe('Priority of the rule; null: what no rule fits'),
  targetGroup: z.string(),
  weight: z.number(),
  percent: z.number().describe('Part of the requests that come to this place, 0 to 100'),
});

const inventoryGroup = z.looseObject({
  name: z.string(),
  account: z.string(),
  region: z.string(),
  createdTime: z.number().describe('Epoch ms'),
  capacity: z.object({ min: z.number(), desired: z.number(), max: z.number() }),
  image: z.object({ id: z.string(), name: z.string().nullable(), version: z.string().nullable() }),
  traffic: z.enum(['enabled', 'disabled', 'partial']),
  instances: z.array(
    z.looseObject({
      id: z.string(),
      zone: z.string(),
      launchTime: z.number().nullable(),
      health: z.string(),
      reasons: z.array(reason),
    }),
  ),
  instanceCounts: counts,
  shares: z.array(share).nullable().describe('Null: load balancers were not read'),
});

const launchSettings = z.looseObject({
  imageId: z.string(),
  instanceType: z.string(),
  keyPair: z.string().nullish(),
  iamRole: z.string().nullish(),
  securityGroups: z.array(z.string()),
  subnetType: z.string().nullish().describe('What its subnets are for'),
  subnetIds: z.array(z.string()).nullish(),
  healthCheckType: z.string(),
  healthCheckGracePeriodSeconds: z.number(),
  userDataBytes: z.number().describe('The user data itself is not shown: it may hold secrets'),
  tags: z.record(z.string(), z.string()),
});

const activity = z.object({
  id: z.string(),
  startTime: z.number().describe('Epoch ms'),
  endTime: z.number().nullable(),
  status: z.string().describe('In the word of the cloud'),
  description: z.string(),
  cause: z.string(),
  message: z.string().nullable(),
});

const warmPool = z.object({
  minSize: z.number(),
  maxPrepared: z.number().nullable().describe('Of group and pool together; null: as many as the group may have'),
  poolState: z.string().describe('Stopped, Running or Hibernated'),
  reuseOnScaleIn: z.boolean(),
  instances: z.number().describe('In the pool now'),
  beingDeleted: z.boolean(),
});

const target = z.looseObject({
  id: z.string(),
  port: z.number().nullable(),
  zone: z.string().nullable(),
  health: z.string(),
  state: z.string(),
  code: z.string().optional(),
  description: z.string().optional(),
  serverGroup: z.string().nullable().describe('Server group of the application that it is a member of'),
});

const action = z.looseObject({
  type: z.string(),
  shares: z
    .array(z.object({ targetGroup: z.string(), weight: z.number() }))
    .optional()
    .describe('Of a forward'),
});

const inventoryLoadBalancer = z.looseObject({
  name: z.string(),
  account: z.string(),
  region: z.string(),
  type: z.string(),
  state: z.string(),
  dnsName: z.string(),
  internal: z.boolean(),
  listeners: z.array(
    z.looseObject({
      port: z.number(),
      protocol: z.string(),
      actions: z.array(action),
      rules: z.array(
        z.looseObject({
          priority: z.string(),
          conditions: z.array(z.looseObject({ field: z.string(), values: z.array(z.string()) })),
          actions: z.array(action),
        }),
      ),
    }),
  ),
  targetGroups: z.array(
    z.looseObject({ name: z.string(), protocol: z.string(), port: z.number(), targets: z.array(target) }),
  ),
});

const serverGroup = z.looseObject({
  name: z.string(),
  account: z.string(),
  region: z.string(),
  cluster: z.string(),
  instanceCounts: counts,
});
const cluster = z.looseObject({ name: z.string(), accountName: z.string(), serverGroups: z.array(serverGroup) });
const loadBalancer = z.looseObject({ name: z.string(), account: z.string(), region: z.string() });
const securityGroup = z.looseObject({ name: z.string(), id: z.string() });
const byPlace = z
  .record(z.string(), z.record(z.string(), z.record(z.string(), z.array(securityGroup))))
  .describe('By account, provider and region');
const wholeInstallation = z.object({ provider: z.string().max(50).optional(), application: name.optional() });

/** What runs where, read live: in the form that the web UI shows, and in the form that other clients know. */
export const clusters = {
  applicationInventory: endpoint({
    method: 'GET',
    path: '/applications/:application/inventory',
    tag: 'clusters',
    summary: 'Server groups and load balancers of the application, with the part of requests each group gets',
    status: 200,
    params: app,
    query: z.object({ loadBalancers: flag(true) }),
    answer: z.object({
      serverGroups: z.array(inventoryGroup),
      loadBalancers: z.array(inventoryLoadBalancer).nullable().describe('Null: they were not read'),
      problems: z.array(z.string()).describe('What could not be read and why, as sentences'),
    }),
  }),
  serverGroupSettings: endpoint({
    method: 'GET',
    path: '/applications/:application/inventory/:account/:region/:name',
    tag: 'clusters',
    summary: 'What a server group is made of, what scales it, and what was done to its size lately; read live',
    status: 200,
    params: app.extend({ account: name, region: name, name }),
    answer: z.object({
      launch: launchSettings,
      policies: z.array(z.looseObject({ name: z.string(), type: z.string(), enabled: z.boolean() })),
      schedules: z.array(z.looseObject({ name: z.string() })),
      warmPool: warmPool.nullable().describe('Instances kept ready; null: it has none'),
      lifecycleHooks: z
        .array(z.looseObject({ name: z.string() }))
        .describe('What instances wait for as they come and go'),
      activities: z.array(activity).describe('Newest first, at most 100'),
    }),
  }),
  applicationClusters: endpoint({
    method: 'GET',
    path: '/applications/:application/clusters',
    tag: 'clusters',
    summary: 'Names of the clusters by account',
    status: 200,
    params: app,
    answer: z.record(z.string(), z.array(z.string())),
  }),
  accountClusters: endpoint({
    method: 'GET',
    path: '/applications/:application/clusters/:account',
    tag: 'clusters',
    summary: 'Clusters of the application in the account, with their server groups',
    status: 200,
    params: inAccount,
    answer: z.array(cluster),
  }),
  getCluster: endpoint({
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster',
    tag: 'clusters',
    summary: 'One cluster over all regions',
    status: 200,
    params: inCluster,
    answer: cluster,
  }),
  clusterServerGroups: endpoint({
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster/serverGroups',
    tag: 'clusters',
    summary: 'Server groups of the cluster',
    status: 200,
    params: inCluster,
    answer: z.array(serverGroup),
  }),
  clusterServerGroupsOfType: endpoint({
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster/:type/serverGroups',
    tag: 'clusters',
    summary: 'Server groups of the cluster by provider; `aws` is the only one',
    status: 200,
    params: inCluster.extend({ type: z.string().max(50) }),
    answer: z.array(serverGroup),
  }),
  applicationServerGroups: endpoint({
    method: 'GET',
    path: '/applications/:application/serverGroups',
    tag: 'clusters',
    summary: 'Server groups of the application',
    status: 200,
    params: app,
    query: z.object({ clusters: csv.describe('`account:cluster`, with commas'), cloudProvider: name.optional() }),
    answer: z.array(serverGroup),
  }),
  getServerGroup: endpoint({
    method: 'GET',
    path: '/applications/:application/serverGroups/:account/:region/:name',
    tag: 'clusters',
    summary: 'One server group',
    status: 200,
    params: app.extend({ account: name, region: name, name }),
    answer: serverGroup,
  }),
  serverGroupManagers: endpoint({
    method: 'GET',
    path: '/applications/:application/serverGroupManagers',
    tag: 'clusters',
    summary: 'What manages server groups of the application: on this provider nothing does',
    status: 200,
    params: app,
    answer: z.array(z.looseObject({})),
  }),
  applicationLoadBalancers: endpoint({
    method: 'GET',
    path: '/applications/:application/loadBalancers',
    tag: 'clusters',
    summary: 'Load balancers of the application, with target groups and the health of their targets',
    status: 200,
    params: app,
    answer: z.array(loadBalancer),
  }),
  applicationFirewalls: endpoint({
    method: 'GET',
    path: '/applications/:application/firewalls',
    tag: 'clusters',
    summary: 'Security groups of the application',
    status: 200,
    params: app,
    answer: z.array(securityGroup),
  }),
  getInstance: endpoint({
    method: 'GET',
    path: '/instances/:account/:region/:id',
    tag: 'clusters',
    summary: 'One instance, with the word of every source on its health',
    status: 200,
    params: place.extend({ id: name }),
    answer: z.looseObject({ instanceId: z.string(), healthState: z.string() }),
  }),
  instanceConsole: endpoint({
    method: 'GET',
    path: '/instances/:account/:region/:id/console',
    tag: 'clusters',
    summary: 'What the console of an instance shows',
    status: 200,
    params: place.extend({ id: name }),
    query: z.object({ provider: z.string().max(50).optional() }),
    answer: z.object({ output: z.string() }),
  }),
  listLoadBalancers: endpoint({
    method: 'GET',
    path: '/loadBalancers',
    tag: 'clusters',
    summary: 'Load balancers of all applications, by name and place',
    status: 200,
    query: wholeInstallation,
    answer: z.array(z.looseObject({ name: z.string(), accounts: z.array(z.looseObject({ name: z.string() })) })),
  }),
  listSecurityGroups: endpoint({
    method: 'GET',
    path: '/securityGroups',
    tag: 'clusters',
    summary: 'Security groups of all applications',
    status: 200,
    query: wholeInstallation,
    answer: byPlace,
  }),
  listFirewalls: endpoint({
    method: 'GET',
    path: '/firewalls',
    tag: 'clusters',
    summary: 'Security groups of all applications; the newer name',
    status: 200,
    query: wholeInstallation,
    answer: byPlace,
  }),
  findImages: endpoint({
    method: 'GET',
    path: '/images/find',
    tag: 'clusters',
    summary: 'Images of trusted owners by a part of their name (`*` and `?` are understood) or by id, newest first',
    status: 200,
    query: z.object({
      q: z.string().max(200).default(''),
      region: name.optional(),
      account: name.optional(),
      provider: z.string().max(50).optional(),
      count: z.coerce.number().int().min(1).max(1_000).default(200),
    }),
    answer: z.array(z.looseObject({ imageName: z.string(), amis: z.record(z.string(), z.array(z.string())) })),
  }),
} as const;
