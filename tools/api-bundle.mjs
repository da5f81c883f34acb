import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project-root.mjs';

const api = join(projectRoot, 'apps', 'api');

const entries = {
  start: 'src/start.ts',
  main: 'src/main.ts',
  migrate: 'src/persistence/migrate/migrate-main.ts',
  bench: 'src/bench/main.ts',
};

/** How apps/api is bundled: our own packages inside, everything from node_modules outside. */
export const apiBundle = {
  cwd: api,
  input: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(join(api, path)))),
  platform: 'node',
  // Carries experimentalDecorators and emitDecoratorMetadata, which Nest's injection by type lives on.
  tsconfig: join(api, 'tsconfig.json'),
  // The decorator helpers are brought by the bundler itself and are no package of ours.
  external: (id) => /^[@a-z]/i.test(id) && !id.startsWith('@gennaker/') && !id.startsWith('@oxc-project/runtime'),
  logLevel: 'warn',
  output: {
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'shared-[hash].js',
    keepNames: true,
  },
};
