// @vitest-environment jsdom
import { cleanup, configure, fireEvent, screen, within } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fillJsdomGaps, openAt, startTestApi } from '../../../dev/test-app.tsx';
import { instanceJob, instanceOff, instancePlan } from './instance-actions.ts';
import { serverGroupSchema } from './server-group.ts';
import { launchFacts, policyText, scheduleText } from './settings-words.ts';

let api: Awaited<ReturnType<typeof startTestApi>>;
configure({ defaultHidden: true });
beforeAll(async () => {
  fillJsdomGaps();
  api = await startTestApi();
});
afterAll(() => api.stop());
afterEach(cleanup);

const PAGE = '/apps/payments/clusters/prod/us-east-1/payments-prod-v043';
const find = (name: string | RegExp, role = 'button') => screen.findByRole(role, { name }, { timeout: 20_000 });

describe('the page of a server group', () => {
  it('shows its instances with every source, the failing one first, and ends one', async () => {
    openAt(PAGE);
    const [, first] = within(await find('Instances of payments-prod-v043', 'table')).getAllByRole('row');
    expect(first!.textContent).toContain(
      'payments-tg unhealthy: answered 502 on /health (Target.ResponseCodeMismatch)',
    );
    const menu = await find('Actions for i-0f33a');
    fireEvent.keyDown(menu, { key: 'Enter' });
    fireEvent.keyUp(menu, { key: 'Enter' });
    fireEvent.click(await find('Terminate…', 'menuitem'));
    const dialog = await find('Terminate i-0f33a', 'dialog');
    expect(within(dialog).getByText('It ends. payments-prod-v043 starts another in its place.')).toBeTruthy();
    fireEvent.click(within(dialog).getByRole('button', { name: 'Terminate instance' }));
    expect(await find('Open the execution', 'link')).toBeTruthy();
    const run = api.world.list(({ name }) => name === 'Terminate i-0f33a')[0]!;
    expect(run.stages[0]).toMatchObject({ type: 'terminateInstances', context: { instanceIds: ['i-0f33a'] } });
  });

  it('shows what it is made of, what scales it, and what was done to it', async () => {
    openAt(`${PAGE}?tab=scaling`);
    expect(await screen.findByText('Keeps average CPU utilization at 55', undefined, { timeout: 20_000 })).toBeTruthy();
    expect(screen.getByText('least 1, wanted 1, greatest 3')).toBeTruthy();
    expect(screen.getByText(/^2 instances are in it now: at least 2, at most 8 with those of the group/)).toBeTruthy();
    const hooks = within(screen.getByRole('table', { name: 'Lifecycle hooks' }));
    expect(hooks.getByRole('row', { name: /drain before an instance ends 5 min it goes on/ })).toBeTruthy();
    fireEvent.click(await find('Activities', 'tab'));
    expect(await screen.findByText(/do not have sufficient m7g.large capacity/)).toBeTruthy();
    fireEvent.click(await find('Launch settings', 'tab'));
    expect(await screen.findByText('812 bytes, not shown')).toBeTruthy();
  });

  it('says that it is gone when there is no such group', async () => {
    openAt('/apps/payments/clusters/prod/us-east-1/payments-prod-v001');
    expect(await screen.findByText('payments-prod-v001 does not exist', undefined, { timeout: 20_000 })).toBeTruthy();
  });
});

describe('an action on an instance', () => {
  const group = serverGroupSchema.parse({
    ...{ name: 'shop-web-v003', account: 'prod', region: 'eu-west-1', traffic: 'enabled', targetGroups: ['web-tg'] },
    capacity: { min: 2, desired: 2, max: 4 },
    instances: [
      { id: 'i-1', health: 'Up' },
      { id: 'i-2', health: 'OutOfService' },
    ],
  });
  const [up, out] = group.instances;

  it('runs as one stage that names the instance and its group', () => {
    expect(instanceJob('deregister', group, 'i-1', 'slow')).toEqual({
      ...{ type: 'deregisterInstancesFromLoadBalancer', name: 'Take i-1 out of traffic', cloudProvider: 'aws' },
      ...{ credentials: 'prod', region: 'eu-west-1', regions: ['eu-west-1'], cluster: 'shop-web' },
      ...{ serverGroupName: 'shop-web-v003', instanceIds: ['i-1'], targetGroupNames: ['web-tg'], comments: 'slow' },
    });
    expect(instanceJob('terminateAndShrink', group, 'i-1', '')).toMatchObject({ instance: 'i-1' });
  });

  it('is off where it changes nothing or would be refused', () => {
    expect(instanceOff('deregister', group, up!)).toBeUndefined();
    expect(instanceOff('deregister', group, out!)).toBe('It is out of traffic already');
    expect(instanceOff('register', group, up!)).toBe('It is in traffic already');
    expect(instanceOff('terminateAndShrink', group, up!)).toBe('The group has its least size of 2');
    expect(instanceOff('terminate', { ...group, beingDeleted: true }, up!)).toContain('being removed');
    expect(instancePlan('terminateAndShrink', group)[0]).toContain('1 wanted');
  });
});

describe('settings in words', () => {
  it('tell what a policy and a scheduled action do', () => {
    const step = { name: 'more', type: 'StepScaling', enabled: true, adjustmentType: 'PercentChangeInCapacity' };
    const alarm = { metricName: 'Requests', comparison: 'GreaterThanThreshold', threshold: 9 };
    expect(policyText({ ...step, steps: [{ change: 10 }, { change: 50 }], alarm })).toBe(
      'Changes the size by +10, +50 % when Requests GreaterThanThreshold 9',
    );
    expect(scheduleText({ name: 'once', startTime: 0, desired: 5 })).toEqual({
      ...{ when: '1970-01-01T00:00:00.000Z', size: 'wanted 5' },
    });
  });

  it('leave out what says nothing', () => {
    const facts = launchFacts({
      ...{ imageId: 'ami-1', instanceType: 't3.micro', securityGroups: [], tags: {}, userDataBytes: 0 },
      ...{ healthCheckType: 'EC2', healthCheckGracePeriodSeconds: 30, keyPair: null },
    });
    expect(facts.map(([word]) => word)).toEqual(['Image', 'Instance type', 'Health check']);
  });
});
