import type { ExecutionReport } from '@gennaker/pipeline-dsl/contract';
/** Applications and pipelines of the pretended installation. */
export const APPLICATIONS = [
  {
    name: 'payments',
    email: 'payments@example.com',
    description: 'Takes card payments and refunds.',
    updateTs: '1763640000000',
  },
  { name: 'checkout', email: 'web@example.com', description: 'Basket and checkout pages.', updateTs: '1763540000000' },
  { name: 'demo', email: 'platform@example.com', description: 'A place to try pipelines.', updateTs: '1763440000000' },
];

/** Accounts that pipelines may deploy into. */
export const ACCOUNTS = ['prod', 'staging'].map((name) => ({ name, type: 'aws', regions: [{ name: 'us-east-1' }] }));

/** One application is frozen for a while. */
export interface FakeFreeze {
  readonly id: string;
  readonly scope: 'global' | 'account' | 'application' | 'pipeline';
  readonly target: string | null;
  readonly reason: string;
  readonly from: number;
  readonly until: number | null;
  readonly exempt: { users: string[]; applications: string[]; pipelines: string[] };
  readonly createdAt: number;
  readonly createdBy: string;
  endedAt: number | null;
  endedBy: string | null;
}

const HOUR_MS = 3_600_000;
const NONE = { users: [], applications: [], pipelines: [] };

/** One in force, one to come, two that are over. */
export const freezes = (now: number): FakeFreeze[] => [
  {
    ...{ id: 'f1', scope: 'application', target: 'checkout', reason: 'Holiday sale', until: now + 24 * HOUR_MS },
    ...{ exempt: { ...NONE, users: ['mia'] }, from: now - HOUR_MS, createdAt: now - HOUR_MS, createdBy: 'mia' },
    ...{ endedAt: null, endedBy: null },
  },
  {
    ...{ id: 'f2', scope: 'global', target: null, reason: 'Stock-taking', until: now + 60 * HOUR_MS, exempt: NONE },
    ...{
      from: now + 48 * HOUR_MS,
      createdAt: now - HOUR_MS,
      createdBy: 'ana@example.com',
      endedAt: null,
      endedBy: null,
    },
  },
  {
    ...{ id: 'f3', scope: 'account', target: 'prod', reason: 'Audit', until: now - 70 * HOUR_MS, exempt: NONE },
    ...{ from: now - 80 * HOUR_MS, createdAt: now - 90 * HOUR_MS, createdBy: 'mia', endedAt: null, endedBy: null },
  },
  {
    ...{ id: 'f4', scope: 'pipeline', target: '2f6a1b0e-7e4a-4b53-9a52-0c8f3a1b0001', until: null, exempt: NONE },
    ...{
      from: now - 40 * HOUR_MS,
      createdAt: now - 40 * HOUR_MS,
      createdBy: 'mia',
      reason: 'It deploys the wrong image',
    },
    ...{ endedAt: now - 39 * HOUR_MS, endedBy: 'ana@example.com' },
  },
];

/** What the janitor tells: two things of ours, one that is perhaps of somebody else. */
export const janitorReport = (at: number) => ({
  ...{ mode: 'report', at },
  remains: [
    {
      ...{ kind: 'serverGroup', account: 'prod', region: 'us-east-1', name: 'payments-prod-v039', action: 'destroy' },
      ...{ what: 'Destroy payments-prod-v039', executionId: '01JD0000000000000000000418', isOurs: true },
      why: 'It was made at 2026-11-19T10:00:00.000Z, is empty and was never given a size.',
    },
    {
      ...{
        kind: 'serverGroup',
        account: 'prod',
        region: 'us-east-1',
        name: 'payments-prod-v042',
        action: 'unpin',
        min: 2,
      },
      ...{ what: 'Give payments-prod-v042 its least size of 2 back', isOurs: true },
      why: 'Its least size was raised to 6 and not given back.',
    },
    {
      ...{ kind: 'instance', account: 'prod', region: 'eu-west-1', name: 'bake-base-2026', action: 'terminate' },
      ...{ what: 'Terminate i-0aa1 (bake-base-2026)', ids: ['i-0aa1'], isOurs: false },
      why: 'It was started for a while that was over at 2026-11-20T09:30:00.000Z.',
    },
  ],
  unread: [{ account: 'test', region: 'us-west-2', why: 'AWS refused DescribeInstances (AccessDenied).' }],
});

