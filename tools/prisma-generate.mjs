// Generates the database client from prisma/schema.prisma without downloading anything.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from './project-root.mjs';

const require = createRequire(join(projectRoot, 'apps', 'api', 'package.json'));
const cli = join(require.resolve('prisma/package.json'), '..', 'build', 'index.js');

// The command wants a native schema engine and would download it, though generating never runs it. Any existing program
// stands in for it.
const environment = {
  ...process.env,
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
};

const run = spawnSync(process.execPath, [cli, 'generate', '--no-hints'], {
  cwd: projectRoot,
  env: environment,
  encoding: 'utf8',
});
if (run.status !== 0) process.stderr.write(`${run.stdout}${run.stderr}`);
process.exitCode = run.status ?? 1;
