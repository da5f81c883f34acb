import { describe, expect, it } from 'vitest';
import {
  healthOf,
  isMember,
  isRegistered,
  type MemberFacts,
  reasonsFor,
  targetHealthWord,
  trafficOf,
} from './health.ts';

const NOW = 1_800_000_000_000;
const OLD = NOW - 600_000;

const member = (facts: Partial<MemberFacts> = {}): MemberFacts => ({
  lifecycleState: 'InService',
  healthStatus: 'Healthy',
  machineState: 'running',
  statusChecks: null,
  targets: [{ targetGroup: 'web-tg', state: 'healthy' }],
  launchTime: OLD,
  ...facts,
});
const sum = (facts: Partial<MemberFacts>) => {
  const whole = member(facts);
  return healthOf(reasonsFor(whole), whole.launchTime, NOW);
};
const target = (state: string, code?: string, targetGroup = 'web-tg') => ({ targetGroup, state, code });

describe('a target state as a health word', () => {
  it.each([
    ['healthy', undefined, 'Up'],
    ['initial', 'Elb.RegistrationInProgress', 'Starting'],
    ['initial', 'Elb.InitialHealthChecking', 'Starting'],
    ['unhealthy', 'Target.ResponseCodeMismatch', 'Down'],
    ['unhealthy', 'Target.Timeout', 'Down'],
    ['unused', 'Target.NotRegistered', 'OutOfService'],
    ['unused', 'Target.NotInUse', 'OutOfService'],
    ['unused', 'Target.InvalidState', 'Down'],
    ['unused', 'Target.IpUnusable', 'Down'],
    ['draining', 'Target.DeregistrationInProgress', 'Draining'],
    ['unhealthy.draining', undefined, 'Draining'],
    ['unavailable', 'Target.HealthCheckDisabled', 'Unknown'],
    ['unavailable', 'Elb.InternalError', 'Unknown'],
    ['something-new', undefined, 'Down'],
  ])('%s %s is %s', (state, code, word) => {
    expect(targetHealthWord(state, code)).toBe(word);
  });
});

describe('who belongs to a group', () => {
  it.each([
    ['Pending', true],
    ['Pending:Wait', true],
    ['InService', true],
    ['Standby', true],
    ['Terminating', false],
    ['Terminating:Wait', false],
    ['Terminated', false],
    ['Detaching', false],
    ['Detached', false],
    ['Quarantined', false],
    ['Warmed:Stopped', false],
  ])('%s: %s', (state, expected) => {
    expect(isMember(state)).toBe(expected);
  });
});

