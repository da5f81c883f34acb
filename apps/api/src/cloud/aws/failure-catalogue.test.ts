import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FaultRule } from '@gennaker/aws-sandbox';
import { type Failure, FailureError } from '@gennaker/pipeline-dsl';
import { afterEach, describe, expect, it } from 'vitest';
import { MEANINGS, meaningOf } from './errors.ts';
import { BAD_IMAGE, type SandboxWorld, startWorld } from './testing/sandbox-world.ts';
import { op, port, REF, spec } from './testing/shop.ts';

type Kind = FaultRule['effect']['kind'];

/** What a fault of the local AWS comes to here. */
type Outcome =
  /** A call fails with this code. */
  | { readonly call: string; readonly effect: FaultRule['effect'] }
  /** The wait for a new server group ends with this code. */
  | { readonly wait: string; readonly effect: FaultRule['effect'] }
  /** Nobody sees a failure, because … */
  | { readonly none: string };

const OUTCOMES: Readonly<Record<Kind, Outcome>> = {
  error: { call: 'aws.denied', effect: { kind: 'error', code: 'AccessDenied', status: 403, message: 'not you' } },
  throttle: { call: 'aws.throttled', effect: { kind: 'throttle' } },
  bucket: { call: 'aws.throttled', effect: { kind: 'bucket', size: 0.1, refill: 0 } },
  dropBefore: { call: 'aws.no-answer', effect: { kind: 'dropBefore' } },
  dropAfter: { call: 'aws.no-answer', effect: { kind: 'dropAfter' } },
  truncate: { call: 'aws.no-answer', effect: { kind: 'truncate' } },
  html: { call: 'aws.try-again', effect: { kind: 'html' } },
  blackhole: { none: 'the client gives up with TimeoutError after 30 s of real time; that code is in the table' },
  delay: { none: 'an answer that comes late is an answer' },
  skew: { none: 'the difference is taken into account by the second try' },
  expire: { none: 'a session that ended is renewed' },
  kill: { none: 'the caller is dead' },
  external: { none: 'what another actor does is not a fault of a call' },
  lag: { none: 'what is not seen yet is looked for again' },
  stale: { none: 'what is not seen yet is looked for again' },
  boot: { none: 'an instance that boots slowly is waited for, and the wait names it' },
  image: { none: 'images are made by bakes, whose tests have it' },
  capacity: { wait: 'aws.no-capacity', effect: { kind: 'capacity', free: 0 } },
  quota: { wait: 'aws.quota', effect: { kind: 'quota', vcpu: 0 } },
  kms: { wait: 'aws.launch-refused', effect: { kind: 'kms' } },
  unhealthy: { wait: 'aws.targets-failing', effect: { kind: 'unhealthy' } },
  die: { wait: 'aws.instances-die', effect: { kind: 'die', after: 1 } },
};

const calls = Object.values(OUTCOMES).flatMap((each) => ('call' in each ? [each] : []));
const waits = Object.values(OUTCOMES).flatMap((each) => ('wait' in each ? [each] : []));

let one: SandboxWorld;
const stop = () => one.stop();

const failureIn = async (act: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await act.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FailureError) return error.failure;
  throw new Error(`no failure but ${String(error)}`);
};

/** Where, which thing, and what to try: never less. */
function expectSentence(failure: Failure): void {
  expect(failure.message).toContain('server group shop-web-v000');
  expect(failure.message).toContain('demo us-east-1');
  expect(failure.advice).toBeTruthy();
  expect(failure.details).toMatchObject({ resource: 'server group shop-web-v000' });
  expect(failure.code).not.toBe('aws.unclassified');
}

describe('a call that meets a fault', () => {
  afterEach(stop);

  it.each(calls)('$effect.kind fails with $call', async ({ call, effect }) => {
    one = await startWorld();
    one.fault({ match: { action: 'DescribeAutoScalingGroups' }, effect });
    const failure = await failureIn(port(one).read(REF));
    expect(failure.code).toBe(call);
    expectSentence(failure);
    const answered = !['dropBefore', 'dropAfter', 'truncate', 'html'].includes(effect.kind);
    if (!answered) return;
    const { requestId, providerCode } = failure.details ?? {};
    expect(failure.message).toContain(`(${String(providerCode)}: `);
    expect(failure.message).toContain(`; request ${String(requestId)})`);
  });
});

describe('a wait that meets a fault', () => {
  afterEach(stop);

  it.each(waits)('$effect.kind ends with $wait within three minutes of the first sign', async ({ wait, effect }) => {
    one = await startWorld();
    one.fault({ match: { resource: REF.name }, effect });
    await port(one).create(spec({ healthCheckGracePeriodSeconds: 30 }), op('create'));
    const since = one.clock.now();
    let failure: Failure | null = null;
    while (!failure && one.clock.now() - since < 240_000) {
      await one.pass(10_000);
      const group = await port(one).watch(REF);
      failure = group && (await port(one).hopeless(group, since));
    }
    expect(failure?.code).toBe(wait);
    expect(failure?.message.toLowerCase()).toContain('server group shop-web-v000');
    expect(failure?.message).toContain('demo us-east-1');
    expect(failure?.advice).toBeTruthy();
    expect(failure?.details?.['requestId']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('a version that never passes its health check names target group and reason', async () => {
    one = await startWorld();
    await port(one).create(spec({ imageId: BAD_IMAGE }), op('create'));
    await one.pass(120_000);
    const group = await port(one).watch(REF);
    const failure = group && (await port(one).hopeless(group, one.clock.now() - 120_000));
    expect(failure?.message).toMatch(/demo-web-tg/);
  });
});

/** Every code that a service of the local AWS refuses with, read off its sources. */
function refusals(): readonly string[] {
  const folder = fileURLToPath(new URL('../../../../../packages/aws-sandbox/src', import.meta.url));
  const sources = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8'));
  const codes = sources.flatMap((text) =>
    [...text.matchAll(/(?:refuse|new ServiceError)\(\s*'([A-Za-z.]+)'/g)].map(([, code = '']) => code),
  );
  return [...new Set(codes)].sort();
}

/** Not refusals: faults of the connection, an object that has not changed, and a dry run that would have gone well. */
const NOT_REFUSALS = ['dropBefore', 'blackhole', 'html', 'NotModified', 'DryRunOperation'];

describe('refusals of the local AWS', () => {
  const codes = refusals().filter((code) => !NOT_REFUSALS.includes(code));

  it('are many', () => {
    expect(codes.length).toBeGreaterThan(100);
  });

  it('all have a sentence of their own, and so has a request that is never answered', () => {
    expect(meaningOf(Object.assign(new Error('timed out'), { name: 'TimeoutError' }))).toBe('aws.no-answer');
    const generic = codes.filter(
      (name) =>
        meaningOf({ name, Code: name, message: 'x', $metadata: { httpStatusCode: 400 } }) === 'aws.unclassified',
    );
    expect(generic).toEqual([]);
    const sentences = Object.values(MEANINGS).map(({ what, advice }) => `${what} ${advice}`);
    expect(new Set(sentences).size).toBe(sentences.length);
  });
});