const cluster = {
  account: 'prod',
  application: 'payments',
  stack: 'prod',
  cloudProvider: 'aws',
  strategy: 'redblack',
  availabilityZones: { 'us-east-1': ['us-east-1a', 'us-east-1b'] },
  capacity: { min: 3, desired: 3, max: 6 },
  instanceType: 'm7g.large',
  targetGroups: ['payments-tg'],
  securityGroups: ['payments-web'],
  subnetType: 'internal',
  healthCheckType: 'ELB',
  healthCheckGracePeriod: 120,
  rollback: { onFailure: true },
};

export const PIPELINES = [
  {
    id: '2f6a1b0e-7e4a-4b53-9a52-0c8f3a1b0001',
    name: 'Deploy to prod',
    application: 'payments',
    description: 'Finds the released image, asks a person, then replaces the running version.',
    index: 0,
    version: 23,
    limitConcurrent: true,
    parameterConfig: [
      {
        name: 'version',
        label: 'Version',
        required: true,
        default: '',
        description: 'Released version, such as 3.14.2',
      },
      {
        name: 'size',
        label: 'Size',
        required: true,
        default: 'normal',
        hasOptions: true,
        options: [{ value: 'small' }, { value: 'normal' }],
      },
    ],
    triggers: [
      { type: 'webhook', enabled: true, source: 'payments-release', payloadConstraints: { ref: '^refs/tags/v' } },
    ],
    stages: [
      {
        refId: '1',
        requisiteStageRefIds: [],
        type: 'findImageFromTags',
        name: 'Find image',
        credentials: 'prod',
        regions: ['us-east-1'],
        packageName: 'payments-${parameters.version}*',
      },
      {
        refId: '2',
        requisiteStageRefIds: ['1'],
        type: 'manualJudgment',
        name: 'Approve',
        instructions: 'Ship ${parameters.version} to production?',
        judgmentInputs: [{ value: 'full' }, { value: 'slow' }],
      },
      { refId: '3', requisiteStageRefIds: ['2'], type: 'deploy', name: 'Deploy us-east-1', clusters: [cluster] },
      { refId: '4', requisiteStageRefIds: ['2'], type: 'wait', name: 'Warm caches', waitTime: 20 },
      {
        refId: '5',
        requisiteStageRefIds: ['3', '4'],
        type: 'webhook',
        name: 'Tell chat',
        url: 'https://chat.example.com/hook',
        method: 'POST',
      },
    ],
  },
  {
    id: '2f6a1b0e-7e4a-4b53-9a52-0c8f3a1b0002',
    name: 'Deploy to staging',
    application: 'payments',
    description: '',
    index: 1,
    version: 8,
    triggers: [{ type: 'webhook', enabled: true, source: 'payments-main' }],
    stages: [
      {
        refId: '1',
        requisiteStageRefIds: [],
        type: 'findImageFromTags',
        name: 'Find image',
        credentials: 'staging',
        regions: ['us-east-1'],
        packageName: 'payments-*',
      },
      {
        refId: '2',
        requisiteStageRefIds: ['1'],
        type: 'deploy',
        name: 'Deploy staging',
        clusters: [{ ...cluster, account: 'staging' }],
      },
      { refId: '3', requisiteStageRefIds: ['2'], type: 'wait', name: 'Soak', waitTime: 30 },
    ],
  },
  {
    id: '2f6a1b0e-7e4a-4b53-9a52-0c8f3a1b0003',
    name: 'Roll back prod',
    application: 'payments',
    disabled: true,
    index: 2,
    version: 2,
    triggers: [],
    stages: [
      {
        refId: '1',
        requisiteStageRefIds: [],
        type: 'rollbackCluster',
        name: 'Roll back',
        cluster: 'payments-prod',
        credentials: 'prod',
        regions: ['us-east-1'],
      },
    ],
  },
  {
    id: '2f6a1b0e-7e4a-4b53-9a52-0c8f3a1b0004',
    name: 'Release web',
    application: 'checkout',
    index: 0,
    version: 4,
    triggers: [{ type: 'webhook', enabled: true, source: 'checkout' }],
    stages: [{ refId: '1', requisiteStageRefIds: [], type: 'wait', name: 'Soak', waitTime: 30 }],
  },
].map((pipeline) => ({ updateTs: '1763640000000', lastModifiedBy: 'ana@example.com', ...pipeline }));

