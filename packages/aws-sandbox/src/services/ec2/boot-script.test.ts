import { GetObjectCommand, PutObjectCommand, S3 } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { type Clients, clientsOf } from '../../testing/clients.ts';
import { clientOf } from '../../testing/service-clients.ts';

const base = { ImageId: 'ami-0de0a00000000000d', InstanceType: 't3.small', MinCount: 1, MaxCount: 1 } as const;
const script = (...lines: string[]) => Buffer.from(['#!/bin/bash', ...lines, ''].join('\n')).toString('base64');

describe('user data that ends in a shutdown', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 2 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const run = async (UserData: string, extra: object = {}) =>
    (await aws.ec2.runInstances({ ...base, UserData, ...extra })).Instances?.[0]?.InstanceId ?? '';
  const read = async (id: string) =>
    (await aws.ec2.describeInstances({ InstanceIds: [id] })).Reservations?.[0]?.Instances?.[0];
  const consoleOf = async (id: string) =>
    Buffer.from((await aws.ec2.getConsoleOutput({ InstanceId: id })).Output ?? '', 'base64').toString('utf8');

  it('runs for a while, prints what it echoes, and stops its instance', async () => {
    const id = await run(script('echo "marker rc=$rc"', 'shutdown -h now'));
    sandbox.clock.advance(20_000);
    expect((await read(id))?.State?.Name).toBe('running');
    expect(await consoleOf(id)).not.toContain('marker');
    sandbox.clock.advance(20_000);
    expect(await read(id)).toMatchObject({
      State: { Name: 'stopped' },
      StateReason: { Code: 'Client.InstanceInitiatedShutdown' },
    });
    expect(await consoleOf(id)).toContain('marker rc=0\n');
  });

  it('takes result, duration and words from a directive', async () => {
    const id = await run(
      script('#sandbox: rc=3 seconds=90 No match for argument: nosuch', 'echo "marker rc=$rc"', 'shutdown -h now'),
    );
    sandbox.clock.advance(80_000);
    expect((await read(id))?.State?.Name).toBe('running');
    sandbox.clock.advance(20_000);
    expect((await read(id))?.State?.Name).toBe('stopped');
    expect(await consoleOf(id)).toContain('No match for argument: nosuch\nmarker rc=3\n');
  });

  it('terminates it when that is how the instance shuts down', async () => {
    const id = await run(script('shutdown -h now'), { InstanceInitiatedShutdownBehavior: 'terminate' });
    sandbox.clock.advance(40_000);
    expect((await read(id))?.State?.Name).toBe('terminated');
  });

  it('of another kind leaves the instance running', async () => {
    const id = await run(script('systemctl start web', 'echo "shutdown"'));
    sandbox.clock.advance(600_000);
    expect((await read(id))?.State?.Name).toBe('running');
  });

  it('gives a stopped instance from which a good image is made', async () => {
    const id = await run(script('shutdown -h now'));
    sandbox.clock.advance(40_000);
    const { ImageId } = await aws.ec2.createImage({
      InstanceId: id,
      Name: 'web-1.0',
      TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'version', Value: '1.0' }] }],
    });
    sandbox.clock.advance(10_000);
    const { Images } = await aws.ec2.describeImages({ ImageIds: [ImageId ?? ''] });
    expect(Images?.[0]).toMatchObject({ State: 'available', Tags: [{ Key: 'version', Value: '1.0' }] });
  });

  describe('with presigned addresses', () => {
    let s3: S3;

    beforeEach(async () => {
      s3 = clientOf(sandbox, S3);
      await s3.createBucket({ Bucket: 'bakes' });
    });
    afterEach(() => s3.destroy());

    const at = () => ({ expiresIn: 900, signingDate: new Date(sandbox.clock.now()) });
    const put = () => getSignedUrl(s3, new PutObjectCommand({ Bucket: 'bakes', Key: 'a b/result.json' }), at());
    const result = async () =>
      JSON.parse(
        (await (await s3.getObject({ Bucket: 'bakes', Key: 'a b/result.json' })).Body?.transformToString()) ?? '',
      );

    it('puts its result there before it stops', async () => {
      const id = await run(
        script('#sandbox: rc=3 seconds=60 disk full', `curl -sS -T /tmp/r '${await put()}'`, 'shutdown -h now'),
      );
      sandbox.clock.advance(59_000);
      await expect(result()).rejects.toMatchObject({ name: 'NoSuchKey' });
      sandbox.clock.advance(10_000);
      expect(await result()).toEqual({ rc: 3, log: 'disk full' });
      expect((await read(id))?.State?.Name).toBe('stopped');
    });

    it('leaves nothing when the address is no longer good, and says so on the console', async () => {
      const id = await run(
        script('#sandbox: rc=0 seconds=1200', `curl -sS -T /tmp/r '${await put()}'`, 'shutdown -h now'),
      );
      sandbox.clock.advance(1_300_000);
      await expect(result()).rejects.toMatchObject({ name: 'NoSuchKey' });
      expect(await consoleOf(id)).toContain('The requested URL returned error: 403');
      expect((await read(id))?.State?.Name).toBe('stopped');
    });

    it('runs a script too long for user data from where it lies', async () => {
      await s3.putObject({ Bucket: 'bakes', Key: 'script', Body: '#sandbox: rc=0 seconds=5\necho "long one"\n' });
      const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'bakes', Key: 'script' }), at());
      await run(script(`curl -fsS '${get}' | bash`, `curl -sS -T /tmp/r '${await put()}'`, 'shutdown -h now'));
      sandbox.clock.advance(10_000);
      expect(await result()).toEqual({ rc: 0, log: 'long one' });
    });
  });
});
