import { describe, expect, it } from 'vitest';
import {
  describeTrafficGuard,
  storedTrafficGuards,
  type TrafficGuard,
  trafficGuardFor,
  trafficGuardsToSave,
} from './traffic-guard.ts';

const guard = (account: string, location: string, stack?: string, detail?: string): TrafficGuard => ({
  account,
  location,
  ...(stack === undefined ? {} : { stack }),
  ...(detail === undefined ? {} : { detail }),
});
const found = (guards: readonly TrafficGuard[], cluster: { stack?: string; detail?: string } = {}) =>
  trafficGuardFor(guards, {
    account: 'prod',
    location: 'us-east-1',
    stack: cluster.stack ?? null,
    detail: cluster.detail ?? null,
  });

describe('the guard that holds for a cluster', () => {
  it('is the most exact: account before region before stack before detail', () => {
    const everywhere = guard('*', '*', '*', '*');
    const byDetail = guard('*', '*', '*', 'green');
    const byStack = guard('*', '*', 'web', '*');
    const byRegion = guard('*', 'us-east-1', '*', '*');
    const byAccount = guard('prod', '*', '*', '*');
    const rising = [everywhere, byDetail, byStack, byRegion, byAccount];
    rising.forEach((each, at) => {
      expect(found(rising.slice(0, at + 1), { stack: 'web', detail: 'green' })).toBe(each);
    });
    expect(found([...rising].reverse(), { stack: 'web', detail: 'green' })).toBe(byAccount);
  });

  it('without stack and detail holds for clusters without them alone', () => {
    const plain = guard('prod', 'us-east-1');
    expect(found([plain])).toBe(plain);
    expect(found([guard('prod', 'us-east-1', '', '')])).not.toBeNull();
    expect(found([plain], { stack: 'web' })).toBeNull();
    expect(found([guard('prod', 'us-east-1', 'web')], { stack: 'web', detail: 'green' })).toBeNull();
  });

  it('is another one, or none, where one is switched off', () => {
    const general = guard('*', '*', '*', '*');
    expect(found([{ ...guard('prod', 'us-east-1'), enabled: false }, general])).toBe(general);
    expect(found([{ ...general, enabled: false }])).toBeNull();
    expect(found([guard('test', '*', '*', '*'), guard('prod', 'eu-west-1', '*', '*')])).toBeNull();
  });

  it('is the earlier of two that are equally exact', () => {
    const first = { ...guard('prod', 'us-east-1'), minUp: 2 };
    expect(found([first, guard('prod', 'us-east-1')])).toBe(first);
  });
});

it('says in words where it holds', () => {
  expect(describeTrafficGuard(guard('prod', 'us-east-1', '*'))).toBe('prod, us-east-1, any stack, no detail');
  expect(describeTrafficGuard({ ...guard('*', '*', 'web'), minUp: 3 })).toBe(
    'any account, any region, stack web, no detail, at least 3',
  );
});

it('is saved without unknown fields, and read with them', () => {
  const list = [{ account: 'prod', location: '*', stak: 'web' }];
  expect(trafficGuardsToSave.safeParse(list).success).toBe(false);
  expect(storedTrafficGuards.safeParse(list).success).toBe(true);
  expect(trafficGuardsToSave.safeParse([{ account: 'prod', location: '*', minUp: 0 }]).success).toBe(false);
  expect(storedTrafficGuards.safeParse([{ location: '*' }]).success).toBe(false);
});
