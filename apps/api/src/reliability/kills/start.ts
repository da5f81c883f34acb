import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';
import type { Home } from './words.ts';

/**
 * Runs the bundle of a worker: `start <bundle> <homes> <keep>`. Compiling it takes most of a start, so compiled code that
 * an earlier one kept beside it is taken if there is any.
 */
const [, , bundle = '', homes = '', keep = ''] = process.argv;
const compiled = `${bundle}.compiled`;
const script = new Script(`(function (exports, require, __filename, __dirname) {${readFileSync(bundle, 'utf8')}\n})`, {
  filename: bundle,
  ...(existsSync(compiled) ? { cachedData: readFileSync(compiled) } : {}),
});
const worker: { main?: (homes: readonly Home[]) => Promise<void> } = {};
const run = script.runInThisContext() as (
  exports: object,
  require: NodeJS.Require,
  name: string,
  folder: string,
) => void;
run(worker, createRequire(bundle), bundle, dirname(bundle));
void worker.main?.(JSON.parse(homes) as Home[]).then(
  () => {
    if (keep === 'keep') writeFileSync(compiled, script.createCachedData());
    process.exit(0);
  },
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
