import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import * as sts from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { services } from '../services.ts';
import { sampleValue } from '../testing/sample-value.ts';
import { SeededRandom } from '../world/random.ts';
import { decodeForm, parseForm } from './decode-form.ts';
import { type Envelope, errorBody, successBody } from './envelope.ts';
import { type Operation, operationsOf } from './operations.ts';

interface Reply {
  statusCode: number;
  headers: Record<string, string>;
  body: Uint8Array;
}
interface Sender {
  send(command: unknown): Promise<Record<string, unknown>>;
}
type Constructor<T> = new (config: unknown) => T;

/** A real client whose wire is a function: request body in, answer out. */
function clientOver(Client: unknown, wire: (body: string) => string, status = 200): Sender {
  const requestHandler = {
    handle: async ({ body }: { body: unknown }): Promise<{ response: Reply }> => {
      const answer = Buffer.from(wire(Buffer.from(body as Uint8Array).toString('utf8')));
      return { response: { statusCode: status, headers: { 'x-amzn-requestid': 'r-1' }, body: answer } };
    },
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig: () => undefined,
  };
  const credentials = { accessKeyId: 'K', secretAccessKey: 'S' };
  return new (Client as Constructor<Sender>)({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1',
    credentials,
    requestHandler,
    maxAttempts: 1,
  });
}

const packages = [
  { name: 'EC2', exports: ec2 as Record<string, unknown>, client: ec2.EC2Client, signingName: 'ec2', least: 800 },
  {
    name: 'Auto Scaling',
    exports: autoScaling as Record<string, unknown>,
    client: autoScaling.AutoScalingClient,
    signingName: 'autoscaling',
    least: 60,
  },
  {
    name: 'ELBv2',
    exports: elbv2 as Record<string, unknown>,
    client: elbv2.ElasticLoadBalancingV2Client,
    signingName: 'elasticloadbalancing',
    least: 50,
  },
  { name: 'STS', exports: sts as Record<string, unknown>, client: sts.STSClient, signingName: 'sts', least: 10 },
];

// The client adds a presigned address of its own to this request.
const rewritten = new Set(['CopySnapshot']);

describe.each(packages)('the codec over every operation of $name', ({ exports, client, signingName, least }) => {
  const envelope = services.find((service) => service.signingName === signingName)?.envelope as Envelope;
  const operations = [...operationsOf(exports).values()];

  it('decodes each request to the input the client was given, and encodes each answer so that the client reads it back', async () => {
    const random = new SeededRandom(11);
    const wrong: string[] = [];
    let current: { operation: Operation; output: Record<string, unknown> } | undefined;
    let decoded: Record<string, unknown> = {};
    const sender = clientOver(client, (body) => {
      const pairs = parseForm(body).filter(([key]) => key !== 'Action' && key !== 'Version');
      decoded = current ? decodeForm(pairs, current.operation.input, envelope.dialect) : {};
      return current ? successBody(envelope, current.operation, current.output, 'r-1') : '';
    });
    for (const operation of operations) {
      const input = sampleOf(operation.input, random);
      const output = sampleOf(operation.output, random);
      current = { operation, output };
      const Command = exports[`${operation.name}Command`] as Constructor<object>;
      const { $metadata: _metadata, ...read } = await sender.send(new Command(input));
      if (!rewritten.has(operation.name) && !same(decoded, input)) wrong.push(`${operation.name} request`);
      if (operation.output.isStructSchema() && !same(read, output)) wrong.push(`${operation.name} answer`);
    }
    expect(wrong).toEqual([]);
    expect(operations.length).toBeGreaterThanOrEqual(least);
  });
});

function sampleOf(schema: Operation['input'], random: SeededRandom): Record<string, unknown> {
  return schema.isStructSchema() ? (sampleValue(schema, random) as Record<string, unknown>) : {};
}

function same(a: unknown, b: unknown): boolean {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
}

describe('refusals on the wire', () => {
  it('give the EC2 client its code as the name of the error', async () => {
    const body = errorBody('ec2', { code: 'InvalidInstanceID.NotFound', message: 'no <i>', status: 400 }, 'r-1');
    const sender = clientOver(ec2.EC2Client, () => body, 400);
    const error = await sender.send(new ec2.DescribeInstancesCommand({})).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      message: 'no <i>',
      $metadata: { requestId: 'r-1' },
    });
  });

  it('give query clients the modelled exception', async () => {
    const body = errorBody('query', { code: 'AlreadyExists', message: 'taken', status: 400 }, 'r-1');
    const sender = clientOver(autoScaling.AutoScalingClient, () => body, 400);
    const error = await sender
      .send(new autoScaling.DescribeAutoScalingGroupsCommand({}))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(autoScaling.AlreadyExistsFault);
  });

  it('name a parameter that does not exist', () => {
    const operation = operationsOf(sts as Record<string, unknown>).get('AssumeRole');
    const decode = () => decodeForm([['RoleArm', 'x']], operation!.input, 'query');
    expect(decode).toThrow('The parameter RoleArm is not recognized');
  });
});
