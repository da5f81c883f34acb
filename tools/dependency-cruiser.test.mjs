import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from './project-root.mjs';

/** Importing file, what it imports, and the rule that must speak; null where the import is fine. */
const imports = [
  ['packages/pipeline-dsl/src/a.ts', 'zod', null],
  ['packages/pipeline-dsl/src/b.ts', 'node:fs', 'language-is-pure'],
  ['packages/pipeline-dsl/src/c.ts', 'bullmq', 'language-is-pure'],
  ['packages/catalog/src/kit/index.ts', 'packages/catalog/src/stages/wait/definition.ts', 'kit-knows-no-entry'],
  ['packages/catalog/src/stages/wait/definition.ts', 'packages/pipeline-dsl/src/index.ts', null],
  ['packages/catalog/src/stages/bake/definition.ts', 'react', 'definition-is-pure'],
  ['packages/catalog/src/stages/deploy/definition.ts', 'node:fs', 'definition-without-node'],
  ['packages/catalog/src/stages/deploy/executor.ts', '@aws-sdk/client-ec2', 'server-half-without-drivers'],
  [
    'packages/catalog/src/stages/bake/executor.ts',
    'packages/catalog/src/stages/wait/definition.ts',
    'entries-do-not-know-each-other',
  ],
  ['packages/catalog/src/stages/wait/executor.ts', 'packages/catalog/src/stages/wait/definition.ts', null],
  [
    'packages/catalog/src/stages/wait/form.tsx',
    'packages/catalog/src/stages/wait/executor.ts',
    'browser-half-stays-in-browser',
  ],
  ['packages/catalog/src/stages/bake/form.tsx', 'node:fs', 'browser-half-without-node'],
  ['apps/api/src/engine/engine.ts', 'bullmq', 'engine-is-plain'],
  ['apps/api/src/engine/a.ts', 'apps/api/src/queue/index.ts', 'engine-is-plain'],
  ['apps/api/src/engine/b.ts', 'packages/catalog/src/stages/wait/definition.ts', 'engine-is-plain'],
  ['apps/api/src/queue/a.ts', 'apps/api/src/engine/ports.ts', null],
  ['apps/api/src/queue/b.ts', 'bullmq', null],
  ['apps/api/src/queue/c.ts', 'apps/api/src/persistence/index.ts', 'adapters-do-not-know-each-other'],
  ['apps/api/src/queue/d.ts', 'apps/api/src/config/index.ts', 'rooms-are-handed-their-config'],
  ['apps/api/src/features/pipelines/a.ts', 'apps/api/src/persistence/index.ts', null],
  ['apps/api/src/features/pipelines/b.ts', 'apps/api/src/persistence/rows.ts', 'features-use-public-faces'],
  ['apps/api/src/features/pipelines/c.ts', 'bullmq', 'features-without-drivers'],
  ['apps/ui/src/a.ts', 'apps/api/src/engine/ports.ts', 'ui-without-server'],
  ['packages/ui-kit/src/a.ts', 'apps/ui/src/theme.ts', 'packages-do-not-know-apps'],
  ['packages/cli/src/a.ts', 'apps/api/src/engine/index.ts', null],
  ['packages/cli/src/b.ts', 'apps/api/src/persistence/index.ts', 'cli-takes-the-engine-alone'],
  ['packages/cli/src/c.ts', 'bullmq', 'cli-takes-the-engine-alone'],
  ['packages/aws-sandbox/src/a.ts', 'packages/pipeline-dsl/src/index.ts', 'sandbox-stands-alone'],
  ['apps/api/src/events/a.ts', 'apps/api/src/events/missing.ts', 'everything-resolves'],
];

let root;
let violations;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gennaker-walls-')));
  for (const name of ['zod', 'bullmq', 'react', '@aws-sdk/client-ec2']) {
    write(`node_modules/${name}/package.json`, `{ "name": "${name}", "main": "dist/index.js" }`);
    write(`node_modules/${name}/dist/index.js`, '');
  }
  const ownTargets = imports
    .map(([, target]) => target)
    .filter((target) => target.includes('/src/') && !target.includes('missing'));
  for (const target of ownTargets) write(target, 'export const x = 1;\n');
  for (const [file, target] of imports) {
    write(
      file,
      `import ${JSON.stringify(target.includes('/src/') ? pathBetween(file, target) : target)};\nexport const x = 1;\n`,
    );
  }
  write('apps/api/src/events/one.ts', "import './two.ts';\n");
  write('apps/api/src/events/two.ts', "import './one.ts';\n");
  violations = cruise();
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(path, text) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function pathBetween(file, target) {
  const path = relative(dirname(file), target);
  return path.startsWith('.') ? path : `./${path}`;
}

function cruise() {
  const args = [
    '--config',
    join(projectRoot, 'tools/dependency-cruiser.cjs'),
    '--output-type',
    'json',
    'apps',
    'packages',
  ];
  const run = spawnSync(join(projectRoot, 'node_modules/.bin/depcruise'), args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(run.stdout).summary.violations.map(({ from, rule }) => `${from} ${rule.name}`);
}

describe('the walls between rooms', () => {
  it.each(imports)('%s importing %s: %s', (file, _target, rule) => {
    const found = violations.filter((line) => line.startsWith(`${file} `)).map((line) => line.slice(file.length + 1));
    if (rule === null) expect(found).toEqual([]);
    else expect(found).toContain(rule);
  });

  it('has no cycles', () => {
    expect(violations).toContain('apps/api/src/events/one.ts no-cycles');
  });
});
