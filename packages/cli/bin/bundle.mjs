// The command line is written in TypeScript and shipped as source: it is bundled where it runs, on first use and when
// a source is newer than the bundle.
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const root = resolve(here, '../..');

/** The program that `gennaker` runs. */
export const bundle = join(here, 'dist', 'gennaker.js');

/** Folders whose sources are in the bundle. */
const sources = ['packages/cli/src', 'packages/pipeline-dsl/src', 'packages/catalog/src', 'apps/api/src/engine'];

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) latest = Math.max(latest, newest(path), statSync(path).mtimeMs);
    else if (/(?<!\.test)\.(ts|json)$/.test(entry.name)) latest = Math.max(latest, statSync(path).mtimeMs);
  }
  return latest;
}

function isFresh() {
  if (!existsSync(bundle)) return false;
  const made = statSync(bundle).mtimeMs;
  const present = sources.map((source) => join(root, source)).filter((folder) => existsSync(folder));
  return present.every((folder) => newest(folder) <= made) && statSync(fileURLToPath(import.meta.url)).mtimeMs <= made;
}

/** Makes the program's bundle if it is missing or old. */
export async function ensureBundle() {
  if (!isFresh()) await makeBundle('src/main.ts', bundle);
}

/** Bundles one program. Several processes may do so at once: each writes aside and renames. */
export async function makeBundle(input, target) {
  const { build } = await import('rolldown');
  const aside = join(here, 'dist', `.making-${process.pid}`);
  try {
    await build({
      cwd: here,
      input,
      platform: 'node',
      external: ['rolldown', /^node:/],
      logLevel: 'silent',
      output: { dir: aside, format: 'esm', entryFileNames: 'program.js', codeSplitting: false, sourcemap: false },
    });
    renameSync(join(aside, 'program.js'), target);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