describe('the health of one instance', () => {
  it.each<[string, Partial<MemberFacts>, string]>([
    ['running and healthy in its target group', {}, 'Up'],
    ['healthy target but waiting in a launch hook', { lifecycleState: 'Pending:Wait' }, 'Starting'],
    ['healthy target but the machine is booting', { machineState: 'pending' }, 'Starting'],
    ['healthy target but the machine is stopping', { machineState: 'stopping' }, 'Down'],
    ['healthy target but the machine is terminated', { machineState: 'terminated' }, 'Down'],
    ['healthy target but the status checks are impaired', { statusChecks: 'impaired' }, 'Down'],
    ['healthy target but in standby', { lifecycleState: 'Standby' }, 'OutOfService'],
    ['healthy target but marked unhealthy', { healthStatus: 'Unhealthy' }, 'Down'],
    ['healthy target but its root volume is being replaced', { lifecycleState: 'ReplacingRootVolume' }, 'Starting'],
    ['first health checks', { targets: [target('initial')] }, 'Starting'],
    ['failing health checks', { targets: [target('unhealthy', 'Target.Timeout')] }, 'Down'],
    ['not registered', { targets: [target('unused', 'Target.NotRegistered')] }, 'OutOfService'],
    ['finishing requests', { targets: [target('draining')] }, 'Draining'],
    ['health checks switched off, old', { targets: [target('unavailable')] }, 'Unknown'],
    ['health checks off, young', { targets: [target('unavailable')], launchTime: NOW - 179_000 }, 'Starting'],
    ['up here and starting there', { targets: [target('healthy'), target('initial', undefined, 'b')] }, 'Starting'],
    ['down here and starting there', { targets: [target('unhealthy'), target('initial', undefined, 'b')] }, 'Starting'],
    ['up here and down there', { targets: [target('healthy'), target('unhealthy', undefined, 'b')] }, 'Down'],
    [
      'out here and draining there',
      { targets: [target('unused'), target('draining', undefined, 'b')] },
      'OutOfService',
    ],
    ['up here and draining there', { targets: [target('healthy'), target('draining', undefined, 'b')] }, 'Draining'],
  ])('%s → %s', (_name, facts, expected) => {
    expect(sum(facts)).toBe(expected);
  });

  it('without target groups the machine, the group and both status checks vouch for it', () => {
    expect(sum({ targets: [], statusChecks: 'ok' })).toBe('Up');
    expect(sum({ targets: [], statusChecks: 'initializing' })).toBe('Unknown');
    expect(sum({ targets: [], statusChecks: 'initializing', launchTime: NOW - 10_000 })).toBe('Starting');
    expect(sum({ targets: [], statusChecks: 'impaired' })).toBe('Down');
    expect(sum({ targets: [], statusChecks: null })).toBe('Unknown');
  });

  it('never calls an instance up that no source calls up', () => {
    expect(sum({ targets: [target('unavailable')] })).not.toBe('Up');
    expect(sum({ targets: [], machineState: null })).toBe('Unknown');
  });

  it('keeps what each source says in its own terms', () => {
    const reasons = reasonsFor(
      member({ targets: [{ ...target('unhealthy', 'Target.Timeout'), description: 'Request timed out' }] }),
    );
    expect(reasons).toContainEqual({
      source: 'target',
      where: 'web-tg',
      health: 'Down',
      state: 'unhealthy',
      code: 'Target.Timeout',
      description: 'Request timed out',
    });
    expect(reasons.map((reason) => reason.source)).toEqual(['machine', 'group', 'target']);
  });
});

describe('the traffic of a group', () => {
  const traffic = (suspended: boolean, ...targets: Array<ReturnType<typeof target>>) =>
    trafficOf({ hasTargetGroups: true, addToLoadBalancerSuspended: suspended, targets });

  it.each([
    ['one healthy target', false, [target('healthy')], 'enabled'],
    ['one healthy target although suspended', true, [target('healthy'), target('draining')], 'enabled'],
    ['only starting targets', false, [target('initial')], 'partial'],
    ['suspended, still registered', true, [target('initial')], 'partial'],
    ['suspended, only draining', true, [target('draining')], 'disabled'],
    ['suspended, none registered', true, [target('unused', 'Target.NotRegistered')], 'disabled'],
    ['suspended, registered on no listener', true, [target('unused', 'Target.NotInUse')], 'partial'],
    ['suspended and empty', true, [], 'disabled'],
    ['empty', false, [], 'partial'],
  ] as const)('%s', (_name, suspended, targets, expected) => {
    expect(traffic(suspended, ...targets)).toBe(expected);
  });

  it('without target groups only the suspension counts', () => {
    const facts = { hasTargetGroups: false, targets: [] };
    expect(trafficOf({ ...facts, addToLoadBalancerSuspended: false })).toBe('enabled');
    expect(trafficOf({ ...facts, addToLoadBalancerSuspended: true })).toBe('disabled');
  });

  it('a draining or unknown target is not registered, a waiting one is', () => {
    expect(isRegistered(target('draining'))).toBe(false);
    expect(isRegistered(target('unused', 'Target.NotRegistered'))).toBe(false);
    expect(isRegistered(target('unused', 'Target.InvalidState'))).toBe(true);
    expect(isRegistered(target('initial'))).toBe(true);
  });
});
