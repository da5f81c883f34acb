import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { describe, expect } from 'vitest';
import { appTest } from '../../testing/app-test.ts';
import { startTestApplication } from '../../testing/start-test-application.ts';

describe('the server itself', () => {
  appTest('says its version, that it can serve, who asks and which accounts there are', async ({ app }) => {
    expect((await app.send('GET', '/version')).body).toEqual({ version: '0.0.0-test' });
    expect((await app.send('GET', '/health')).body).toEqual({ status: 'ok' });
    expect((await app.send('GET', '/ready')).body).toEqual({ status: 'ok', checks: { database: 'ok' } });
    const me = await app.send('GET', '/auth/user', undefined, { 'x-spinnaker-user': 'ana' });
    expect(me.body).toMatchObject({ username: 'ana', roles: [], allowedAccounts: ['prod'] });
    expect((await app.send('GET', '/credentials')).body).toMatchObject([{ name: 'prod', type: 'aws' }]);
    expect((await app.send('GET', '/credentials/nope')).status).toBe(404);
  });

  appTest('describes every address of the contract, with parts that exist', async ({ app }) => {
    const { body } = await app.send('GET', '/docs-json');
    const described = Object.values(body.paths as Record<string, Record<string, { operationId: string }>>)
      .flatMap((path) => Object.values(path))
      .map(({ operationId }) => operationId);
    expect(described.sort()).toEqual(Object.keys(contract).sort());
    const refs = [...JSON.stringify(body).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((found) => found[1]);
    expect(Object.keys(body.components.schemas)).toEqual(expect.arrayContaining([...new Set(refs)]));
    const page = await fetch(`${app.url}/docs`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    expect((await fetch(`${app.url}/docs/swagger-ui.css`)).status).toBe(200);
  });

  appTest('serves the web UI to browsers and problems to everybody else', async ({ databaseUrl }) => {
    const root = await mkdtemp(join(tmpdir(), 'gennaker-ui-'));
    await mkdir(join(root, 'apps/ui/dist/assets'), { recursive: true });
    await writeFile(join(root, 'apps/ui/dist/index.html'), '<title>UI</title>');
    await writeFile(join(root, 'apps/ui/dist/assets/app-abc123.js'), 'run()');
    const app = await startTestApplication(databaseUrl, { projectRoot: root, role: 'api' });
    const open = (path: string) => fetch(app.url + path, { headers: { accept: 'text/html,*/*' } });
    for (const path of ['/', '/apps/demo/executions/1']) {
      const page = await open(path);
      expect(await page.text()).toBe('<title>UI</title>');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(page.headers.get('x-frame-options')).toBe('DENY');
    }
    expect(await (await fetch(`${app.url}/`)).text()).toBe('<title>UI</title>');
    const asset = await open('/assets/app-abc123.js');
    expect([await asset.text(), asset.headers.get('cache-control')]).toEqual([
      'run()',
      'public, max-age=31536000, immutable',
    ]);
    expect((await open('/assets/gone.js')).status).toBe(404);
    await writeFile(join(root, 'apps/ui/dist/index.html'), '<title>Built again</title>');
    await writeFile(join(root, 'apps/ui/dist/assets/app-def456.js'), 'runAgain()');
    expect(await (await open('/')).text()).toBe('<title>Built again</title>');
    expect(await (await open('/assets/app-def456.js')).text()).toBe('runAgain()');
    expect((await open('/assets/..%2f..%2findex.html')).status).toBe(404);
    expect((await app.send('GET', '/gone.svg')).body).toMatchObject({ code: 'request.no-such-address' });
    expect((await app.send('GET', '/apps/demo')).body).toMatchObject({ status: 404, code: 'request.no-such-address' });
    await app.stop();
    await rm(root, { recursive: true });
  });

  appTest('reads server groups live', async ({ app }) => {
    expect((await app.send('GET', '/applications/shop/serverGroups')).body).toEqual([]);
  });
});
