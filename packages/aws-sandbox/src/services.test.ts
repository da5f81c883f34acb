import { describe, expect, it } from 'vitest';
import { services } from './services.ts';
import { operationsOf } from './wire/operations.ts';

/** What people call the services, by the name in the scope of a signature. */
const titles: Record<string, string> = {
  ec2: 'EC2',
  elasticloadbalancing: 'Elastic Load Balancing v2',
  autoscaling: 'Auto Scaling',
  monitoring: 'CloudWatch',
  sts: 'STS',
  s3: 'S3',
  ssm: 'Systems Manager',
  sqs: 'SQS',
  sns: 'SNS',
  iam: 'IAM',
  cloudformation: 'CloudFormation',
  events: 'EventBridge',
};

describe('the services', () => {
  it.each(services)(
    '$signingName has a handler for each operation it has the shape of, and the other way round',
    async (service) => {
      const shapes = [...operationsOf(await service.loadSchemas()).keys()].sort();
      expect(Object.keys(service.handlers).sort()).toEqual(shapes);
    },
  );

  it('are listed in OPERATIONS.md, which `npx vitest run -u` writes anew', async () => {
    const rows = services.map(({ signingName, handlers }) => {
      const names = Object.keys(handlers).sort();
      return `| ${titles[signingName] ?? signingName} | \`${signingName}\` | ${names.length} | ${names.join(', ')} |`;
    });
    const head = [
      '# Operations',
      '',
      'What each service of the sandbox answers. Anything else is refused as unknown.',
      '',
    ];
    const table = ['| Service | Signed for | | Operations |', '| --- | --- | --: | --- |', ...rows, ''];
    await expect([...head, ...table].join('\n')).toMatchFileSnapshot('../OPERATIONS.md');
  });
});
