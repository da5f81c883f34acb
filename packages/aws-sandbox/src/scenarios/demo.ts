import type { Scenario } from '../scenario/schema.ts';

const account = '123456789012';

const groupTags = {
  'cd:application': 'demo',
  'cd:stack': 'web',
  'cd:cluster': 'demo-web',
  'cd:image': 'ami-0de0100000000000a',
  'cd:image-name': 'demo-web-1.0.0',
  'cd:version': '1.0.0',
};

const apiTags = {
  'cd:application': 'demo',
  'cd:stack': 'api',
  'cd:cluster': 'demo-api',
  'cd:image': 'ami-0de0110000000000e',
  'cd:image-name': 'demo-api-1.0.0',
  'cd:version': '1.0.0',
};

function network(region: string, letter: string) {
  const zone = (name: string, index: number) => ({
    id: `subnet-0${letter}${name}0000000000000`,
    zone: `${region}${name}`,
    cidr: `10.0.${index}.0/24`,
    tags: { Name: `demo-${name}`, purpose: 'internal' },
  });
  return {
    id: `vpc-0${letter}00000000000000`,
    cidr: '10.0.0.0/16',
    tags: { Name: 'demo' },
    subnets: [zone('a', 1), zone('b', 2), zone('c', 3)],
    securityGroups: [
      { id: `sg-0${letter}0d000000000000`, name: 'default', description: 'default VPC security group' },
      { id: `sg-0${letter}0e000000000000`, name: 'demo-web', description: 'Web traffic of the demo application' },
    ],
  };
}

function image(id: string, version: string, name: string, ageSeconds: number, healthy: boolean) {
  const tags = { app: 'demo-web', version, 'cd:application': 'demo', 'cd:version': version };
  const app = healthy ? { boot: 3 } : { boot: 3, healthy: false, errorRate: 1 };
  return { id, name, description: `Demo web application ${version}`, ageSeconds, app, tags };
}

const east = network('us-east-1', 'e');
const west = network('us-west-2', 'f');
const day = 86_400;

/** One application, `demo`, serving version 1.0.0 behind a load balancer, with a good and a bad successor to deploy. */
export const demoScenario: Scenario = {
  name: 'demo',
  accounts: [
    {
      id: account,
      keys: [{ accessKeyId: 'SANDBOXKEY', secretAccessKey: 'sandbox-secret', user: 'gennaker' }],
      roles: [{ arn: `arn:aws:iam::${account}:role/gennaker-deploy`, trust: [account] }],
      regions: [
        {
          name: 'us-east-1',
          vpcs: [east],
          keyPairs: ['demo'],
          instanceProfiles: ['demo-web'],
          buckets: ['demo-artifacts'],
          parameters: {
            '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64': 'ami-0de0a00000000000d',
            '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64': 'ami-0de0a00000000000d',
          },
          images: [
            image('ami-0de0100000000000a', '1.0.0', 'demo-web-1.0.0', 9 * day, true),
            image('ami-0de0200000000000b', '2.0.0', 'demo-web-2.0.0', 2 * day, true),
            {
              id: 'ami-0de0a00000000000d',
              name: 'al2023-base-x86_64',
              description: 'Plain Amazon Linux 2023, to bake on',
              ageSeconds: 20 * day,
              tags: { 'base-os': 'al2023' },
            },
            image('ami-0de0300000000000c', '3.0.0', 'demo-web-3.0.0-bad', day / 2, false),
            {
              id: 'ami-0de0110000000000e',
              name: 'demo-api-1.0.0',
              description: 'Demo API 1.0.0',
              ageSeconds: 5 * day,
              app: { boot: 3 },
              tags: { app: 'demo-api', version: '1.0.0', 'cd:application': 'demo', 'cd:version': '1.0.0' },
            },
          ],
          targetGroups: ['demo-web-tg', 'demo-api-a', 'demo-api-b'].map((name) => ({
            name,
            vpcId: east.id,
            path: '/health',
            tags: { 'cd:application': 'demo' },
          })),
          loadBalancers: [
            {
              name: 'demo-alb',
              subnets: east.subnets.map((subnet) => subnet.id),
              securityGroups: ['sg-0e0e000000000000'],
              tags: { 'cd:application': 'demo' },
              listeners: [{ port: 80, forward: [{ targetGroup: 'demo-web-tg' }] }],
            },
            {
              name: 'demo-api-alb',
              subnets: east.subnets.map((subnet) => subnet.id),
              securityGroups: ['sg-0e0e000000000000'],
              tags: { 'cd:application': 'demo' },
              listeners: [{ port: 80, forward: [{ targetGroup: 'demo-api-a' }] }],
            },
          ],
          launchTemplates: [
            {
              name: 'demo-web-v000-00000000',
              image: 'ami-0de0100000000000a',
              securityGroups: ['sg-0e0e000000000000'],
              tags: { 'cd:application': 'demo', 'cd:cluster': 'demo-web' },
            },
            {
              name: 'demo-api-v000-00000000',
              image: 'ami-0de0110000000000e',
              securityGroups: ['sg-0e0e000000000000'],
              tags: { 'cd:application': 'demo', 'cd:cluster': 'demo-api' },
            },
          ],
          groups: [
            {
              name: 'demo-web-v000',
              launchTemplate: 'demo-web-v000-00000000',
              min: 2,
              max: 4,
              desired: 3,
              subnets: east.subnets.map((subnet) => subnet.id),
              targetGroups: ['demo-web-tg'],
              tags: groupTags,
            },
            {
              name: 'demo-api-v000',
              launchTemplate: 'demo-api-v000-00000000',
              min: 2,
              max: 4,
              desired: 2,
              subnets: east.subnets.map((subnet) => subnet.id),
              targetGroups: ['demo-api-a'],
              tags: apiTags,
            },
          ],
        },
        { name: 'us-west-2', vpcs: [west], keyPairs: ['demo'], instanceProfiles: ['demo-web'] },
      ],
    },
  ],
};
