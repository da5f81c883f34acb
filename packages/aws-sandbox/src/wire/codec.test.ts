import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as cloudFormation from '@aws-sdk/client-cloudformation';
import * as cloudWatch from '@aws-sdk/client-cloudwatch';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import * as eventBridge from '@aws-sdk/client-eventbridge';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { describe, expect, it } from 'vitest';
import { services } from '../services.ts';
import { sampleValue } from '../testing/sample-value.ts';
import { SeededRandom } from '../world/random.ts';
import { decodeForm } from './decode-form.ts';
import { jsonProtocol } from './json-protocol.ts';
import { type Operation, operationsOf, schemasOf } from './operations.ts';
import type { Protocol, WireAnswer } from './protocol.ts';
import { queryProtocol } from './query-protocol.ts';
import { ServiceError } from './service-error.ts';
import type { SignedRequest } from './signature.ts';

interface Reply {
  statusCode: number;
  headers: Record<string, string>;
  body: Uint8Array;
}
interface Sender {
  send(command: unknown): Promise<Record<string, unknown>>;
}
type Constructor<T> = new (config: unknown) => T;

interface Sent {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body?: Uint8Array | string;
}

/** A real client whose wire is a function: request in, answer out. */
function clientOver(Client: unknown, wire: (request: SignedRequest) => WireAnswer, config: object = {}): Sender {
  const requestHandler = {
    handle: async (sent: Sent): Promise<{ response: Reply }> => {
      const headers = Object.fromEntries(
        Object.entries(sent.headers).map(([name, value]) => [name.toLowerCase(), value]),
      );
      const query = new URLSearchParams(sent.query).toString();
      const body = typeof sent.body === 'string' ? Buffer.from(sent.body) : new Uint8Array(sent.body ?? []);
      const answer = wire({ method: sent.method, path: sent.path, query, headers, body });
      return {
        response: {
          statusCode: answer.status,
          headers: { 'x-amzn-requestid': 'r-1', ...answer.headers },
          body: Buffer.from(answer.body as string),
        },
      };
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
    ...config,
  });
}

const protocolOf = (signingName: string): Protocol =>
  services.find((service) => service.signingName === signingName)!.protocols[0];
const oldCloudWatch = { dialect: 'query', xmlns: 'http://monitoring.amazonaws.com/doc/2010-08-01/' } as const;

interface Package {
  name: string;
  exports: Record<string, unknown>;
  client: unknown;
  protocol: Protocol;
  least: number;
  config?: object;
}

const packages: Package[] = [
  { name: 'SNS', exports: sns, client: sns.SNSClient, protocol: protocolOf('sns'), least: 40 },
  {
    name: 'CloudFormation',
    exports: cloudFormation,
    client: cloudFormation.CloudFormationClient,
    protocol: protocolOf('cloudformation'),
    least: 80,
  },
  { name: 'EC2', exports: ec2, client: ec2.EC2Client, protocol: protocolOf('ec2'), least: 800 },
  {
    name: 'Auto Scaling',
    exports: autoScaling,
    client: autoScaling.AutoScalingClient,
    protocol: protocolOf('autoscaling'),
    least: 60,
  },
  {
    name: 'ELBv2',
    exports: elbv2,
    client: elbv2.ElasticLoadBalancingV2Client,
    protocol: protocolOf('elasticloadbalancing'),
    least: 50,
  },
  { name: 'STS', exports: sts, client: sts.STSClient, protocol: protocolOf('sts'), least: 10 },
  {
    name: 'CloudWatch',
    exports: cloudWatch,
    client: cloudWatch.CloudWatchClient,
    protocol: jsonProtocol({ version: '1.0', targetPrefix: 'GraniteServiceVersion20100801' }),
    least: 40,
  },
  {
    name: 'CloudWatch on the Query protocol',
    exports: cloudWatch,
    client: cloudWatch.CloudWatchClient,
    protocol: queryProtocol({ version: '2010-08-01', envelope: oldCloudWatch }),
    config: { protocol: AwsQueryProtocol },
    least: 40,
  },
  {
    name: 'SSM',
    exports: ssm,
    client: ssm.SSMClient,
    protocol: jsonProtocol({ version: '1.1', targetPrefix: 'AmazonSSM' }),
    least: 140,
  },
  {
    name: 'SQS',
    exports: sqs,
    client: sqs.SQSClient,
    protocol: jsonProtocol({ version: '1.0', targetPrefix: 'AmazonSQS' }),
    config: { md5: false },
    least: 20,
  },
  {
    name: 'EventBridge',
    exports: eventBridge,
    client: eventBridge.EventBridgeClient,
    protocol: jsonProtocol({ version: '1.1', targetPrefix: 'AWSEvents' }),
    least: 50,
  },
];