const instance = (id: string, health: string, description: string) => ({
  id,
  zone: id.endsWith('a') ? 'us-east-1a' : 'us-east-1b',
  launchTime: null,
  health,
  reasons: [
    {
      source: 'target',
      where: 'payments-tg',
      health,
      state: description.split(':')[0],
      ...(health === 'Down' ? { code: 'Target.ResponseCodeMismatch' } : {}),
      description,
    },
  ],
});

const healthy = 'healthy: answers 200 on /health';

const HEALTHS = { up: 'Up', down: 'Down', starting: 'Starting', outOfService: 'OutOfService', unknown: 'Unknown' };

/** What an application runs, as the cloud would show it. */
export function inventory(application: string, now: number, withLoadBalancers: boolean): unknown {
  const groups = application === 'payments' ? serverGroups(now) : [];
  const share = { loadBalancer: 'payments-alb', port: 443, rule: null, targetGroup: 'payments-tg', weight: 1 };
  const percents: Record<string, number> = { 'payments-prod-v043': 25, 'payments-prod-v042': 75 };
  return {
    serverGroups: groups.map((group) => ({
      ...group,
      instanceCounts: {
        total: group.instances.length,
        ...Object.fromEntries(
          Object.entries(HEALTHS).map(([key, word]) => [
            key,
            group.instances.filter(({ health }) => health === word).length,
          ]),
        ),
      },
      shares: withLoadBalancers && percents[group.name] ? [{ ...share, percent: percents[group.name] }] : [],
    })),
    loadBalancers: withLoadBalancers && groups.length > 0 ? [loadBalancer(groups)] : [],
    problems: [],
  };
}

function loadBalancer(groups: ReturnType<typeof serverGroups>) {
  const forward = [{ type: 'forward', shares: [{ targetGroup: 'payments-tg', weight: 1 }] }];
  const members = groups.filter(({ account, traffic }) => account === 'prod' && traffic !== 'disabled');
  return {
    name: 'payments-alb',
    account: 'prod',
    region: 'us-east-1',
    type: 'application',
    state: 'active',
    dnsName: 'payments-alb-1234.us-east-1.elb.amazonaws.com',
    internal: true,
    listeners: [
      {
        port: 443,
        protocol: 'HTTPS',
        actions: forward,
        rules: [
          {
            priority: '10',
            conditions: [{ field: 'path-pattern', values: ['/admin/*'] }],
            actions: [{ type: 'fixed-response' }],
          },
        ],
      },
      { port: 80, protocol: 'HTTP', actions: [{ type: 'redirect' }], rules: [] },
    ],
    targetGroups: [
      {
        name: 'payments-tg',
        protocol: 'HTTP',
        port: 8080,
        targets: members.flatMap(({ name, instances }) =>
          instances.map(({ id, health, reasons }) => ({
            ...{ id, port: 8080, zone: 'us-east-1a', health, state: reasons[0]?.state ?? '' },
            serverGroup: name,
          })),
        ),
      },
    ],
  };
}

