// @vitest-environment jsdom
import { cleanup, configure, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freezes } from '../../../dev/fixtures.ts';
import { fillJsdomGaps, openAt, startTestApi } from '../../../dev/test-app.tsx';
import { overridesOf, overrideText } from '../execution/facts.ts';
import { concerns, type FreezeDraft, freezeBody, freezeProblems, frozenText, timeOf } from './freeze-words.ts';

const DRAFT: FreezeDraft = {
  ...{ scope: 'application', application: 'shop', account: '', pipelineId: '', reason: ' sale ' },
  ...{ from: '', until: '', users: 'ana, ,ben', applications: '' },
};

describe('a freeze in words', () => {
  it('is asked for with its target, its times and whom it does not hold', () => {
    expect(freezeBody(DRAFT)).toEqual({
      ...{ scope: 'application', application: 'shop', reason: 'sale', from: null, until: null },
      exempt: { users: ['ana', 'ben'], applications: [], pipelines: [] },
    });
    const until = '2026-12-24T18:00';
    expect(freezeBody({ ...DRAFT, scope: 'global', until })).toMatchObject({ until: new Date(until).getTime() });
    expect(freezeBody({ ...DRAFT, scope: 'global' })).not.toHaveProperty('application');
  });

  it('is not asked for while something is missing or its times are wrong', () => {
    const now = new Date('2026-12-01T00:00').getTime();
    const problems = (more: Partial<FreezeDraft>) => Object.keys(freezeProblems({ ...DRAFT, ...more }, now));
    expect(problems({})).toEqual([]);
    expect(problems({ reason: ' ' })).toEqual(['reason']);
    expect(problems({ scope: 'pipeline' })).toEqual(['pipelineId']);
    expect(problems({ until: '2026-11-30T00:00' })).toEqual(['until']);
    expect(problems({ from: '2026-12-05T00:00', until: '2026-12-04T00:00' })).toEqual(['until']);
    expect(timeOf('nonsense')).toBeNull();
  });

  it('concerns an application by its name, its pipelines, and every account', () => {
    const names = new Map([['p1', 'Ship it']]);
    const of = (scope: 'account' | 'application' | 'pipeline', target: string) =>
      concerns({ scope, target }, 'shop', names);
    expect([of('application', 'Shop'), of('application', 'shopper')]).toEqual([true, false]);
    expect([of('pipeline', 'p1'), of('pipeline', 'p2'), of('account', 'prod')]).toEqual([true, false, true]);
    expect(frozenText({ scope: 'pipeline', target: 'p1' }, names)).toBe('Pipeline Ship it');
  });
});

