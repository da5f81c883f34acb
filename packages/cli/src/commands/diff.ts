import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Command, Given } from '../command.ts';
import { comparePipelines } from '../diff/compare-pipelines.ts';
import { diffText } from '../diff/diff-text.ts';
import { loadPipeline } from '../documents/load-pipeline.ts';
import type { Terminal } from '../output/terminal.ts';
import { EXIT, Problem } from '../problem.ts';
import { findStored } from '../server/pipelines.ts';
import { Server, serverOptions } from '../server/server.ts';

const about = `Compares what two pipelines mean: stages added, removed, moved or changed field by field, parameters, triggers,
notifications. Order of keys, formatting, JSON or YAML, and other refIds for the same graph make no difference. With
one file, it is compared with the server's version of the same pipeline. The exit code is 0 when both mean the same
and 1 when they differ.`;

export const diffCommand: Command = {
  name: 'diff',
  summary: 'Compare two pipelines, or a file with the server',
  words: '<file> [<file>]',
  wordCount: { min: 1, max: 2 },
  about,
  examples: [
    ['gennaker diff old.json new.yaml', 'from the first to the second'],
    ['gennaker diff deploy.json', 'from what the server has to what the file would make of it'],
    ['gennaker diff deploy.json --server https://gennaker.example.com', 'the same on another server'],
  ],
  options: { ...serverOptions, json: { help: 'Print the differences as JSON' } },
  run: runDiff,
};

async function runDiff(given: Given, terminal: Terminal): Promise<number> {
  const [before, after] = await bothSides(given, terminal);
  const changes = comparePipelines(before, after);
  if (given.flag('json')) terminal.out(`${JSON.stringify(changes, null, 2)}\n`);
  else terminal.out(changes.length === 0 ? 'Both mean the same.\n' : diffText(changes, terminal.paint));
  return changes.length === 0 ? EXIT.ok : EXIT.no;
}

async function bothSides(given: Given, terminal: Terminal): Promise<[JsonObject, JsonObject]> {
  const [first, second] = given.words;
  const file = await loadPipeline(first!, terminal);
  if (second !== undefined) return [file, await loadPipeline(second, terminal)];
  const server = Server.of(given, terminal);
  const stored = await findStored(server, file);
  if (stored) return [stored, file];
  throw new Problem(`${server.url} has no pipeline "${String(file['name'])}" in ${String(file['application'])}.`, {
    advice: `"gennaker apply ${first}" would create it.`,
    exitCode: EXIT.no,
  });
}
