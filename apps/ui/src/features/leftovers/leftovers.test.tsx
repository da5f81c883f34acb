// @vitest-environment jsdom
import { cleanup, configure, fireEvent, screen, within } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fillJsdomGaps, openAt, startTestApi } from '../../../dev/test-app.tsx';

let api: Awaited<ReturnType<typeof startTestApi>>;
configure({ defaultHidden: true });
beforeAll(async () => {
  fillJsdomGaps();
  api = await startTestApi();
});
afterAll(() => api.stop());
afterEach(cleanup);

const PATIENCE = { timeout: 60_000 };
const find = (name: string | RegExp, role = 'button') => screen.findByRole(role, { name }, PATIENCE);

describe('leftovers', () => {
  it('are shown by application, what is perhaps of somebody else without a way to touch it', async () => {
    openAt('/settings/leftovers');
    const ours = within(await find('Left by payments', 'table'))
      .getAllByRole('row')
      .slice(1);
    expect(ours.map((row) => row.textContent)).toEqual([
      expect.stringMatching(/payments-prod-v039.*is empty and was never given a size\.Destroy payments-prod-v039\./),
      expect.stringContaining('Its least size was raised to 6 and not given back.'),
    ]);
    const others = within(await find('Perhaps of somebody else', 'table'));
    expect(others.getAllByRole('row')[1]?.textContent).toContain('bake-base-2026');
    expect(others.queryByRole('button')).toBeNull();
    expect(screen.getByText(/test us-west-2 was not read: AWS refused/)).toBeTruthy();
  });

  it('are cleaned up as an execution, after it was said what that does', async () => {
    openAt('/settings/leftovers');
    fireEvent.click(await find('Clean up all 2…'));
    const dialog = within(await find('Clean up what payments left', 'dialog'));
    expect(dialog.getByText(/^Destroy payments-prod-v039\. It was made at/)).toBeTruthy();
    fireEvent.click(dialog.getByRole('button', { name: 'Clean up' }));
    expect(await find('Open the execution', 'link')).toBeTruthy();
    const [stage] = api.world.list(({ name }) => name === 'Clean up what payments left')[0]!.stages;
    expect(stage).toMatchObject({
      type: 'cleanUp',
      context: { leftovers: [{ action: 'destroy' }, { action: 'unpin', min: 2 }] },
    });
  });
});
