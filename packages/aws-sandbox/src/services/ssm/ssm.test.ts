import { S3 } from '@aws-sdk/client-s3';
import { SSM } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf } from '../../testing/clients.ts';
import { clientOf } from '../../testing/service-clients.ts';

const al2023 = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

describe('Systems Manager', () => {
  let sandbox: Sandbox;
  let aws: Clients;
  let ssm: SSM;

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 5 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
    ssm = clientOf(sandbox, SSM);
  });
  afterAll(async () => {
    aws.destroy();
    ssm.destroy();
    await sandbox.stop();
  });

  it('knows the public aliases of images', async () => {
    const { Parameter } = await ssm.getParameter({ Name: al2023 });
    expect(Parameter).toMatchObject({ Value: 'ami-0de0a00000000000d', DataType: 'aws:ec2:image', Version: 1 });
    expect(Parameter?.ARN).toBe(`arn:aws:ssm:us-east-1::parameter${al2023}`);
    const { Parameters } = await ssm.getParametersByPath({ Path: '/aws/service/ami-amazon-linux-latest' });
    expect(Parameters?.length).toBe(2);
    await expect(ssm.putParameter({ Name: '/aws/service/x', Value: 'y', Type: 'String' })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('keeps parameters and their versions', async () => {
    await expect(ssm.putParameter({ Name: '/app/size', Value: '3' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await ssm.putParameter({ Name: '/app/size', Value: '3', Type: 'String' });
    await expect(ssm.putParameter({ Name: '/app/size', Value: '4', Type: 'String' })).rejects.toMatchObject({
      name: 'ParameterAlreadyExists',
    });
    expect(await ssm.putParameter({ Name: '/app/size', Value: '4', Overwrite: true })).toMatchObject({ Version: 2 });
    await ssm.putParameter({ Name: 'secret', Value: 'word', Type: 'SecureString' });
    const { Parameters, InvalidParameters } = await ssm.getParameters({
      Names: ['/app/size', '/app/size:1', 'secret', 'absent'],
    });
    expect(Parameters?.map((each) => each.Value)).toEqual(['4', '3', expect.not.stringMatching(/^word$/)]);
    expect(InvalidParameters).toEqual(['absent']);
    const open = await ssm.getParameter({ Name: 'secret', WithDecryption: true });
    expect(open.Parameter?.Value).toBe('word');
    await ssm.deleteParameter({ Name: 'secret' });
    await expect(ssm.getParameter({ Name: 'secret' })).rejects.toMatchObject({ name: 'ParameterNotFound' });
  });

  describe('commands', () => {
    let managed: string;
    let plain: string;
    const launch = async (extra: object) => {
      const base = { ImageId: 'ami-0de0a00000000000d', InstanceType: 't3.small', MinCount: 1, MaxCount: 1 } as const;
      return (await aws.ec2.runInstances({ ...base, ...extra })).Instances?.[0]?.InstanceId ?? '';
    };
    const send = async (commands: string[], extra: object = {}) =>
      (
        await ssm.sendCommand({
          DocumentName: 'AWS-RunShellScript',
          InstanceIds: [managed],
          Parameters: { commands },
          ...extra,
        })
      ).Command?.CommandId ?? '';
    const invocation = (CommandId: string) => ssm.getCommandInvocation({ CommandId, InstanceId: managed });

    beforeAll(async () => {
      managed = await launch({ IamInstanceProfile: { Name: 'demo-web' } });
      plain = await launch({});
    });

    it('reach instances with a profile once their agent answers', async () => {
      const online = async () =>
        (await ssm.describeInstanceInformation({ Filters: [{ Key: 'InstanceIds', Values: [managed, plain] }] }))
          .InstanceInformationList;
      expect(await online()).toEqual([]);
      await expect(send(['true'])).rejects.toMatchObject({ name: 'InvalidInstanceId' });
      sandbox.clock.advance(6000);
      expect((await online())?.map((each) => [each.InstanceId, each.PingStatus])).toEqual([[managed, 'Online']]);
    });

    it('go from pending over in progress to success, unknown for the first two seconds', async () => {
      const id = await send(['#sandbox: seconds=10', 'echo "rc=$rc"']);
      await expect(invocation(id)).rejects.toMatchObject({ name: 'InvocationDoesNotExist' });
      sandbox.clock.advance(2000);
      expect(await invocation(id)).toMatchObject({ Status: 'InProgress', ResponseCode: -1 });
      sandbox.clock.advance(9000);
      expect(await invocation(id)).toMatchObject({
        Status: 'Success',
        ResponseCode: 0,
        StandardOutputContent: 'rc=0\n',
        ExecutionElapsedTime: 'PT10S',
      });
      expect((await ssm.listCommands({ CommandId: id })).Commands?.[0]).toMatchObject({
        Status: 'Success',
        CompletedCount: 1,
      });
    });

    it('fail with their result, time out, and put their output into a bucket', async () => {
      const s3 = clientOf(sandbox, S3);
      const failing = await send(['#sandbox: rc=2 seconds=1 no disk'], {
        OutputS3BucketName: 'demo-artifacts',
        OutputS3KeyPrefix: 'out',
      });
      const slow = await send(['#sandbox: seconds=100'], {
        Parameters: { commands: ['#sandbox: seconds=100'], executionTimeout: ['60'] },
      });
      sandbox.clock.advance(70_000);
      expect(await invocation(failing)).toMatchObject({ Status: 'Failed', ResponseCode: 2 });
      expect(await invocation(slow)).toMatchObject({ Status: 'TimedOut', StatusDetails: 'Execution Timed Out' });
      const { Contents } = await s3.listObjectsV2({ Bucket: 'demo-artifacts', Prefix: `out/${failing}/${managed}/` });
      const got = await s3.getObject({ Bucket: 'demo-artifacts', Key: Contents?.[0]?.Key });
      expect(await got.Body?.transformToString()).toBe('no disk\n');
      s3.destroy();
    });

    it('never end on an instance that was terminated under them, and know one document', async () => {
      const id = await send(['#sandbox: seconds=60']);
      sandbox.clock.advance(5000);
      await aws.ec2.terminateInstances({ InstanceIds: [managed] });
      sandbox.clock.advance(600_000);
      expect(await invocation(id)).toMatchObject({ Status: 'InProgress' });
      await expect(send(['true'], { DocumentName: 'AWS-Nothing' })).rejects.toMatchObject({ name: 'InvalidDocument' });
    });
  });
});
