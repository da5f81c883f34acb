import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import ts from 'typescript';
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

/** Runs a program, as from a shell: nothing of this test run leaks into it. */
async function run(program, ...args) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('VITEST')));
  const child = spawn(program, args, {
    cwd: catalog,
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status, out, err };
}

/** The same for a program of the project, which says nothing when all is well. */
async function check(name, ...args) {
  const { status, out, err } = await run(bin(name), ...args);
  return { isGood: status === 0, said: status === 0 ? '' : `${out}${err}` };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Files of the catalogue that a project compiles and that name one of these modules in an import. */
function importersOf(program, modules) {
  const paths = modules.map((module) => join(catalog, 'src', `${module}.ts`));
  const names = (file) =>
    ts
      .preProcessFile(file.text)
      .importedFiles.some(({ fileName }) => paths.includes(join(file.fileName, '..', fileName)));
  const files = program.getSourceFiles().filter((file) => file.fileName.startsWith(join(catalog, 'src')));
  return files.filter(names).map((file) => file.fileName);
}

/**
 * What the compiler says of the files of a project that the stage made or changed, and of all that import a manifest.
 * The others are as they were, and compile as they did.
 */
async function problemsIn(project, files, manifests) {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => expect.fail(problem.messageText) };
  const config = ts.getParsedCommandLineOfConfigFile(join(catalog, `tsconfig.${project}.json`), {}, host);
  const program = ts.createProgram(config.fileNames, config.options);
  const found = [...config.errors, ...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  const paths = new Set([...files.map((file) => join(catalog, 'src', file)), ...importersOf(program, manifests)]);
  for (const path of paths) {
    const file = program.getSourceFile(path);
    expect(file, `${path} belongs to the ${project}`).toBeDefined();
    found.push(...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file));
    await nextTurn();
  }
  return found.map((problem) => ts.formatDiagnostic(problem, ts.createCompilerHost(config.options)));
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

  it('is formatted, with its imports in order', async () => {
    expect(
      await check(
        'biome',
        'check',
        '--vcs-enabled=false',
        'src/definitions.ts',
        'src/executors.ts',
        'src/stages/resize-things',
      ),
    ).toEqual(good);
  });

  const stage = 'stages/resize-things';
  it.each([
    ['definitions', ['definitions.ts', `${stage}/definition.ts`], ['definitions']],
    [
      'executors',
      ['executors.ts', `${stage}/executor.ts`, `${stage}/resize-things.test.ts`],
      ['definitions', 'executors'],
    ],
    ['ui', ['ui.ts'], ['definitions', 'ui']],
  ])(
    'compiles with the %s',
    async (project, files, manifests) => {
      expect(await problemsIn(project, files, manifests)).toEqual([]);
    },
    SLOW,
  );

  it(
    'passes its own tests and those of every stage type',
    async () => {
      const tests = ['src/stages/resize-things', 'src/definitions.test.ts'];
      expect(await check('vitest', 'run', '--root', catalog, '--maxWorkers', '1', ...tests)).toEqual(good);
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

  it('and the command says why', async () => {
    const { status, err } = await run(process.execPath, join(projectRoot, 'tools', 'new-stage.mjs'), 'wait');
    expect([status, err]).toEqual([1, 'There is a stage wait already: packages/catalog/src/stages/wait\n']);
  });
});
