import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { StackSpec } from '@gennaker/catalog/kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';
import { op } from '../testing/shop.ts';

const REF = { account: 'demo', region: 'us-east-1', name: 'shop-data' };
const text = (...names: string[]) =>
  JSON.stringify({ Resources: Object.fromEntries(names.map((name) => [name, { Type: 'Custom::Data' }])) });
const spec = (template: string, more: Partial<StackSpec> = {}): StackSpec => ({
  ...REF,
  ...{ template: { kind: 'text', text: template }, parameters: {}, tags: {}, capabilities: [] },
  ...more,
});

let one: SandboxWorld;
beforeAll(async () => {
  one = await startWorld();
});
beforeEach(() => one.sandbox.reset());
afterAll(() => one.stop());

const port = () => one.cloud.stacks;
async function ended(key: string) {
  for (let round = 0; round < 60; round++) {
    const now = await port().progress(REF, op(key));
    if (now && now.state !== 'going') return now;
    await one.pass(10_000);
  }
  throw new Error(`${key} never ended`);
}

describe('a change of a stack, given up at the call that begins it and tried again', () => {
  it.each(['before', 'after'] as const)('is begun once when it dies right %s the call', async (side) => {
    const struck = async (work: (abort?: AbortSignal) => Promise<unknown>) => {
      const killed = new AbortController();
      one.tripwire.arm(1, side, () => killed.abort(new Error('killed')));
      await expect(work(killed.signal)).rejects.toThrow('killed');
      return work();
    };
    expect(await struck((abort) => port().deploy(spec(text('A')), op('make', abort)))).toBe('begun');
    expect((await ended('make')).status).toBe('CREATE_COMPLETE');
    expect(await struck((abort) => port().deploy(spec(text('A', 'B')), op('update', abort)))).toBe('begun');
    expect((await ended('update')).status).toBe('UPDATE_COMPLETE');
    const wish = { ...spec(text('A', 'B', 'C')), changeSet: 'next' };
    expect(await struck((abort) => port().createChangeSet(wish, op('plan', abort)))).toBe('begun');
    await one.pass(10_000);
    const set = { ...REF, changeSet: 'next' };
    expect(await struck((abort) => port().executeChangeSet(set, op('go', abort)))).toBe('begun');
    expect(await ended('go')).toMatchObject({ state: 'done', status: 'UPDATE_COMPLETE' });
    const remove = (abort?: AbortSignal) => port().remove(REF, op('remove', abort));
    let state = await struck(remove);
    for (let round = 0; round < 60 && state === 'going'; round++) {
      await one.pass(10_000);
      state = await remove();
    }
    expect([state, await port().read(REF)]).toEqual(['gone', null]);
  });
});

describe('the template of a stack', () => {
  it('is read from S3 with the rights of the account', async () => {
    const credentials = { accessKeyId: 'SANDBOXKEY', secretAccessKey: 'sandbox-secret' };
    const s3 = new S3Client({ endpoint: one.sandbox.url, region: 'us-east-1', credentials, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'templates' }));
    await s3.send(new PutObjectCommand({ Bucket: 'templates', Key: 'shop/data.json', Body: text('A') }));
    s3.destroy();
    const from = (location: string) => spec('', { template: { kind: 's3', location } });
    expect(await port().deploy(from('s3://templates/shop/data.json'), op('make'))).toBe('begun');
    expect((await ended('make')).state).toBe('done');
    const codeOf = (location: string) =>
      port()
        .deploy(from(location), op('other'))
        .catch((error) => error.failure.code);
    expect(await codeOf('templates/shop/data.json')).toBe('aws.wrong-input');
    expect(await codeOf('s3://templates/none.json')).toBe('aws.gone');
  });

  it('is refused when it is empty or too long for a call', async () => {
    for (const wrong of [' ', JSON.stringify({ Resources: {}, Metadata: 'x'.repeat(60_000) })])
      await expect(port().deploy(spec(wrong), op('make'))).rejects.toMatchObject({
        failure: { code: 'aws.wrong-input', message: expect.stringContaining('template of stack shop-data') },
      });
  });
});

it('what AWS refuses is told in its words', async () => {
  const wrong = spec(text('A'), { name: 'shop data' });
  await expect(port().deploy(wrong, op('wrong'))).rejects.toMatchObject({
    failure: { code: 'aws.wrong-input', retry: false, message: expect.stringContaining('stack shop data') },
  });
});
