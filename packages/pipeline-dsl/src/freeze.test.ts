import { describe, expect, it } from 'vitest';
import { describeFreeze, type Freeze, type FreezeSubject, freezeOn, freezeState, freezeWait } from './freeze.ts';

const UNTIL = Date.UTC(2026, 11, 24, 18);
const freeze = (more: Partial<Freeze> = {}): Freeze => ({
  id: 'f1',
  scope: 'global',
  target: null,
  reason: 'holidays',
  from: 0,
  until: UNTIL,
  exempt: { users: [], applications: [], pipelines: [] },
  createdAt: 0,
  createdBy: 'ann',
  endedAt: null,
  endedBy: null,
  ...more,
});
const subject: FreezeSubject = { application: 'shop', pipelineConfigId: 'p1', user: 'bob', accounts: ['prod'] };
const isHeld = (each: Freeze, more: Partial<FreezeSubject> = {}, now = 1) =>
  freezeOn([each], { ...subject, ...more }, now) !== null;

describe('a freeze', () => {
  it('holds what its scope names', () => {
    expect(isHeld(freeze())).toBe(true);
    for (const [scope, target, other] of [
      ['account', 'prod', 'test'],
      ['application', 'Shop', 'shopper'],
      ['pipeline', 'p1', 'p2'],
    ] as const) {
      expect(isHeld(freeze({ scope, target }))).toBe(true);
      expect(isHeld(freeze({ scope, target: other }))).toBe(false);
    }
    expect(isHeld(freeze({ scope: 'pipeline', target: 'p1' }), { pipelineConfigId: null })).toBe(false);
    expect(isHeld(freeze({ scope: 'account', target: 'prod' }), { accounts: [] })).toBe(false);
  });

  it('ends at its time, or when somebody ends it', () => {
    expect(isHeld(freeze(), {}, UNTIL - 1)).toBe(true);
    expect(isHeld(freeze(), {}, UNTIL)).toBe(false);
    expect(isHeld(freeze({ until: null }), {}, UNTIL * 2)).toBe(true);
    expect(isHeld(freeze({ endedAt: 1 }))).toBe(false);
  });

  it('that begins later holds nothing before', () => {
    const later = freeze({ from: 5 });
    expect([isHeld(later, {}, 4), isHeld(later, {}, 5)]).toEqual([false, true]);
    expect([4, 5, UNTIL].map((now) => freezeState(later, now))).toEqual(['coming', 'inForce', 'over']);
    expect(freezeState(freeze({ from: 5, endedAt: 2 }), 3)).toBe('over');
  });

  it('does not hold users, applications and pipelines that are exempt', () => {
    const none = freeze().exempt;
    expect(isHeld(freeze({ exempt: { ...none, users: ['bob'] } }))).toBe(false);
    expect(isHeld(freeze({ exempt: { ...none, applications: ['shop'] } }))).toBe(false);
    expect(isHeld(freeze({ exempt: { ...none, pipelines: ['p1'] } }))).toBe(false);
    expect(isHeld(freeze({ exempt: { ...none, users: ['eve'], pipelines: ['p2'] } }))).toBe(true);
  });

  it('that ends last is the one that is told', () => {
    const short = freeze({ id: 'short', until: 10 });
    const open = freeze({ id: 'open', until: null });
    expect(freezeOn([short, freeze(), open], subject, 1)?.id).toBe('open');
    expect(freezeOn([freeze(), short], subject, 1)?.id).toBe('f1');
  });

  it('is told in a sentence', () => {
    expect(describeFreeze(freeze())).toBe('everything is frozen by ann until 2026-12-24 18:00 UTC: holidays');
    expect(freezeWait(freeze({ scope: 'application', target: 'shop', until: null }))).toBe(
      'application shop to be unfrozen (frozen by ann until it is ended: holidays)',
    );
  });
});
