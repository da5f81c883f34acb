import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import { dataFolderOf, type PostgresPlace } from './place.ts';

/** Name of the database user that owns everything, and of the product's database. */
export const databaseName = 'gennaker';

/** The little the server needs of our environment; above all not our secrets. */
export const serverEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Creates the database folder when there is none. It is made under another name and renamed when complete, so a start
 * that was killed halfway, or a second start at the same time, leaves nothing broken.
 */
export async function initialise(place: PostgresPlace, password: string, isDurable: boolean): Promise<void> {
  const target = dataFolderOf(place.home);
  if (existsSync(join(target, 'PG_VERSION'))) return;
  const draft = `${target}.${process.pid}`;
  const passwordFile = `${draft}.password`;
  try {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (place.account !== null)
      for (const path of [draft, passwordFile]) chownSync(path, place.account.uid, place.account.gid);
    await runInitdb(place, [`--pgdata=${draft}`, `--pwfile=${passwordFile}`, ...(isDurable ? [] : ['--no-sync'])]);
    takeName(draft, target);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

function takeName(draft: string, target: string): void {
  try {
    renameSync(draft, target);
  } catch (error) {
    if (!existsSync(join(target, 'PG_VERSION'))) throw error;
  }
}

function runInitdb(place: PostgresPlace, where: readonly string[]): Promise<void> {
  const settings = [
    '--auth=scram-sha-256',
    `--username=${databaseName}`,
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(place.binaries.initdb, [...where, ...settings], {
      ...place.account,
      cwd: '/',
      env: serverEnvironment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-2000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new StartError(`Postgres could not create its data folder in ${place.home}: ${lastLine(complaint)}`));
    });
  });
}

function lastLine(text: string): string {
  const lines = text.trim().split('\n');
  return lines.findLast((line) => line.includes('error:')) ?? lines.at(-1) ?? 'no reason given';
}
