import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Command, Given } from '../command.ts';
import { SERVER_FIELDS } from '../diff/compare-pipelines.ts';
import { FORMATS, formatPipeline, parseFormat } from '../documents/format-pipeline.ts';
import type { Terminal } from '../output/terminal.ts';
import { EXIT, Problem } from '../problem.ts';
import { needPipeline } from '../server/pipelines.ts';
import { Server, serverOptions } from '../server/server.ts';

const about = `Writes a pipeline of the server as a file that "apply" takes. Its id is kept, so that it stays the same pipeline when
it is renamed; what the server writes on each save (times, the last author, its place in the list) is left out.
--with-version keeps the number of the version too: "apply" then refuses to overwrite what others saved after it.`;

export const exportCommand: Command = {
  name: 'export',
  summary: 'Write a pipeline of the server to a file',
  words: '<application>/<pipeline>',
  wordCount: { min: 1, max: 1 },
  about,
  examples: [
    ["gennaker export 'shop/Deploy web' > deploy.json", 'as JSON'],
    ["gennaker export 'shop/Deploy web' --format yaml -o deploy.yaml", 'as YAML, into a file'],
    ["gennaker export 'shop/Deploy web' --format ts -o deploy.ts", 'as TypeScript'],
  ],
  options: {
    ...serverOptions,
    format: { short: 'f', value: FORMATS.join('|'), help: 'Format of the file (default json)' },
    output: { short: 'o', value: 'file', help: 'File to write (default: standard output)' },
    'with-version': { help: 'Keep the number of the version' },
  },
  run: runExport,
};

async function runExport(given: Given, terminal: Terminal): Promise<number> {
  const format = parseFormat(given.text('format') ?? 'json', '--format');
  const stored = await needPipeline(Server.of(given, terminal), given.words[0]!);
  writeResult(formatPipeline(withoutServerFields(stored, given.flag('with-version')), format), given, terminal);
  return EXIT.ok;
}

function withoutServerFields(stored: JsonObject, keepVersion: boolean): JsonObject {
  const kept = Object.entries(stored).filter(([key]) => !SERVER_FIELDS.has(key) || (keepVersion && key === 'version'));
  const first = ['application', 'name', 'id', 'version'];
  const rank = (key: string): number => (first.includes(key) ? first.indexOf(key) : first.length);
  return Object.fromEntries(kept.sort(([a], [b]) => rank(a) - rank(b)));
}

/** To the file --output names, else to standard output. */
export function writeResult(text: string, given: Given, terminal: Terminal): void {
  const file = given.text('output');
  if (file === undefined) return terminal.out(text);
  try {
    writeFileSync(resolve(terminal.folder, file), text);
  } catch (error) {
    throw new Problem(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
