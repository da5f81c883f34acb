import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const manifestSchema = z.object({ name: z.string(), version: z.string() });

/** The folder that holds the product's own `package.json`, and the version written there. */
export interface Project {
  readonly root: string;
  readonly version: string;
}

/**
 * Looks upwards from a file for the product's root folder, so that sources and the bundle in `dist` find the same one.
 * Throws when no folder above is the product's root: then files were moved out of their tree.
 */
export function findProject(fromUrl: string = import.meta.url): Project {
  let folder = dirname(fileURLToPath(fromUrl));
  for (;;) {
    const version = versionOfProduct(folder);
    if (version !== null) return { root: folder, version };
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error(`No package.json of gennaker is in any folder above ${fileURLToPath(fromUrl)}.`);
    folder = parent;
  }
}

function versionOfProduct(folder: string): string | null {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return null;
  const manifest = manifestSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return manifest.success && manifest.data.name === 'gennaker' ? manifest.data.version : null;
}
