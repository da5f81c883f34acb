// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fillJsdomGaps, openAt, startTestApi } from '../../dev/test-app.tsx';

let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  fillJsdomGaps();
  api = await startTestApi();
});
afterAll(() => api.stop());
afterEach(cleanup);

const press = (element: HTMLElement) => fireEvent.click(element);
const find = (name: string | RegExp, role = 'button') => screen.findByRole(role, { name }, { timeout: 60_000 });
const runOf = (name: string, status: string) => {
  const found = api.world.list((one) => one.name === name && one.status === status).at(-1);
  if (!found) throw new Error(`no ${status} run of ${name}`);
  return found;
};
const prod = () => api.world.pipelines[0]!;

describe('the application', () => {
  it('shows the cause of a failed run, and what did not run because of it', async () => {
    const failed = api.world.list((one) => one.status === 'TERMINAL').at(-1)!;
    openAt(`/apps/payments/executions/${failed.id}?view=list`);
    const why = await find('Why it failed', 'region');
    expect(within(why).getByText('InvalidAMIID.NotFound')).toBeTruthy();
    expect(within(why).getByText(/Copy the image/)).toBeTruthy();
    expect(screen.getByText(/Failed at “Deploy in us-east-1”/)).toBeTruthy();
  });

  it('lets a person decide, and shows the decision when its event arrives', async () => {
    const waiting = runOf('Deploy to prod', 'RUNNING');
    openAt(`/apps/payments/executions/${waiting.id}?view=list&stage=2`);
    const form = await find('Decide', 'region');
    const approve = () => within(form).getByRole('button', { name: 'Approve' });
    expect(approve().getAttribute('aria-disabled')).toBe('true');
    press(await find('full', 'radio'));
    await waitFor(() => expect(approve().getAttribute('aria-disabled')).toBeNull(), { timeout: 60_000 });
    press(approve());
    await screen.findByText(/Approved by ana@example.com/, undefined, { timeout: 60_000 });
  });

  it('asks for a required parameter before it starts anything', async () => {
    openAt(`/apps/payments/pipelines?start=${prod().id}`);
    const before = api.world.runs.size;
    press(await find('Start execution'));
    expect(await screen.findByText('Version is required.', undefined, { timeout: 60_000 })).toBeTruthy();
    expect(api.world.runs.size).toBe(before);
    fireEvent.change(screen.getByRole('textbox', { name: 'Version' }), { target: { value: '9.9' } });
    press(await find('Start execution'));
    await waitFor(() => expect(api.world.runs.size).toBe(before + 1), { timeout: 60_000 });
  });

  it('lists what waits for a person, with its deadline', async () => {
    const run = api.world.create(prod(), { type: 'manual', parameters: { version: '4.0' } }, Date.now());
    run.start();
    run.advanceToEnd();
    openAt('/inbox');
    expect(await screen.findByText('Ship 4.0 to production?', undefined, { timeout: 60_000 })).toBeTruthy();
  });

  it('says what is missing when an address names something that does not exist', async () => {
    openAt('/apps/payments/executions/nothing');
    expect(await screen.findByText('This execution does not exist', undefined, { timeout: 60_000 })).toBeTruthy();
  });

  it('offers a choice when someone saved the pipeline meanwhile, and loses nothing', async () => {
    openAt(`/apps/payments/pipelines/${prod().id}/edit?mode=outline`);
    const name = await screen.findByRole('textbox', { name: 'Description' }, { timeout: 60_000 });
    fireEvent.change(name, { target: { value: 'Mine' } });
    prod().version += 1;
    press(await find('Save pipeline'));
    await screen.findByRole('dialog', { name: /saved by someone else/ }, { timeout: 60_000 });
    expect(prod()['description']).not.toBe('Mine');
    press(await find('Save mine over theirs'));
    await waitFor(() => expect(prod()['description']).toBe('Mine'), { timeout: 60_000 });
  });

  it('says what is frozen, by whom, until when and why, where it concerns the application', async () => {
    openAt('/apps/checkout/pipelines');
    const line = await screen.findByText(/is frozen by mia until/, undefined, { timeout: 20_000 });
    expect(line.textContent).toMatch(/^Application checkout is frozen by mia until .*: Holiday sale$/);
    cleanup();
    openAt('/apps/payments/pipelines');
    await find('New pipeline', 'link');
    expect(screen.queryByText(/is frozen/)).toBeNull();
  });

  it('puts the refusal of a name at the name', async () => {
    openAt('/apps/payments/pipelines/new?mode=outline');
    const name = await screen.findByRole('textbox', { name: /^Name/ }, { timeout: 60_000 });
    fireEvent.change(name, { target: { value: 'Deploy to prod' } });
    press(await find('Save pipeline'));
    expect(await screen.findByText('Another pipeline has this name.', undefined, { timeout: 60_000 })).toBeTruthy();
  });
});