describe('the freezes', () => {
  let api: Awaited<ReturnType<typeof startTestApi>>;
  // Asking for every element whether it can be seen takes most of the time in a document without layout.
  configure({ defaultHidden: true });
  beforeAll(async () => {
    fillJsdomGaps();
    api = await startTestApi();
  });
  afterAll(() => api.stop());
  afterEach(() => {
    cleanup();
    api.world.roles = ['admin'];
    api.world.freezes.splice(0, api.world.freezes.length, ...freezes(Date.now()));
  });
  const PATIENCE = { timeout: 60_000 };
  const find = (name: string | RegExp, role = 'button') => screen.findByRole(role, { name }, PATIENCE);
  const type = async (name: string | RegExp, value: string) =>
    fireEvent.change(await find(name, 'textbox'), { target: { value } });

  const freezePayments = () =>
    Object.assign(api.world.freezes[0]!, { target: 'payments', reason: 'audit of payments' });

  it('are listed as those in force, to come and over', async () => {
    openAt('/settings/freezes');
    const rows = async (table: string) =>
      within(await find(table, 'table'))
        .getAllByRole('row')
        .slice(1);
    const [inForce] = await rows('In force');
    expect(inForce?.textContent).toMatch(/Application checkout.*Holiday sale.*Goes on: mia/);
    expect((await rows('To come'))[0]?.textContent).toContain('Everything');
    const over = await rows('Over');
    await waitFor(() => expect(over[1]?.textContent).toContain('Pipeline Deploy to prod'), PATIENCE);
    expect(over[1]?.textContent).toContain('by ana@example.com');
  });

  it('are made from the page of an application, and ended after a question', async () => {
    openAt('/apps/payments/freezes');
    fireEvent.click(await find('Freeze changes…'));
    fireEvent.click(await find('Freeze now'));
    expect(await screen.findByText('Say why: everybody who is held reads it.', {}, PATIENCE)).toBeTruthy();
    await type(/Reason/, 'audit of payments');
    fireEvent.click(await find('Freeze now'));
    await waitFor(
      () => expect(api.world.freezes[0]).toMatchObject({ scope: 'application', target: 'payments', until: null }),
      PATIENCE,
    );
    expect(await screen.findByText(/Application payments is frozen by ana@example.com/, {}, PATIENCE)).toBeTruthy();
    expect((await find('Show freezes', 'link')).getAttribute('href')).toBe('/apps/payments/freezes');
    const row = (await screen.findByText('audit of payments', {}, PATIENCE)).closest('tr')!;
    fireEvent.click(within(row).getByRole('button', { name: 'End…' }));
    const dialog = within(await find('End the freeze', 'dialog'));
    expect(await dialog.findByText(/No execution waits for the end of a freeze now/, {}, PATIENCE)).toBeTruthy();
    fireEvent.click(dialog.getByRole('button', { name: 'End the freeze' }));
    await waitFor(() => expect(api.world.freezes[0]?.endedBy).toBe('ana@example.com'), PATIENCE);
  });

  it('are closed to those without the role, who read who may', async () => {
    api.world.roles = [];
    openAt('/settings/freezes');
    await find('In force', 'table');
    await waitFor(
      async () => expect((await find('Freeze changes…')).getAttribute('aria-disabled')).toBe('true'),
      PATIENCE,
    );
    expect((await find('End…')).getAttribute('aria-disabled')).toBe('true');
  });

  it('stand in the way of a start, which names them and can be made all the same with a reason', async () => {
    freezePayments();
    openAt('/apps/payments/pipelines?start=2f6a1b0e-7e4a-4b53-9a52-0c8f3a1b0001');
    const dialog = within(await find('Start Deploy to prod', 'dialog'));
    expect(
      await dialog.findByText(/Application payments is frozen by .*: audit of payments/, {}, PATIENCE),
    ).toBeTruthy();
    fireEvent.click(await find('Override the freeze', 'checkbox'));
    expect((await find('Start execution')).getAttribute('aria-disabled')).toBe('true');
    await type(/Why it is overridden/, 'prod is down');
    fireEvent.change(dialog.getByRole('textbox', { name: /Version/ }), { target: { value: '3.14.2' } });
    fireEvent.click(await find('Start execution'));
    const started = () => api.world.list(({ trigger }) => trigger['overrideFreeze'] === 'prod is down')[0];
    await waitFor(() => expect(started()).toBeTruthy(), PATIENCE);
    expect(overridesOf(started()!).map(overrideText)).toEqual([
      `Freeze overridden by ${started()?.authentication.user}: prod is down`,
    ]);
  });

  it('cannot be overridden without the role', async () => {
    api.world.roles = [];
    freezePayments();
    openAt('/apps/payments/pipelines?start=2f6a1b0e-7e4a-4b53-9a52-0c8f3a1b0001');
    const dialog = within(await find('Start Deploy to prod', 'dialog'));
    const who = 'Only people with the role admin or emergency may override a freeze; you are ana@example.com.';
    expect(await dialog.findByText(who, {}, PATIENCE)).toBeTruthy();
    expect(dialog.queryByRole('checkbox', { name: 'Override the freeze' })).toBeNull();
  });
});
