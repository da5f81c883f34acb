import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, openWindow, seriousFindings, type Window } from './browser.ts';
import { type Product, startProduct } from './product.ts';

/** Longest wait for something the deploy itself does; a bad version needs its grace time and two rounds of checks. */
const DEPLOY_MS = 240_000;
const STEP_MS = 60_000;
const browser = chromiumPath();

/** What the person can read on screen, as a locator that is waited for. */
const sees = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor({ timeout: STEP_MS });
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();

const journey = (executable: string) => {
  let product: Product;
  let window: Window;
  let page: Page;
  const findings: string[] = [];
  /** The execution that deploys the bad version. */
  let bad = '';

  /** Lets axe read the page as it is now. */
  const inspect = async (name: string) => {
    for (const finding of await seriousFindings(page)) findings.push(`${name}: ${finding}`);
  };
  /** Triggers the demo's pipeline; answers the execution's id. */
  const deploy = async (version: string): Promise<string> => {
    const answer = await fetch(`${product.origin}/webhooks/webhook/demo-web`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ parameters: { version } }),
    });
    expect(answer.status).toBe(200);
    const { matched } = (await answer.json()) as { matched: Array<{ executionId: string }> };
    return matched[0]!.executionId;
  };
  /** Finds the execution in the list, as a person would; the list may still show what it knew before. */
  const openFromList = async (executionId: string) => {
    await page.getByRole('link', { name: 'Gennaker' }).click();
    await page.getByRole('link', { name: 'demo', exact: true }).click();
    await page.getByRole('link', { name: 'Executions' }).click();
    await page.locator(`a[href$="${executionId}"]`, { hasText: 'deploy-web #' }).first().click();
    await page.waitForURL(new RegExp(executionId));
    await page.getByRole('heading', { name: /deploy-web/ }).waitFor();
  };
  const stage = (name: string, status: string, limitMs = STEP_MS) =>
    page.getByRole('group', { name: new RegExp(`^${name}.*, ${status}`) }).waitFor({ timeout: limitMs });
  const group = (name: string) => page.getByRole('button', { name: new RegExp(name) }).first();

  beforeAll(async () => {
    product = await startProduct();
    window = await openWindow(executable, product.origin);
    page = window.page;
    page.setDefaultTimeout(STEP_MS);
  }, 180_000);

  afterAll(async () => {
    await window?.close();
    await product?.remove();
  });

  it('watches a deploy by webhook move without a reload, approves it, and sees it serve', async () => {
    await page.goto('/');
    await openFromList(await deploy('2.0.0'));
    await page.evaluate('globalThis.stillTheSamePage = true');
    await stage('Deploy red/black', 'Running');
    await page.getByText('Live', { exact: true }).waitFor();
    await stage('Deploy red/black', 'Done', DEPLOY_MS);
    await stage('Keep it\\?', 'Waiting');
    await press(page, /Decide/);
    await press(page, 'Approve');
    await sees(page, /^Done: 4 stages/);
    expect(await page.evaluate('globalThis.stillTheSamePage')).toBe(true);
    await page.getByRole('link', { name: 'Clusters' }).click();
    await group('demo-web-v001.*2\\.0\\.0.*Serving.*2 in service').waitFor();
    await group('demo-web-v000.*1\\.0\\.0.*Disabled').waitFor();
    await inspect('the clusters');
  });

  it('builds a pipeline from nothing and runs it, while a bad version is being deployed', async () => {
    bad = await deploy('3.0.0');
    await page.getByRole('link', { name: 'Gennaker' }).click();
    await press(page, 'New application');
    await page.getByRole('textbox', { name: 'Name' }).fill('shop');
    await press(page, 'Create application');
    await page.getByRole('heading', { name: 'shop' }).waitFor();
    await inspect('an empty application');
    await page
      .getByRole('link', { name: /pipeline/ })
      .last()
      .click();
    await page.getByRole('textbox', { name: 'Name' }).fill('first');
    await press(page, 'Wait');
    await page.getByRole('textbox', { name: /Time to wait/ }).fill('1');
    await press(page, 'Manual judgment');
    await page.getByRole('textbox', { name: 'Name' }).fill('Go on?');
    await inspect('the editor');
    await press(page, 'Save pipeline');
    await sees(page, 'version 1');
    await press(page, /^Start/);
    await press(page, 'Start execution');
    await stage('Go on\\?', 'Waiting');
    await inspect('an execution that waits for a person');
    await press(page, /Decide/);
    await press(page, 'Approve');
    await sees(page, /^Done: 2 stages/);
    await inspect('an execution that is done');
  });

  it('reads why a bad version failed, and that the good one still serves alone', async () => {
    await openFromList(bad);
    await stage('Deploy red/black', 'Failed', DEPLOY_MS);
    const why = await page.getByText(/^Failed at “Deploy in us-east-1”/).textContent();
    expect(why).toMatch(/demo-web-v002.*target group demo-web-tg.*(\[500\]|ELB system health check failure)/);
    expect(why).toMatch(/\(i-[0-9a-f]{17}/);
    await inspect('a failed execution');
    await page.getByRole('link', { name: 'Clusters' }).click();
    await group('demo-web-v001.*2\\.0\\.0.*Serving.*2 in service').waitFor();
    await expect.poll(() => page.getByText('demo-web-v002').count(), { timeout: STEP_MS }).toBe(0);
  });

  it('leaves nothing to complain about, and Ctrl-C ends the product', async () => {
    for (const [name, path] of [
      ['the applications', '/apps'],
      ['the inbox', '/inbox'],
      ['the freezes', '/settings/freezes'],
      ['the leftovers', '/settings/leftovers'],
      ['a home', '/apps/demo'],
      ['the pipelines', '/apps/demo/pipelines'],
      ['the executions', '/apps/demo/executions'],
    ] as const) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await inspect(name);
    }
    expect(findings).toEqual([]);
    expect(window.complaints).toEqual([]);
    await window.close();
    expect(await product.interrupt()).toBe(0);
  });
};

if (browser) {
  describe('a person with a browser', { timeout: 600_000 }, () => journey(browser));
} else {
  it('the journey is not tried here: there is no browser on this machine', () => {
    console.warn('No journey was made: Chromium is not installed (Debian: apt-get install chromium).');
  });
}
