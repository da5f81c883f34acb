import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Command, Given } from '../command.ts';
import { comparePipelines, SERVER_FIELDS, samePipeline, withTriggerIds } from '../diff/compare-pipelines.ts';
import { diffText } from '../diff/diff-text.ts';
import { loadPipeline } from '../documents/load-pipeline.ts';
import type { Terminal } from '../output/terminal.ts';
import { EXIT, usage } from '../problem.ts';
import { findStored, historyOf } from '../server/pipelines.ts';
import { Server, ServerRefusal, serverOptions } from '../server/server.ts';

const about = `Makes the server's pipeline what the file says: creates it, saves a new version, or leaves it alone when it is the same
already. The pipeline is found by its id where the file names one, else by application and name, so that applying
twice does nothing twice.

What others have saved meanwhile is not overwritten: --base names the version your file was made from (a "version" in
the file, as "export --with-version" writes it, says the same). When the server has a newer one, nothing is saved, and
you see what changed, by whom, next to your own changes. --force saves all the same.`;

export const applyCommand: Command = {
  name: 'apply',
  summary: 'Make the pipeline on the server what a file says',
  words: '<file>',
  wordCount: { min: 1, max: 1 },
  about,
  examples: [
    ['gennaker apply deploy.json', 'create or update; unchanged when it is the same'],
    ['gennaker apply deploy.json --dry-run', 'show what would change; exit code 1 when something would'],
    ['gennaker apply deploy.json --base 7', 'refuse if somebody has saved a version after 7'],
  ],
  options: {
    ...serverOptions,
    base: { value: 'version', help: 'Version of the server that the file was made from' },
    force: { help: 'Save even if the server has a newer version than the base' },
    'dry-run': { help: 'Show the changes and save nothing' },
    json: { help: 'Print the result as JSON' },
  },
  run: runApply,
};

interface Applied {
  readonly result: 'created' | 'updated' | 'unchanged' | 'would create' | 'would update';
  readonly pipeline: string;
  readonly version: number | null;
  readonly changes: ReturnType<typeof comparePipelines>;
}

async function runApply(given: Given, terminal: Terminal): Promise<number> {
  const server = Server.of(given, terminal);
  const file = await loadPipeline(given.words[0]!, terminal);
  const stored = await findStored(server, file);
  const applied = await apply(server, file, stored, given, terminal);
  if (given.flag('json')) terminal.out(`${JSON.stringify(applied, null, 2)}\n`);
  else terminal.out(`${sentence(applied)}\n${diffText(applied.changes, terminal.paint)}`);
  return applied.result.startsWith('would') ? EXIT.no : EXIT.ok;
}

async function apply(
  server: Server,
  file: JsonObject,
  stored: JsonObject | null,
  given: Given,
  terminal: Terminal,
): Promise<Applied> {
  const pipeline = `${String(file['application'])}/${String(file['name'])}`;
  const changes = stored === null ? [] : comparePipelines(stored, file);
  const version = stored === null ? null : Number(stored['version']);
  if (stored !== null && samePipeline(stored, file)) return { result: 'unchanged', pipeline, version, changes: [] };
  if (given.flag('dry-run'))
    return { result: stored === null ? 'would create' : 'would update', pipeline, version, changes };
  const base = baseOf(file, given);
  const document = documentToSave(file, stored, given.flag('force') ? version : (base ?? version));
  try {
    await server.ask('POST', '/pipelines', document);
  } catch (error) {
    if (!(error instanceof ServerRefusal) || error.status !== 409) throw error;
    throw await conflict(server, file, base ?? version, error, terminal);
  }
  const saved = await findStored(server, file);
  return {
    result: stored === null ? 'created' : 'updated',
    pipeline,
    version: saved === null ? null : Number(saved['version']),
    changes,
  };
}

function baseOf(file: JsonObject, given: Given): number | null {
  const written = given.text('base');
  if (written !== undefined) {
    if (!/^\d+$/.test(written)) throw usage(`--base "${written}" is no number of a version.`);
    return Number(written);
  }
  return typeof file['version'] === 'number' ? file['version'] : null;
}

/** The author's fields under the stored pipeline's identity and place, with the version it is based on. */
function documentToSave(file: JsonObject, stored: JsonObject | null, version: number | null): JsonObject {
  const whole = stored === null ? file : withTriggerIds(file, stored);
  const own = Object.fromEntries(Object.entries(whole).filter(([key]) => !SERVER_FIELDS.has(key)));
  if (stored === null) return own;
  return { ...own, id: stored['id'], index: stored['index'], version };
}

const sentence = ({ result, pipeline, version }: Applied): string =>
  version === null
    ? `${pipeline}: ${result}`
    : `${pipeline}: ${result} (version ${version}${result === 'would update' ? ' now' : ''})`;

/** What others changed since the base, next to what the file changes. */
async function conflict(
  server: Server,
  file: JsonObject,
  base: number | null,
  refused: ServerRefusal,
  { paint }: Terminal,
): Promise<ServerRefusal> {
  const stored = await findStored(server, file);
  const history = stored === null ? [] : await historyOf(server, String(stored['id']));
  const ascending = [...history].sort((a, b) => Number(a['version']) - Number(b['version']));
  const original = ascending.find((entry) => entry['version'] === base);
  const newer = ascending.filter((entry) => base !== null && Number(entry['version']) > base);
  const theirs = newer.map((entry, at) => {
    const previous = at === 0 ? original : newer[at - 1];
    const changes = previous ? diffText(comparePipelines(previous, entry), paint) : '';
    return `${paint.bold(`Version ${String(entry['version'])} by ${String(entry['lastModifiedBy'])}`)}, ${timeOf(entry)}:\n${indent(changes)}`;
  });
  const mine = original ? diffText(comparePipelines(original, file), paint) : '';
  const advice = [
    ...theirs,
    ...(mine === '' ? [] : [`${paint.bold('Your file')}, against version ${base}:\n${indent(mine)}`]),
    'Merge these into your file and apply it with the new --base, or save yours over them with --force.',
  ].join('\n');
  return new ServerRefusal(409, refused.code, refused.message, advice);
}

const timeOf = (entry: JsonObject): string => {
  const at = Number(entry['updateTs']);
  return Number.isFinite(at) && at > 0 ? new Date(at).toISOString().replace(/\.\d+Z$/, 'Z') : 'at an unknown time';
};

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');
