#!/usr/bin/env node
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
