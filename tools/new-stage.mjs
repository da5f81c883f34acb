// Writes the folder of a new stage type and its lines in the manifests: npm run new:stage -- resize-things
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectRoot } from './project-root.mjs';
import { stageFiles } from './stage-templates.mjs';

const RESERVED = new Set(
  `abstract arguments as async await boolean break case catch class const continue debugger declare default delete do
  else enum eval export extends false finally for from function get if implements import in instanceof interface is let
  module namespace new null of package private protected public require return set static super switch symbol this
  throw true try type typeof undefined var void while with yield`.split(/\s+/),
);

/** Why a stage cannot be made; the message is for a person. */
export class Refused extends Error {}

/** Makes the stage `name` (kebab-case) in the catalogue at `catalog`; answers the paths written, relative to it. */
export function newStage({ catalog, name }) {
  const type = typeOf(name);
  const folder = join('src', 'stages', name);
  refuseTaken(catalog, folder, type, name);
  const manifests = {
    [join('src', 'definitions.ts')]: {
      imported: `import { ${type}Stage } from './stages/${name}/definition.ts';`,
      list: 'export const stageDefinitions = {',
      entry: `  ${type}: ${type}Stage,`,
    },
    [join('src', 'executors.ts')]: {
      imported: `import { ${type} } from './stages/${name}/executor.ts';`,
      list: 'export const stageExecutors: Readonly<Record<StageType, StageExecutor>> = {',
      entry: `  ${type},`,
    },
  };
  // All texts are made before the first one is written: a manifest that cannot be read leaves nothing behind.
  const texts = new Map(
    Object.entries(manifests).map(([path, lines]) => [
      path,
      withLines(path, readFileSync(join(catalog, path), 'utf8'), lines),
    ]),
  );
  const label = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  for (const [file, text] of Object.entries(stageFiles({ folder: name, type, label })))
    texts.set(join(folder, file), text);
  mkdirSync(join(catalog, folder), { recursive: true });
  for (const [path, text] of texts) writeFileSync(join(catalog, path), text);
  return [...texts.keys()];
}

function typeOf(name) {
  if (!/^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/.test(name ?? '') || name.length > 60) {
    throw new Refused('Name the stage in small letters and hyphens: npm run new:stage -- resize-things');
  }
  const type = name.replaceAll(/-([a-z])/g, (_hyphen, letter) => letter.toUpperCase());
  if (RESERVED.has(type)) throw new Refused(`"${type}" is a word of the language; name the stage by two words.`);
  return type;
}

function refuseTaken(catalog, folder, type, name) {
  if (existsSync(join(catalog, folder)))
    throw new Refused(`There is a stage ${name} already: packages/catalog/${folder}`);
  const taken = ['definitions.ts', 'executors.ts'].some((file) =>
    new RegExp(`\\b${type}(Stage)?\\b`).test(readFileSync(join(catalog, 'src', file), 'utf8')),
  );
  if (taken) throw new Refused(`"${type}" is used in the manifests of packages/catalog already; choose another name.`);
  for (const other of readdirSync(join(catalog, 'src', 'stages'))) {
    const definition = join(catalog, 'src', 'stages', other, 'definition.ts');
    if (!existsSync(definition)) continue;
    const aliases = /aliases: \[([^\]]*)\]/.exec(readFileSync(definition, 'utf8'))?.[1];
    if (aliases?.includes(`'${type}'`)) {
      throw new Refused(`Stored pipelines name the stage ${other} "${type}" too; choose another name.`);
    }
  }
}

/** Puts the import among the stages' imports, in order, and the entry at the end of the list. */
function withLines(path, text, { imported, list, entry }) {
  const lines = text.split('\n');
  const folderOf = (line) => /^import .* from '\.\/stages\/([^/]+)\//.exec(line)?.[1];
  const stages = lines.flatMap((line, at) => (folderOf(line) === undefined ? [] : [at]));
  const start = lines.indexOf(list);
  const end = lines.findIndex((line, at) => at > start && line.startsWith('}'));
  if (stages.length === 0 || start < 0 || end < 0) {
    throw new Refused(`packages/catalog/${path} does not look as expected; no line was added.`);
  }
  lines.splice(end, 0, entry);
  const after = stages.find((at) => folderOf(lines[at]) > folderOf(imported)) ?? stages.at(-1) + 1;
  lines.splice(after, 0, imported);
  return lines.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const written = newStage({ catalog: join(projectRoot, 'packages', 'catalog'), name: process.argv[2] });
    console.log(written.map((path) => `packages/catalog/${path}`).join('\n'));
    console.log('\nNext: docs/guides/adding-a-stage.md');
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
