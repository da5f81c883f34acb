// Bundles the sandbox's command line into packages/aws-sandbox/dist/cli.js.
// The SDK packages are bundled in, because only the schemas of the served operations are wanted from them:
// importing the EC2 client whole costs some 90 MB of memory at run time.
import { chmod } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../packages/aws-sandbox');

await build({
  input: resolve(root, 'src/cli.ts'),
  platform: 'node',
  external: (id) => /^[^./]/.test(id) && !id.startsWith('@aws-sdk/') && !id.startsWith('@smithy/'),
  resolve: { mainFields: ['module', 'main'] },
  treeshake: { moduleSideEffects: false },
  logLevel: 'warn',
  output: { dir: resolve(root, 'dist'), entryFileNames: 'cli.js', format: 'esm', cleanDir: true },
});

// npx runs it as a program.
await chmod(resolve(root, 'dist/cli.js'), 0o755);
