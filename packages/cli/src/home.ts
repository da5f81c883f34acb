import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of this package, whether the program runs from its sources or from its bundle. */
export function home(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isHome(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function isHome(folder: string): boolean {
  const manifest = join(folder, 'package.json');
  return existsSync(manifest) && readFileSync(manifest, 'utf8').includes('"@gennaker/cli"');
}
