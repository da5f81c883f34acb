// @vitest-environment jsdom
import { cleanup, configure, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fillJsdomGaps, openAt, startTestApi } from '../../../dev/test-app.tsx';
import { overridesOf, overrideText } from '../execution/facts.ts';
import { jobOf, offBecause, planOf, sizesProblem } from './group-actions.ts';
import { type ServerGroupView, serverGroupSchema, shareTexts } from './server-group.ts';

let api: Awaited<ReturnType<typeof startTestApi>>;
// Asking for every element whether it can be seen takes most of the time in a document without layout.
configure({ defaultHidden: true });
beforeAll(async () => {
  fillJsdomGaps();
  api = await startTestApi();
});
afterAll(() => api.stop());
afterEach(cleanup);

const PATIENCE = { timeout: 60_000 };
const find = (name: string | RegExp, role = 'button') => screen.findByRole(role, { name }, PATIENCE);
const press = async (name: string | RegExp, role = 'button') => fireEvent.click(await find(name, role));
async function choose(group: string, entry: string | RegExp) {
  const button = await find(`Actions for ${group}`);
  fireEvent.keyDown(button, { key: 'Enter' });
  fireEvent.keyUp(button, { key: 'Enter' });
  await press(entry, 'menuitem');
}

describe('the clusters', () => {
  it('show versions with traffic and share of requests, and why an instance fails', async () => {
    openAt('/apps/payments/clusters?group=payments-prod-v043');
    await find(/payments-prod-v042.*3\.14\.1.*Serving.*75 % of payments-alb:443.*3 in service/);
    await find(/payments-prod-v043.*Partly serving.*1 failing/);
    const failing = within(await find('Instances of payments-prod-v043', 'table')).getAllByRole('row')[1]!;
    expect(failing.textContent).toContain('unhealthy: answered 502 on /health (Target.ResponseCodeMismatch)');
  });

  it('say what an action will do, and show why it was refused', async () => {
    openAt('/apps/payments/clusters');
    await choose('payments-prod-v042', 'Disable…');
    const dialog = await find('Take payments-prod-v042 out of traffic', 'dialog');
    expect(within(dialog).getByText('It gets 75 % of payments-alb:443 now.')).toBeTruthy();
    await press('Disable server group');
    expect(
      await screen.findByText(/^Refused to disable payments-prod-v042: no other server group/, {}, PATIENCE),
    ).toBeTruthy();
    expect((await find('Open the execution', 'link')).getAttribute('href')).toMatch(/^\/apps\/payments\/executions\//);
  });

  it('ask for the name before anything is destroyed', async () => {
    openAt('/apps/payments/clusters');
    await choose('payments-prod-v041', 'Destroy…');
    const button = await find('Destroy server group');
    expect(button.getAttribute('aria-disabled')).toBe('true');
    fireEvent.change(await find(/Name of the server group/, 'textbox'), { target: { value: 'payments-prod-v041' } });
    expect((await find('Destroy server group')).getAttribute('aria-disabled')).toBeNull();
  });

  it('let a refusing traffic guard be overridden with a reason, by those who may', async () => {
    openAt('/apps/payments/clusters');
    await choose('payments-prod-v042', 'Destroy…');
    expect(screen.queryByRole('checkbox')).toBeNull();
    fireEvent.change(await find(/Name of the server group/, 'textbox'), { target: { value: 'payments-prod-v042' } });
    await press('Destroy server group');
    expect(await screen.findByText(/the traffic guard asks for 3/, {}, PATIENCE)).toBeTruthy();
    await press(/Override the traffic guard/, 'checkbox');
    const again = await find('Destroy server group all the same');
    expect(again.getAttribute('aria-disabled')).toBe('true');
    fireEvent.change(await find(/Why it is overridden/, 'textbox'), { target: { value: 'it burns' } });
    await press('Destroy server group all the same');
    const isOverridden = () =>
      api.world.list(({ stages }) => stages[0]?.context['overrideTrafficGuards'] === 'it burns')[0];
    await waitFor(() => expect(isOverridden()?.status).toBe('SUCCEEDED'), PATIENCE);
    expect(overridesOf(isOverridden()!).map(overrideText)).toEqual([
      'Traffic guard overridden by ana@example.com: it burns',
    ]);
  });

  it('show what rolling back would do, and let another version be picked', async () => {
    openAt('/apps/payments/clusters');
    await press('Roll back payments-prod');
    expect(await screen.findByText(/^payments-prod-v042 takes all requests again/, {}, PATIENCE)).toBeTruthy();
    expect(screen.getByText(/payments-prod-v040 · 3.13.9: its image is gone/)).toBeTruthy();
    await press(/payments-prod-v041/, 'radio');
    await press('Roll back to payments-prod-v041');
    expect(await find('Open the execution', 'link')).toBeTruthy();
  });

  it('show load balancers, what their listeners do, and the health behind them', async () => {
    openAt('/apps/payments/clusters?view=loadBalancers');
    const listeners = await find('Listeners of payments-alb', 'table');
    expect(within(listeners).getByText('path pattern is /admin/*')).toBeTruthy();
    expect(within(listeners).getByText('100 %')).toBeTruthy();
    expect(screen.getByText('4 in service, 1 starting, 1 failing')).toBeTruthy();
  });
});

describe('what a run left', () => {
  it('is told with reasons, and can be cleaned up', async () => {
    const failed = api.world.list((one) => one.status === 'TERMINAL').at(-1)!;
    openAt(`/apps/payments/executions/${failed.id}?view=list`);
    expect(await screen.findByText(/It was made for this deploy, which failed/, {}, PATIENCE)).toBeTruthy();
    expect(screen.getByText(/was serving, wanted 3, min 2, max 6; now serving, wanted 3, min 3, max 6/)).toBeTruthy();
    await find(/Roll back…/);
    await press('Clean up…');
    expect(await screen.findByText(/^Give payments-prod-v042 its least size of 2 back/, {}, PATIENCE)).toBeTruthy();
    await press('Clean up');
    expect(await find('Open the execution', 'link')).toBeTruthy();
  });
});

describe('an action', () => {
  const group: ServerGroupView = serverGroupSchema.parse({
    ...{ name: 'shop-web-v003', account: 'prod', region: 'eu-west-1', traffic: 'enabled' },
    capacity: { min: 1, desired: 2, max: 4 },
    targetGroups: ['web-tg'],
    instances: [{ id: 'i-1', health: 'Up' }],
    shares: [
      { loadBalancer: 'alb', port: 80, rule: null, percent: 0.4 },
      { loadBalancer: 'alb', port: 80, rule: '5', percent: 66.6 },
    ],
  });

  it('runs as one stage that names cluster, place and group', () => {
    const sizes = { min: 1, desired: 3, max: 4 };
    expect(jobOf('resize', group, { sizes, reason: 'peak' })).toEqual({
      ...{ type: 'resizeServerGroup', name: 'Resize shop-web-v003', cloudProvider: 'aws', credentials: 'prod' },
      ...{ region: 'eu-west-1', regions: ['eu-west-1'], cluster: 'shop-web', serverGroupName: 'shop-web-v003' },
      ...{ action: 'scale_exact', capacity: sizes, comments: 'peak' },
    });
    expect(jobOf('clone', group, {})).toMatchObject({ source: { account: 'prod', asgName: 'shop-web-v003' } });
  });

  it('says what it takes away, and is off when it changes nothing', () => {
    expect(shareTexts(group)).toEqual(['67 % of alb:80 rule 5', 'under 1 % of alb:80']);
    expect(planOf('disable', group).join(' ')).toContain('Its only instance leaves web-tg');
    expect(offBecause('enable', group)).toBe('It is in traffic already');
    expect(offBecause('disable', group)).toBeUndefined();
    expect(offBecause('resize', { ...group, beingDeleted: true })).toBe('It is being removed');
  });

  it('refuses sizes that contradict each other', () => {
    expect(sizesProblem({ min: 1, desired: 2, max: 3 })).toBeNull();
    expect(sizesProblem({ min: 3, desired: 2, max: 3 })).toContain('under the least of 3');
    expect(sizesProblem({ min: 1, desired: 4, max: 3 })).toContain('over the greatest of 3');
    expect(sizesProblem({ min: 1, desired: Number.NaN, max: 3 })).toContain('whole numbers');
  });
});
