import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { StartError } from '../start-error.ts';

/** Numeric identity that the server runs under; null means our own, because we are not root. */
export type Account = { readonly uid: number; readonly gid: number } | null;

/**
 * Postgres refuses to run as root. As root this picks the owner of an existing data folder, else the account
 * `postgres`, else `nobody`; no account is ever created.
 */
export function chooseAccount(existingData: string): Account {
  const owner = statSync(existingData, { throwIfNoEntry: false });
  const own = process.getuid?.();
  if (own !== 0) {
    if (owner === undefined || own === undefined || owner.uid === own) return null;
    throw new StartError(
      `The database in ${existingData} belongs to another account (number ${owner.uid}); start as that account, or set GENNAKER_DATA to another folder.`,
    );
  }
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = readFileSync('/etc/passwd', 'utf8');
  const found = findAccount(accounts, 'postgres') ?? findAccount(accounts, 'nobody');
  if (found !== null) return found;
  throw new StartError(
    'Postgres does not run as root and this machine has neither an account postgres nor nobody; start as another user or set DATABASE_URL.',
  );
}

/** Numeric ids of a named account in the text of an /etc/passwd file; null when absent, malformed or root. */
export function findAccount(passwd: string, name: string): Account {
  const fields = passwd.split('\n').map((line) => line.split(':'));
  const [, , uid, gid] = fields.find((row) => row[0] === name) ?? [];
  const account = { uid: Number(uid), gid: Number(gid) };
  return account.uid > 0 && Number.isInteger(account.gid) ? account : null;
}

/** Whether the account can enter the folder, asked of the system itself so that lists of access rights count too. */
export function canEnter(account: Account, folder: string): boolean {
  if (account === null) return true;
  return spawnSync('test', ['-x', folder], { ...account, cwd: '/', stdio: 'ignore' }).status === 0;
}
