import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { axeSource } from '../apps/ui/dev/axe.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/** Where a browser is on this machine; undefined when there is none. */
export const chromiumPath = (): string | undefined => PLACES.find((path) => existsSync(path));

/** A page in a real browser, with everything it complained about. */
export interface Window {
  readonly page: Page;
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function openWindow(executablePath: string, origin: string): Promise<Window> {
  const browser: Browser = await chromium.launch({ executablePath, args: QUIET });
  const page = await browser.newPage({ baseURL: origin, viewport: { width: 1280, height: 800 } });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints, close: () => browser.close() };
}

interface AxeAnswer {
  readonly violations: ReadonlyArray<{
    readonly id: string;
    readonly impact: string;
    readonly nodes: ReadonlyArray<{ readonly html: string }>;
  }>;
}

/** Serious and critical findings of axe on the page as it is now, one line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const loaded = await page.evaluate('typeof axe === "object"');
  if (!loaded) await page.evaluate(axeSource);
  const answer = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeAnswer;
  return answer.violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 200)}`));
}
