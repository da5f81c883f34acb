import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { clientsOf } from '../testing/clients.ts';
import { authenticate } from './authenticate.ts';
import { readCredential, type SignedRequest, signatureMatches } from './signature.ts';

describe('signatures', () => {
  let sandbox: Sandbox;
  let captured: SignedRequest;

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 3 });
    const aws = clientsOf(sandbox);
    aws.sts.middlewareStack.add(
      (next) => async (args) => {
        const request = args.request as { method: string; path: string; headers: Record<string, string>; body: string };
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
        );
        captured = { method: request.method, path: request.path, query: '', headers, body: Buffer.from(request.body) };
        return next(args);
      },
      { step: 'deserialize', priority: 'low' },
    );
    await aws.sts.getCallerIdentity({});
    aws.destroy();
  });
  afterAll(() => sandbox.stop());

  it('of a real client match, and stop matching when one byte of anything signed changes', () => {
    const credential = readCredential(captured)!;
    expect(signatureMatches(captured, credential, 'sandbox-secret')).toBe(true);
    expect(signatureMatches(captured, credential, 'sandbox-secreT')).toBe(false);
    expect(signatureMatches({ ...captured, path: '/x' }, credential, 'sandbox-secret')).toBe(false);
    const moved = { ...captured, headers: { ...captured.headers, 'x-amz-date': '20200101T000000Z' } };
    expect(signatureMatches(moved, readCredential(moved)!, 'sandbox-secret')).toBe(false);
  });

  it('refuse a body other than the one that was signed', async () => {
    const body = Buffer.from(captured.body).toString().replace('GetCallerIdentity', 'GetCallerIdentitY');
    const answer = await fetch(sandbox.url, { method: 'POST', body, headers: withoutHost(captured.headers) });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
  });

  it('refuse a wrong secret, an unknown key and a request without any', async () => {
    const wrong = clientsOf(sandbox, { secretAccessKey: 'guess' });
    await expect(wrong.sts.getCallerIdentity({})).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403 },
    });
    wrong.destroy();
    const unknown = {
      ...captured,
      headers: {
        ...captured.headers,
        authorization: captured.headers['authorization']!.replace('SANDBOXKEY', 'NOSUCHKEY'),
      },
    };
    const answer = await fetch(sandbox.url, {
      method: 'POST',
      body: Buffer.from(captured.body),
      headers: withoutHost(unknown.headers),
    });
    expect(await answer.text()).toContain('<Code>InvalidClientTokenId</Code>');
    const bare = await fetch(sandbox.url, { method: 'POST', body: 'Action=GetCallerIdentity&Version=2011-06-15' });
    expect(bare.status).toBe(403);
    expect(await bare.text()).toContain('MissingAuthenticationToken');
  });

  it('tell a client with a wrong clock the time, and the client then succeeds', async () => {
    const aws = clientsOf(sandbox, { maxAttempts: 3 });
    sandbox.faults.add({ effect: { kind: 'skew', seconds: 1200 } });
    await expect(aws.autoScaling.describeAutoScalingGroups({})).resolves.toBeDefined();
    const outcomes = sandbox.calls().filter((call) => call.action === 'DescribeAutoScalingGroups');
    expect(outcomes.map((call) => call.outcome)).toEqual(['RequestTimeTooSkewed', 'ok']);
    sandbox.faults.clear();
    aws.destroy();
  });

  it('are still taken after the virtual clock was moved', async () => {
    const aws = clientsOf(sandbox);
    sandbox.clock.advance(3_600_000);
    await expect(aws.ec2.describeVpcs({})).resolves.toBeDefined();
    await expect(aws.ec2.describeVpcs({})).resolves.toBeDefined();
    aws.destroy();
  });

  it('of sessions end with the session', async () => {
    const aws = clientsOf(sandbox);
    const RoleArn = 'arn:aws:iam::123456789012:role/gennaker-deploy';
    const { Credentials } = await aws.sts.assumeRole({ RoleArn, RoleSessionName: 'test', DurationSeconds: 900 });
    aws.destroy();
    const session = clientsOf(sandbox, { credentials: Credentials });
    const who = await session.sts.getCallerIdentity({});
    expect(who.Arn).toBe('arn:aws:sts::123456789012:assumed-role/gennaker-deploy/test');
    sandbox.do({ expireSessions: true });
    await expect(session.sts.getCallerIdentity({})).rejects.toMatchObject({ name: 'ExpiredToken' });
    await expect(session.ec2.describeVpcs({})).rejects.toMatchObject({ name: 'RequestExpired' });
    session.destroy();
  });

  it('are needed before anything is looked at: authenticate throws for an unknown key', () => {
    expect(() => authenticate(worldWithoutAccounts, captured, readCredential(captured)!, [0])).toThrow(
      'security token',
    );
  });
});

const worldWithoutAccounts = { state: { sessions: {}, accounts: {} } } as unknown as Parameters<typeof authenticate>[0];

function withoutHost(headers: Record<string, string>): Record<string, string> {
  const { host: _host, 'content-length': _length, ...rest } = headers;
  return rest;
}
