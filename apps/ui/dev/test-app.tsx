import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { createAppRouter } from '../src/app/router.tsx';
import { createQueryClient } from '../src/client/query-client.ts';
import { createFakeApi } from './fake-api.ts';

/** The whole application against a pretended API of its own, for component tests. */
export async function startTestApi() {
  const api = createFakeApi();
  const server = createServer((request, response) => {
    void api.handle(request, response).then((known) => {
      if (!known) response.writeHead(404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const original = globalThis.fetch;
  globalThis.fetch = ((url: string, init?: RequestInit) => original(base + url, init)) as typeof globalThis.fetch;
  const stop = () => {
    globalThis.fetch = original;
    api.stop();
    server.closeAllConnections();
    server.close();
  };
  return { world: api.world, stop };
}

/** Renders the application at an address. */
export function openAt(address: string) {
  const client = createQueryClient();
  const history = createMemoryHistory({ initialEntries: [address] });
  const router = createAppRouter(client, history);
  const view = render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { router, view };
}

/** What browsers have and jsdom lacks, as far as the screens need it. */
export function fillJsdomGaps(): void {
  window.scrollTo = () => undefined;
  Element.prototype.scrollIntoView ??= () => undefined;
  globalThis.CSS ??= { escape: (text: string) => text.replace(/[^\w-]/g, (one) => `\\${one}`) } as typeof CSS;
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
}
