import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newStage } from './new-stage.mjs';
import { projectRoot } from './project-root.mjs';

const SLOW = 240_000;
const bin = (name) => join(projectRoot, 'node_modules', '.bin', name);

let root;
let catalog;
let before;

/** A copy of the catalogue where everything else is the real thing. */
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gennaker-new-stage-')));
  catalog = join(root, 'packages', 'catalog');
  mkdirSync(join(root, 'packages'));
  cpSync(join(projectRoot, 'packages', 'catalog'), catalog, {
    recursive: true,
    filter: (path) => !/node_modules|\.turbo/.test(path),
  });
  for (const file of ['tsconfig.base.json', 'biome.json', 'package.json'])
    cpSync(join(projectRoot, file), join(root, file));
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  before = contents();
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function contents() {
  const files = readdirSync(catalog, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(catalog.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

/** Runs a program of the project on the copy, as from a shell: nothing of this test run leaks into it. */
function run(name, ...args) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('VITEST')));
  const ran = spawnSync(bin(name), args, { cwd: catalog, env: { ...env, NO_COLOR: '1' }, encoding: 'utf8' });
  return { isGood: ran.status === 0, said: ran.status === 0 ? '' : `${ran.stdout}${ran.stderr}` };
}

const good = { isGood: true, said: '' };

describe('a new stage', () => {
  let written;

  beforeAll(() => {
    written = newStage({ catalog, name: 'resize-things' });
  });

  it('is one folder and a line in each manifest, and nothing else', () => {
    const after = contents();
    const changed = [...after.keys()].filter((path) => after.get(path) !== before.get(path));
    const manifests = ['src/definitions.ts', 'src/executors.ts'];
    const files = ['definition.ts', 'docs.md', 'executor.ts', 'resize-things.test.ts'];
    expect(changed.sort()).toEqual([...manifests, ...files.map((file) => `src/stages/resize-things/${file}`)]);
    expect([...written].sort()).toEqual(changed);
    for (const path of manifests) {
      const added = after.get(path).split('\n');
      for (const line of before.get(path).split('\n')) added.splice(added.indexOf(line), 1);
      expect(added.map((line) => line.includes('resizeThings'))).toEqual([true, true]);
    }
  });

  it('is formatted, with its imports in order', () => {
    expect(
      run(
        'biome',
        'check',
        '--vcs-enabled=false',
        'src/definitions.ts',
        'src/executors.ts',
        'src/stages/resize-things',
      ),
    ).toEqual(good);
  });

  it.each(['definitions', 'executors', 'ui'])(
    'compiles with the %s',
    (project) => expect(run('tsc', '--noEmit', '-p', `tsconfig.${project}.json`)).toEqual(good),
    SLOW,
  );

  it(
    'passes its own tests and those of every stage type',
    () => {
      const tests = ['src/stages/resize-things', 'src/definitions.test.ts'];
      expect(run('vitest', 'run', '--root', catalog, '--maxWorkers', '1', ...tests)).toEqual(good);
    },
    SLOW,
  );
});

describe('no stage is made', () => {
  it.each([
    ['without a name', undefined, 'small letters and hyphens'],
    ['with capitals', 'resizeThings', 'small letters and hyphens'],
    ['with a path', '../../escape', 'small letters and hyphens'],
    ['with a part that begins with a digit', 'resize-2', 'small letters and hyphens'],
    ['of a word of the language', 'switch', 'a word of the language'],
    ['that is there', 'wait', 'already'],
    ['under an alias of another', 'find-ami', 'find-image'],
    ['under a name the manifests use', 'manual-trigger', 'manifests'],
  ])('%s', (_case, name, said) => {
    const untouched = contents();
    expect(() => newStage({ catalog, name })).toThrow(said);
    expect(contents()).toEqual(untouched);
  });

  it('and the command says why', () => {
    const ran = spawnSync(process.execPath, [join(projectRoot, 'tools', 'new-stage.mjs'), 'wait'], {
      encoding: 'utf8',
    });
    expect([ran.status, ran.stderr]).toEqual([1, 'There is a stage wait already: packages/catalog/src/stages/wait\n']);
  });
});