// The client adds a presigned address of its own to this request.
const rewritten = new Set(['CopySnapshot']);

const unsent: WireAnswer = { status: 500, headers: {}, body: '' };

describe.each(packages)('the codec over every operation of $name', ({ exports, client, protocol, least, config }) => {
  const schemas = schemasOf(exports);
  const operations = [...schemas.operations.values()];

  it('decodes each request to the input the client was given, and encodes each answer so that the client reads it back', async () => {
    const random = new SeededRandom(11);
    const wrong: string[] = [];
    let current: { operation: Operation; output: Record<string, unknown> } | undefined;
    let decoded: Record<string, unknown> = {};
    const wire = (request: SignedRequest): WireAnswer => {
      if (current === undefined || !protocol.speaks(request)) return unsent;
      const call = protocol.read(request, schemas);
      if (call.action !== current.operation.name) wrong.push(`${current.operation.name} was read as ${call.action}`);
      decoded = call.decode(current.operation);
      return protocol.success(current.operation, current.output, { requestId: 'r-1', request });
    };
    const sender = clientOver(client, wire, config);
    for (const operation of operations) {
      const input = sampleOf(operation.input, random);
      const output = sampleOf(operation.output, random);
      // A call to a global endpoint of EventBridge is signed in another way.
      delete input['EndpointId'];
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
  const refused = async (name: string, command: object, code: string, message: string): Promise<unknown> => {
    const { client, protocol, exports } = packages.find((each) => each.name === name)!;
    const error = new ServiceError(code, message);
    const schemas = schemasOf(exports);
    const sender = clientOver(client, (request) => protocol.refusal(error, { requestId: 'r-1', request, schemas }));
    return sender.send(command).catch((caught: unknown) => caught);
  };

  it('give the EC2 client its code as the name of the error', async () => {
    const error = await refused('EC2', new ec2.DescribeInstancesCommand({}), 'InvalidInstanceID.NotFound', 'no <i>');
    expect(error).toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      message: 'no <i>',
      $metadata: { requestId: 'r-1' },
    });
  });

  it('give query clients the modelled exception', async () => {
    const command = new autoScaling.DescribeAutoScalingGroupsCommand({});
    expect(await refused('Auto Scaling', command, 'AlreadyExists', 'taken')).toBeInstanceOf(
      autoScaling.AlreadyExistsFault,
    );
  });

  it('give JSON clients the modelled exception, and the query code to those that moved from the Query protocol', async () => {
    const missing = await refused('SSM', new ssm.GetParameterCommand({ Name: 'x' }), 'ParameterNotFound', 'no x');
    expect(missing).toBeInstanceOf(ssm.ParameterNotFound);
    const command = new cloudWatch.DescribeAlarmsCommand({});
    const invalid = await refused('CloudWatch', command, 'InvalidParameterValue', 'wrong');
    expect(invalid).toBeInstanceOf(cloudWatch.InvalidParameterValueException);
    expect(invalid).toMatchObject({ message: 'wrong', Code: 'InvalidParameterValue', Type: 'Sender' });
  });

  it('name a parameter that does not exist', () => {
    const operation = operationsOf(sts as Record<string, unknown>).get('AssumeRole');
    const decode = () => decodeForm([['RoleArm', 'x']], operation!.input, 'query');
    expect(decode).toThrow('The parameter RoleArm is not recognized');
  });

  it('name a member of a JSON body that does not exist, or has the wrong type', () => {
    const { protocol, exports } = packages.find((each) => each.name === 'SSM')!;
    const schemas = schemasOf(exports);
    const decode = (body: string) => {
      const headers = { 'x-amz-target': 'AmazonSSM.GetParameter' };
      const request = { method: 'POST', path: '/', query: '', headers, body: new Uint8Array(Buffer.from(body)) };
      return () => protocol.read(request, schemas).decode(schemas.operations.get('GetParameter')!);
    };
    expect(decode('{"Nome":"x"}')).toThrow('The parameter Nome is not recognized');
    expect(decode('{"Name":7}')).toThrow('Name must be a text');
    expect(decode('{')).toThrow('not JSON');
  });
});
