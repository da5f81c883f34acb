import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import { type Account, canEnter, chooseAccount } from './account.ts';
import { canRun, copyBinaries, findBinaries, type PostgresBinaries } from './binaries.ts';

/** Where one embedded server lives and as whom it runs. */
export interface PostgresPlace {
  /** Holds `data`, the server's log and its port and password. */
  readonly home: string;
  readonly account: Account;
  readonly binaries: PostgresBinaries;
  /** True when the database is not inside the wanted folder, because the server's account cannot enter that. */
  readonly isElsewhere: boolean;
}

/** The folder of the database itself inside a home. */
export function dataFolderOf(home: string): string {
  return join(home, 'data');
}

/**
 * Decides where the database for a data folder is kept: inside it when the server's account can get there, otherwise
 * in a folder of the system that is named after it, so that every later start finds the same one.
 */
export function choosePlace(wantedFolder: string): PostgresPlace {
  mkdirSync(wantedFolder, { recursive: true });
  const dataFolder = realpathSync(wantedFolder);
  const inside = join(dataFolder, 'postgres');
  const account = chooseAccount(dataFolderOf(inside));
  if (canEnter(account, dataFolder)) return prepared(inside, account, false);
  const hash = createHash('sha256').update(dataFolder).digest('hex').slice(0, 16);
  const elsewhere = join(systemFolder(account), hash);
  return prepared(elsewhere, chooseAccount(dataFolderOf(elsewhere)), true);
}

/** A new, empty place in the system's temporary folder. */
export function temporaryPlace(): PostgresPlace {
  const account = chooseAccount('');
  const base = canEnter(account, tmpdir()) ? tmpdir() : systemFolder(account);
  return prepared(mkdtempSync(join(realpathSync(base), 'gennaker-postgres-')), account, false);
}

function prepared(home: string, account: Account, isElsewhere: boolean): PostgresPlace {
  mkdirSync(home, { recursive: true });
  if (account !== null) chmodSync(home, 0o711);
  const own = findBinaries();
  const binaries = canRun(account, own) ? own : copyBinaries(own, systemFolder(account));
  return { home, account, binaries, isElsewhere };
}

function systemFolder(account: Account): string {
  const candidates = ['/var/lib/gennaker', join(tmpdir(), 'gennaker')];
  const usable = candidates.find((folder) => isUsable(folder, account));
  if (usable !== undefined) return usable;
  throw new StartError(
    `The account that Postgres runs under can enter neither the data folder nor ${candidates.join(' nor ')}; set GENNAKER_DATA to a folder it can enter, or set DATABASE_URL.`,
  );
}

/** Programs are run from here, so nobody else may own it or write into it. */
function isUsable(folder: string, account: Account): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const { uid, mode } = statSync(folder);
    return uid === process.getuid?.() && (mode & 0o022) === 0 && canEnter(account, folder);
  } catch {
    return false;
  }
}
