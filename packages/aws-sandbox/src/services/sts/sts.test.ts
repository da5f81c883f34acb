import { EC2 } from '@aws-sdk/client-ec2';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { clientOf, type TestCredentials } from '../../testing/service-clients.ts';

const hub = '111111111111';
const spoke = '222222222222';
const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;

const scenario = {
  name: 'two accounts',
  accounts: [
    {
      id: hub,
      keys: [{ accessKeyId: 'SANDBOXKEY', secretAccessKey: 'sandbox-secret', user: 'deployer' }],
      roles: [{ arn: role(hub, 'hub'), trust: [hub], maxSessionSeconds: 7200 }],
    },
    {
      id: spoke,
      roles: [
        {
          arn: role(spoke, 'cd/deploy'),
          trust: [hub],
          externalId: 'shared-word',
          allow: ['ec2:Describe*', 's3:GetObject', 'iam:*'],
          maxSessionSeconds: 43_200,
        },
        { arn: role(spoke, 'chained'), trust: [`arn:aws:sts::${hub}:assumed-role/hub/*`], maxSessionSeconds: 43_200 },
        { arn: role(spoke, 'closed'), trust: [spoke] },
      ],
      regions: [{ name: 'eu-west-1', instanceProfiles: ['web'], vpcs: [{ id: 'vpc-spoke', subnets: [] }] }],
    },
  ],
};

describe('sessions of roles', () => {
  let sandbox: Sandbox;
  const clients: Array<{ destroy(): void }> = [];
  const sts = (credentials?: TestCredentials) => keep(clientOf(sandbox, STS, { credentials }));

  function keep<C extends { destroy(): void }>(client: C): C {
    clients.push(client);
    return client;
  }

  async function assume(RoleArn: string, extra: object = {}, from?: TestCredentials): Promise<TestCredentials> {
    const { Credentials } = await sts(from).assumeRole({ RoleArn, RoleSessionName: 'test', ...extra });
    return Credentials ?? {};
  }

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 8, scenario });
    sandbox.clock.freeze();
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await sandbox.stop();
  });

  it('reach another account with the right external id, in every region', async () => {
    for (const ExternalId of [undefined, 'guess'])
      await expect(assume(role(spoke, 'cd/deploy'), { ExternalId })).rejects.toMatchObject({ name: 'AccessDenied' });
    const credentials = await assume(role(spoke, 'cd/deploy'), { ExternalId: 'shared-word' });
    expect(credentials.AccessKeyId).toMatch(/^ASIA/);
    const who = await sts(credentials).getCallerIdentity({});
    expect([who.Account, who.Arn]).toEqual([spoke, `arn:aws:sts::${spoke}:assumed-role/deploy/test`]);
    const vpcs = async (region: string) =>
      (await keep(clientOf(sandbox, EC2, { region, credentials })).describeVpcs({})).Vpcs?.map((vpc) => vpc.VpcId);
    expect(await vpcs('eu-west-1')).toEqual(['vpc-spoke']);
    expect(await vpcs('us-east-1')).toEqual([]);
  });

  it('are refused without trust, and for roles that do not exist', async () => {
    for (const name of ['closed', 'absent'])
      await expect(assume(role(spoke, name))).rejects.toMatchObject({
        name: 'AccessDenied',
        $metadata: { httpStatusCode: 403 },
      });
  });

  it('may do what their role allows, and are told in the words of each service what they may not', async () => {
    const credentials = await assume(role(spoke, 'cd/deploy'), { ExternalId: 'shared-word' });
    const at = { credentials, region: 'eu-west-1' };
    await expect(
      keep(clientOf(sandbox, EC2, at)).createTags({ Resources: ['vpc-spoke'], Tags: [] }),
    ).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
    });
    await expect(keep(clientOf(sandbox, SSM, at)).getParameter({ Name: 'x' })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    const s3 = keep(clientOf(sandbox, S3, at));
    await expect(s3.putObject({ Bucket: 'b', Key: 'k' })).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(s3.getObject({ Bucket: 'b', Key: 'k' })).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it('last as long as their role allows, an hour when chained, and then end', async () => {
    const limit = { name: 'ValidationError' };
    await expect(assume(role(hub, 'hub'), { DurationSeconds: 7201 })).rejects.toMatchObject(limit);
    await expect(assume(role(hub, 'hub'), { DurationSeconds: 899 })).rejects.toMatchObject(limit);
    const first = await assume(role(hub, 'hub'), { DurationSeconds: 7200 });
    await expect(assume(role(spoke, 'chained'))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume(role(spoke, 'chained'), { DurationSeconds: 3601 }, first)).rejects.toMatchObject({
      message: expect.stringContaining('role chaining'),
    });
    const second = await assume(role(spoke, 'chained'), { DurationSeconds: 3600 }, first);
    sandbox.clock.advance(3_599_000);
    expect((await sts(second).getCallerIdentity({})).Account).toBe(spoke);
    sandbox.clock.advance(1000);
    await expect(sts(second).getCallerIdentity({})).rejects.toMatchObject({ name: 'ExpiredToken' });
    expect((await sts(first).getCallerIdentity({})).Account).toBe(hub);
  });

  it('read of profiles, roles and users what the scenario says', async () => {
    const credentials = await assume(role(spoke, 'cd/deploy'), { ExternalId: 'shared-word' });
    const iam = keep(clientOf(sandbox, IAM, { credentials }));
    const { InstanceProfile } = await iam.getInstanceProfile({ InstanceProfileName: 'web' });
    expect(InstanceProfile).toMatchObject({
      Arn: `arn:aws:iam::${spoke}:instance-profile/web`,
      Roles: [{ RoleName: 'web' }],
    });
    expect((await iam.listInstanceProfiles({})).InstanceProfiles?.map((each) => each.InstanceProfileName)).toEqual([
      'web',
    ]);
    await expect(iam.getInstanceProfile({ InstanceProfileName: 'absent' })).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
    const { Role } = await iam.getRole({ RoleName: 'deploy' });
    expect([Role?.Path, Role?.MaxSessionDuration]).toEqual(['/cd/', 43_200]);
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toContain('"sts:ExternalId":"shared-word"');
    expect((await iam.listRoles({ PathPrefix: '/cd/' })).Roles?.map((each) => each.RoleName)).toEqual(['deploy']);
    await expect(iam.getUser({})).rejects.toMatchObject({ name: 'ValidationError' });
    const { User } = await keep(clientOf(sandbox, IAM)).getUser({});
    expect(User?.Arn).toBe(`arn:aws:iam::${hub}:user/deployer`);
  });
});