/** What a server group is made of, what scales it and what was done to it. */
export function groupSettings(now: number): unknown {
  const begun = { startTime: now - 60_000, endTime: now - 40_000, cause: 'The wanted size changed from 2 to 3.' };
  return {
    launch: {
      ...{
        imageId: 'ami-0c1f9a27d4',
        instanceType: 'm7g.large',
        iamRole: 'payments',
        securityGroups: ['payments-web'],
      },
      ...{ subnetType: 'internal', healthCheckType: 'ELB', healthCheckGracePeriodSeconds: 120, userDataBytes: 812 },
      ...{ tags: { team: 'payments' }, requireIMDSv2: true },
    },
    policies: [
      {
        ...{ name: 'cpu', type: 'TargetTrackingScaling', enabled: true },
        targetTracking: {
          targetValue: 55,
          predefinedMetricSpecification: { predefinedMetricType: 'ASGAverageCPUUtilization' },
        },
      },
    ],
    warmPool: {
      ...{ minSize: 2, maxPrepared: 8, poolState: 'Stopped', reuseOnScaleIn: true, instances: 2, beingDeleted: false },
    },
    lifecycleHooks: [
      { name: 'drain', transition: 'terminating', defaultResult: 'CONTINUE', heartbeatSeconds: 300 },
      { name: 'warm-up', transition: 'launching', defaultResult: 'ABANDON', heartbeatSeconds: 600 },
    ],
    schedules: [{ name: 'night', recurrence: '0 22 * * *', timeZone: 'Europe/Berlin', min: 1, desired: 1, max: 3 }],
    activities: [
      {
        ...{ ...begun, id: 'a2', endTime: null, status: 'Failed', description: 'Launching a new EC2 instance' },
        message: 'We currently do not have sufficient m7g.large capacity in us-east-1a.',
      },
      { ...begun, id: 'a1', status: 'Successful', description: 'Launching a new EC2 instance: i-0f33a', message: null },
    ],
  };
}

function serverGroups(now: number) {
  const base = {
    account: 'prod',
    region: 'us-east-1',
    targetGroups: ['payments-tg'],
    loadBalancers: [],
    suspendedProcesses: [],
    draining: 0,
    beingDeleted: false,
  };
  const moniker = (sequence: number) => ({
    app: 'payments',
    stack: 'prod',
    detail: null,
    cluster: 'payments-prod',
    sequence,
  });
  return [
    {
      ...base,
      name: 'payments-prod-v043',
      moniker: moniker(43),
      createdTime: now - 9 * 60_000,
      capacity: { min: 3, desired: 3, max: 6 },
      image: { id: 'ami-0c1f9a27d4', name: 'payments-3.14.2', version: '3.14.2' },
      traffic: 'partial',
      instances: [
        instance('i-0f31a', 'Up', healthy),
        instance('i-0f32b', 'Starting', 'initial: registration in progress'),
        instance('i-0f33a', 'Down', 'unhealthy: answered 502 on /health'),
      ],
    },
    {
      ...base,
      name: 'payments-prod-v042',
      moniker: moniker(42),
      createdTime: now - 12 * 86_400_000,
      capacity: { min: 3, desired: 3, max: 6 },
      image: { id: 'ami-09be11f0aa', name: 'payments-3.14.1', version: '3.14.1' },
      traffic: 'enabled',
      instances: ['i-0a11a', 'i-0a12b', 'i-0a13a'].map((id) => instance(id, 'Up', healthy)),
    },
    {
      ...base,
      name: 'payments-prod-v041',
      moniker: moniker(41),
      createdTime: now - 30 * 86_400_000,
      capacity: { min: 0, desired: 2, max: 2 },
      image: { id: 'ami-08aa01f0bb', name: 'payments-3.14.0', version: '3.14.0' },
      traffic: 'disabled',
      suspendedProcesses: ['AddToLoadBalancer', 'Launch', 'Terminate'],
      instances: ['i-0911a', 'i-0912b'].map((id) => instance(id, 'OutOfService', 'unused: target is not registered')),
    },
    {
      ...base,
      account: 'staging',
      name: 'payments-staging-v107',
      moniker: { app: 'payments', stack: 'staging', detail: null, cluster: 'payments-staging', sequence: 107 },
      createdTime: now - 3_600_000,
      capacity: { min: 1, desired: 1, max: 2 },
      image: { id: 'ami-0c1f9a27d4', name: 'payments-3.14.2', version: '3.14.2' },
      traffic: 'enabled',
      instances: [instance('i-0d01a', 'Up', healthy)],
    },
  ];
}

