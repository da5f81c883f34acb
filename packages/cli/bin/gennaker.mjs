#!/usr/bin/env -S node --max-semi-space-size=64
// Room for young objects: a plan makes hundreds of thousands that live until it is shown.
import { pathToFileURL } from 'node:url';
import { bundle, ensureBundle } from './bundle.mjs';

try {
  await ensureBundle();
} catch (error) {
  process.stderr.write(
    `gennaker: the program could not be bundled: ${error instanceof Error ? error.message : String(error)}\n` +
      'Run "npm install" in the project and try again.\n',
  );
  process.exit(70);
}
await import(pathToFileURL(bundle).href);
