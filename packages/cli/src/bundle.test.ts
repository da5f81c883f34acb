import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { version } from './version.ts';

const bin = join(import.meta.dirname, '../bin/gennaker.mjs');

describe('the program as installed', () => {
  it('bundles itself and runs, in several processes at once', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => promisify(execFile)(process.execPath, [bin, '--version'])));
    for (const { stdout, stderr } of runs) expect([stdout, stderr]).toEqual([`gennaker ${version}\n`, '']);
  });
});
