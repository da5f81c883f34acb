import type { Scenario } from '@gennaker/aws-sandbox';
import type { AwsAccount, StaticCredentials } from '../cloud/index.ts';

const ACCOUNT_ID = '210987654321';
const REGION = 'us-east-1';
const DAY = 86_400;

export const KEYS: StaticCredentials = { accessKeyId: 'SANDBOXKEY', secretAccessKey: 'sandbox-secret' };
export const ACCOUNTS: readonly AwsAccount[] = [{ name: 'prod', accountId: ACCOUNT_ID, regions: [REGION] }];
/** Key of the region's part in the sandbox's state. */
export const STORE = `${ACCOUNT_ID}/${REGION}`;

const subnet = (zone: string, index: number) => ({
  id: `subnet-0${zone}00000000000000`,
  zone: `${REGION}${zone}`,
  cidr: `10.1.${index}.0/24`,
  tags: { purpose: 'internal' },
});
const SUBNETS = [subnet('a', 1), subnet('b', 2), subnet('c', 3)];

function release(id: string, version: string, ageSeconds: number, app = {}) {
  const tags = { app: 'shop', version, release: 'yes' };
  return {
    id,
    name: `shop-web-${version}`,
    architecture: 'arm64' as const,
    ageSeconds,
    app: { boot: 3, ...app },
    tags,
  };
}

export const IMAGES = {
  '0.9.0': 'ami-0000000000000090',
  '1.0.0': 'ami-0000000000000100',
  '2.0.0': 'ami-0000000000000200',
  '3.0.0': 'ami-0000000000000300',
} as const;

function group(version: string, sequence: number, targetGroups: string[], ageSeconds: number) {
  const name = `shop-web-v00${sequence}`;
  const template = {
    name: `${name}-template`,
    image: IMAGES[version as keyof typeof IMAGES],
    instanceType: 'm7g.large',
    securityGroups: ['sg-1'],
    tags: { 'cd:server-group': name },
  };
  const group = {
    name,
    launchTemplate: template.name,
    min: 2,
    max: 4,
    desired: 3,
    subnets: SUBNETS.map(({ id }) => id),
    targetGroups,
    ageSeconds,
    tags: { 'cd:application': 'shop', 'cd:stack': 'web', 'cd:cluster': 'shop-web' },
  };
  return { template, group };
}

/**
 * A shop whose web cluster serves 1.0.0 with three instances behind a load balancer; 2.0.0 is good, 3.0.0 never becomes
 * healthy. `before`: the group of 0.9.0 is still there, too, and serves with it.
 */
export function shopScenario(options: { readonly before?: boolean; readonly baseImage?: boolean } = {}): Scenario {
  const groups = [
    ...(options.before ? [group('0.9.0', 0, ['web-tg'], 5 * DAY)] : []),
    group('1.0.0', 1, ['web-tg'], 2 * DAY),
  ];
  const base = {
    id: 'ami-00000000000ba5e0',
    name: 'al2023-base',
    architecture: 'arm64' as const,
    ageSeconds: 9 * DAY,
    tags: { 'base-os': 'al2023' },
  };
  return {
    name: 'shop',
    accounts: [
      {
        id: ACCOUNT_ID,
        keys: [{ ...KEYS, user: 'gennaker' }],
        regions: [
          {
            name: REGION,
            keyPairs: ['shop'],
            vpcs: [
              {
                id: 'vpc-01',
                cidr: '10.1.0.0/16',
                subnets: SUBNETS,
                securityGroups: [{ id: 'sg-1', name: 'shop-web' }],
              },
            ],
            images: [
              ...(options.baseImage === false ? [] : [base]),
              release(IMAGES['0.9.0'], '0.9.0', 6 * DAY),
              release(IMAGES['1.0.0'], '1.0.0', 3 * DAY),
              release(IMAGES['2.0.0'], '2.0.0', DAY),
              release(IMAGES['3.0.0'], '3.0.0', DAY / 2, { healthy: false, errorRate: 1 }),
            ],
            targetGroups: [
              { name: 'web-tg', vpcId: 'vpc-01', path: '/health' },
              // On no listener: for deploys that shift requests from one target group to another.
              { name: 'web-b-tg', vpcId: 'vpc-01', path: '/health' },
            ],
            loadBalancers: [
              {
                name: 'shop-alb',
                subnets: SUBNETS.map(({ id }) => id),
                listeners: [{ port: 80, forward: [{ targetGroup: 'web-tg' }] }],
              },
            ],
            launchTemplates: groups.map(({ template }) => template),
            groups: groups.map(({ group: each }) => each),
          },
        ],
      },
    ],
  };
}
