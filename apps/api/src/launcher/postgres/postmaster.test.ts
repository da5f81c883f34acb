import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { dataFolderOf, type PostgresPlace } from './place.ts';
import { findPostmaster } from './postmaster.ts';

const homes: string[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

/** A place whose pid file has this content. */
function placeWith(content: string): { place: PostgresPlace; pidFile: string } {
  const home = mkdtempSync(join(tmpdir(), 'gennaker-postmaster-'));
  homes.push(home);
  mkdirSync(dataFolderOf(home));
  const pidFile = join(dataFolderOf(home), 'postmaster.pid');
  writeFileSync(pidFile, content);
  return { place: { home } as PostgresPlace, pidFile };
}

describe('finding the server of a folder', () => {
  it('leaves the pid file alone that a server is just writing', () => {
    const { place, pidFile } = placeWith('');
    expect(findPostmaster(place)).toBeNull();
    expect(existsSync(pidFile)).toBe(true);
  });

  it('removes one that has stayed empty, because no server would start beside it', () => {
    const { place, pidFile } = placeWith('');
    utimesSync(pidFile, 1_000_000, 1_000_000);
    expect(findPostmaster(place)).toBeNull();
    expect(existsSync(pidFile)).toBe(false);
  });

  it('removes one whose process is not a server of this folder', () => {
    const { place, pidFile } = placeWith(`${process.pid}\n/elsewhere\n`);
    expect(findPostmaster(place)).toBeNull();
    expect(existsSync(pidFile)).toBe(false);
  });
});
