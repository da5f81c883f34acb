// Everything a machine can say about a change before a person looks at it. Runs all steps, then lists what failed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './project-root.mjs';

const bin = (name) => join(projectRoot, 'node_modules', '.bin', name);

const steps = [
  ['format and lint', bin('biome'), ['ci', '--diagnostic-level=error', '--reporter=summary', '--colors=off', '.']],
  ['database client', 'npm', ['run', '--silent', 'gen']],
  [
    'import walls',
    bin('depcruise'),
    ['--config', 'tools/dependency-cruiser.cjs', '--output-type', 'err', 'apps', 'packages'],
  ],
  ['types', bin('turbo'), ['run', 'typecheck', '--continue', '--ui=stream', '--output-logs=errors-only']],
  ['dead code', bin('knip'), ['--no-progress']],
];

const failed = [];
for (const [name, command, args] of steps) {
  const begun = performance.now();
  const run = spawnSync(command, args, {
    cwd: projectRoot,
    env: { ...process.env, NO_COLOR: '1' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const isGood = run.status === 0;
  console.log(
    `${isGood ? 'ok    ' : 'FAILED'}  ${name.padEnd(16)} ${((performance.now() - begun) / 1000).toFixed(1)} s`,
  );
  if (!isGood) {
    failed.push(name);
    console.log(`${run.stdout ?? ''}${run.stderr ?? ''}${run.error?.message ?? ''}`.replace(/^/gm, '        '));
  }
}

console.log(failed.length === 0 ? 'Everything holds.' : `Failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
