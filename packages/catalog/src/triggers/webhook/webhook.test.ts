import { describe, expect, it } from 'vitest';
import { manual } from '../manual/matcher.ts';
import { webhook } from './matcher.ts';

const event = (payload: Record<string, unknown>, source = 'ci', kind = 'webhook') => ({
  id: 'e',
  kind,
  source,
  payload,
  headers: {},
  receivedAt: 1,
});
const trigger = (payloadConstraints: Record<string, string> | null = null, more = {}) => ({
  type: 'webhook',
  enabled: true,
  source: 'ci',
  payloadConstraints,
  ...more,
});
const BODY = { env: 'nonprod', git: { ref: 'refs/tags/v1' }, 'a.b': 'flat', count: 12, none: null };

describe('webhook trigger', () => {
  it.each([
    [{ env: 'prod' }, true],
    [{ env: '^prod$' }, false],
    [{ '$.git.ref': 'v\\d' }, true],
    [{ 'git.ref': '^refs/tags/' }, true],
    [{ 'a.b': 'flat' }, true],
    [{ count: '^12$' }, true],
    [{ absent: '.*' }, false],
    [{ none: '.*' }, false],
    [{ env: 'prod', '$.git.ref': 'heads' }, false],
    [{ env: '(' }, false],
    [{}, true],
    [null, true],
  ])('constraints %o: %s', (constraints, matched) => {
    expect(webhook.match(event(BODY), trigger(constraints as Record<string, string> | null)).matched).toBe(matched);
  });

  it('keeps every constraint with what was expected and what came, also after the first that fails', () => {
    const verdict = webhook.match(event(BODY), trigger({ env: '^prod$', absent: 'x', '$.git.ref': 'v1' }));
    expect(verdict.trace.slice(3)).toEqual([
      { rule: 'payload env', expected: 'contains a match of ^prod$', actual: 'nonprod', ok: false },
      { rule: 'payload absent', expected: 'contains a match of x', actual: '(missing)', ok: false },
      { rule: 'payload $.git.ref', expected: 'contains a match of v1', actual: 'refs/tags/v1', ok: true },
    ]);
    expect(verdict).toMatchObject({
      matched: false,
      reason: 'payload env: expected contains a match of ^prod$, got nonprod',
    });
  });

  it('matches neither another source nor other letter case nor when disabled', () => {
    expect(webhook.match(event({}, 'cd'), trigger())).toMatchObject({
      matched: false,
      reason: 'source: expected ci, got cd',
    });
    expect(webhook.match(event({}, 'CI'), trigger()).matched).toBe(false);
    expect(webhook.match(event({}), trigger(null, { enabled: false }))).toMatchObject({
      matched: false,
      reason: 'enabled: expected true, got false',
    });
    expect(webhook.match(event({}, 'ci', 'git'), trigger()).matched).toBe(false);
  });

  it('passes parameters, artifacts and the whole payload on', () => {
    const payload = { parameters: { version: '1.2' }, artifacts: [{ type: 'x' }], other: 1 };
    expect(webhook.match(event(payload), trigger())).toMatchObject({
      matched: true,
      parameters: { version: '1.2' },
      artifacts: [{ type: 'x' }],
      trigger: { type: 'webhook', source: 'ci', payload },
    });
  });

  it('does not pass the secret of the trigger on', () => {
    const verdict = webhook.match(event({}), trigger(null, { secret: 'hush' }));
    expect(JSON.stringify(verdict)).not.toContain('hush');
  });
});

it('a start by hand always matches', () => {
  expect(manual.match(event({ parameters: { a: 1 } }, '', 'manual'), { type: 'manual' })).toMatchObject({
    matched: true,
    parameters: { a: 1 },
  });
});
