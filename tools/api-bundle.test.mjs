import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiBundle } from './api-bundle.mjs';

let folder;

beforeEach(() => {
  mkdirSync(join(apiBundle.cwd, 'dist'), { recursive: true });
  folder = mkdtempSync(join(apiBundle.cwd, 'dist', 'trial-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

async function bundle(source) {
  writeFileSync(join(folder, 'trial.ts'), source);
  const build = await rolldown({ ...apiBundle, input: { trial: join(folder, 'trial.ts') } });
  await build.write({ ...apiBundle.output, dir: join(folder, 'out') });
  await build.close();
  return join(folder, 'out', 'trial.js');
}

describe('the bundle of the api', () => {
  it('keeps the types of constructor arguments for injection, and runs on its own', async () => {
    const file = await bundle(`
      import 'reflect-metadata';
      import { Injectable } from '@nestjs/common';
      @Injectable() class Port {}
      @Injectable() class UseCase { constructor(port: Port) { void port; } }
      console.log(Reflect.getMetadata('design:paramtypes', UseCase).map((type: { name: string }) => type.name).join());
    `);
    expect(execFileSync(process.execPath, [file], { encoding: 'utf8' })).toBe('Port\n');
  });
});
