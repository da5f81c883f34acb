// @vitest-environment jsdom
import { cleanup, configure, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fillJsdomGaps, openAt, startTestApi } from '../../../dev/test-app.tsx';
import { serverGroupSchema } from '../clusters/server-group.ts';
import { coverageOf, guardProblem, guardsOf, NEW_GUARD, rowsOf } from './guards.ts';

describe('traffic guards', () => {
  it('are the same after they were shown and written back, what others keep in them aside', () => {
    const stored = [
      { account: 'prod', location: '*', stack: 'web', detail: '', enabled: false, minUp: 3 },
      { account: '*', location: 'eu-west-1', stack: '*', detail: '*', enabled: true },
    ];
    expect(guardsOf(rowsOf(stored))).toEqual(stored);
    expect(rowsOf([{ account: 'prod', location: '*', other: 1 }, 'x'])).toEqual([
      { account: 'prod', location: '*', stack: '', detail: '', enabled: true, minUp: '' },
    ]);
    expect(rowsOf(undefined)).toEqual([]);
  });

  it('are refused while something is missing', () => {
    expect(guardProblem(NEW_GUARD)).toBeNull();
    expect(guardProblem({ ...NEW_GUARD, account: ' ' })).toContain('account');
    expect(guardProblem({ ...NEW_GUARD, minUp: '0' })).toContain('At least 1');
    expect(guardProblem({ ...NEW_GUARD, minUp: 'two' })).toContain('whole number');
  });

  it('tell which of them holds for each cluster: the most exact one', () => {
    const group = (name: string, stack: string) =>
      serverGroupSchema.parse({
        ...{ name: `${name}-v001`, account: 'prod', region: 'us-east-1' },
        moniker: { app: 'shop', stack, detail: null, cluster: name },
      });
    const rows = [
      { ...NEW_GUARD, stack: 'web' },
      { ...NEW_GUARD, account: 'prod', stack: 'web', detail: '' },
    ];
    expect(coverageOf(rows, [group('shop-web', 'web'), group('shop-api', 'api')])).toEqual([
      { cluster: 'shop-api', account: 'prod', region: 'us-east-1', guard: null },
      { cluster: 'shop-web', account: 'prod', region: 'us-east-1', guard: 2 },
    ]);
  });
});

describe('the settings of an application', () => {
  let api: Awaited<ReturnType<typeof startTestApi>>;
  configure({ defaultHidden: true });
  beforeAll(async () => {
    fillJsdomGaps();
    api = await startTestApi();
  });
  afterAll(() => api.stop());
  afterEach(cleanup);
  const stored = () => api.world.applications.find(({ name }) => name === 'payments') as Record<string, unknown>;

  it('save what was changed and leave the rest', async () => {
    openAt('/apps/payments/settings');
    const form = await screen.findByRole('form', { name: 'General' }, { timeout: 20_000 });
    const save = () => within(form).getByRole('button', { name: 'Save general settings' });
    expect(save().getAttribute('aria-disabled')).toBe('true');
    fireEvent.change(within(form).getByRole('textbox', { name: 'Description' }), { target: { value: 'Takes money.' } });
    fireEvent.click(save());
    await waitFor(() => expect(stored()['description']).toBe('Takes money.'), { timeout: 20_000 });
    expect(stored()['email']).toBe('payments@example.com');
  });

  it('guard clusters, and show which guard holds for which', async () => {
    openAt('/apps/payments/settings');
    const form = await screen.findByRole('form', { name: 'Traffic guards' }, { timeout: 20_000 });
    const held = await within(form).findByRole('table', { name: 'What the guards hold' }, { timeout: 20_000 });
    expect(within(held).getAllByText('no guard')).toHaveLength(2);
    fireEvent.click(within(form).getByRole('button', { name: 'Add guard' }));
    fireEvent.change(within(form).getByRole('textbox', { name: 'Stack' }), { target: { value: 'prod' } });
    fireEvent.change(within(form).getByRole('textbox', { name: 'At least healthy' }), { target: { value: '2' } });
    expect(within(held).getAllByText('guard 1')).toHaveLength(1);
    fireEvent.click(within(form).getByRole('button', { name: 'Save traffic guards' }));
    await waitFor(
      () =>
        expect(stored()['trafficGuards']).toEqual([
          { account: '*', location: '*', stack: 'prod', detail: '*', enabled: true, minUp: 2 },
        ]),
      { timeout: 20_000 },
    );
  });
});