export const LEDGER = [
  {
    kind: 'serverGroup',
    name: 'payments-prod-v043',
    account: 'prod',
    region: 'us-east-1',
    action: 'create',
    state: 'done',
  },
  {
    kind: 'launchTemplate',
    name: 'payments-prod-v043',
    account: 'prod',
    region: 'us-east-1',
    action: 'create',
    state: 'done',
  },
  {
    kind: 'serverGroup',
    name: 'payments-prod-v042',
    account: 'prod',
    region: 'us-east-1',
    action: 'change',
    state: 'intended',
  },
];

const place = { account: 'prod', region: 'us-east-1', stageId: '', stageName: 'Deploy in us-east-1', at: 0 };
const touched = { kind: 'serverGroup', name: 'payments-prod-v043', ...place };

/** What a deploy left; `deployed` tells whether the run deployed at all. */
export function endReport(executionId: string, deployed: boolean): ExecutionReport {
  const nothing = { created: [], changed: [], removed: [], kept: [], unsettled: [], cleanUp: [] };
  const ended = { executionId, ended: true };
  if (!deployed) return { ...ended, summary: 'The execution ended. It has changed nothing in the cloud.', ...nothing };
  const why = 'It was made for this deploy, which failed before it took traffic.';
  return {
    ...{ ...ended, summary: 'The execution failed. One thing is left to clean up.', ...nothing },
    created: [{ ...touched, there: true, why: `Stage Deploy in us-east-1 made it. ${why}` }],
    kept: [{ ...touched, why }],
    changed: [
      {
        ...{ ...touched, name: 'payments-prod-v042', asBefore: false },
        before: { traffic: 'enabled', capacity: { min: 2, desired: 3, max: 6 } },
        now: { traffic: 'enabled', capacity: { min: 3, desired: 3, max: 6 } },
        why: 'It was kept at its size while it was the one to go back to.',
      },
    ],
    cleanUp: [
      {
        ...{ kind: 'serverGroup', account: 'prod', region: 'us-east-1', name: 'payments-prod-v042', action: 'unpin' },
        what: 'Give payments-prod-v042 its least size of 2 back',
        why: 'its least size was raised while it was the one to go back to.',
      },
    ],
  };
}

/** What rolling payments-prod back would do; `to` is the version a person picked. */
export function rollbackPreview(account: string, cluster: string, to: string | null): unknown {
  const candidate = (name: string, version: string, more: Record<string, unknown>) => ({
    ...{ name, createdTime: 0, ageMs: 12 * 86_400_000, traffic: 'disabled', deployment: null },
    image: { id: 'ami-09be11f0aa', name: `payments-${version}`, version, exists: true },
    capacity: { min: 2, desired: 3, max: 6 },
    servingSize: { min: 3, desired: 3, max: 6 },
    health: { up: 3, total: 3 },
    eligible: true,
    chosen: false,
    why: 'it was healthy and served',
    ...more,
  });
  const restored = to ?? 'payments-prod-v042';
  return {
    ...{ application: 'payments', account, cluster },
    regions: [
      {
        ...{ region: 'us-east-1', from: 'payments-prod-v043', to: restored, image: null, skip: null },
        candidates: [
          candidate('payments-prod-v043', '3.14.2', {
            ...{ traffic: 'partial', eligible: false, health: { up: 1, total: 3 } },
            why: 'it is the one to undo',
          }),
          candidate('payments-prod-v042', '3.14.1', { traffic: 'enabled', chosen: restored === 'payments-prod-v042' }),
          candidate('payments-prod-v041', '3.14.0', { chosen: restored === 'payments-prod-v041' }),
          candidate('payments-prod-v040', '3.13.9', {
            ...{ eligible: false, health: { up: 0, total: 0 } },
            why: 'its image is gone',
          }),
        ],
      },
    ],
  };
}
