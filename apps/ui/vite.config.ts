import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Addresses that belong to the API; everything else is a page. */
const API_PATHS =
  /^\/(applications|pipelines|pipelineConfigs|executions|webhooks|tasks|credentials|freezes|janitor|docs|health|ready|version|auth|deliveries)(\/|\?|$)/;

/** Answers API calls from memory while developing with `FAKE_API=1`. */
function fakeApi(): Plugin {
  return {
    name: 'gennaker-fake-api',
    apply: 'serve',
    async configureServer(server) {
      const { createFakeApi } = (await server.ssrLoadModule('/dev/fake-api.ts')) as typeof import('./dev/fake-api.ts');
      const api = createFakeApi();
      server.middlewares.use((request, response, next) => {
        if (!API_PATHS.test(request.url ?? '')) return next();
        api.handle(request, response).then((known) => (known ? undefined : next()), next);
      });
    },
  };
}

const target = process.env.GENNAKER_API ?? 'http://127.0.0.1:8084';

export default defineConfig(({ command }) => ({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), tailwindcss(), ...(command === 'serve' && process.env.FAKE_API ? [fakeApi()] : [])],
  server: {
    port: 5173,
    proxy: process.env.FAKE_API ? undefined : { [API_PATHS.source]: { target } },
  },
  build: { outDir: 'dist', emptyOutDir: true, sourcemap: true, target: 'es2023' },
}));
