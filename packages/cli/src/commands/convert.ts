import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Command, Given } from '../command.ts';
import { FORMATS, formatPipeline, parseFormat } from '../documents/format-pipeline.ts';
import { readCode } from '../documents/read-code.ts';
import { isCode, readObject } from '../documents/read-document.ts';
import type { Terminal } from '../output/terminal.ts';
import { EXIT, Problem, usage } from '../problem.ts';
import { writeResult } from './export.ts';

export const convertCommand: Command = {
  name: 'convert',
  summary: 'Turn a pipeline file into another format',
  words: '<file>',
  wordCount: { min: 1, max: 1 },
  about: `Writes the same pipeline in another format. Nothing is added and nothing is lost: unknown fields stay, and converting
there and back gives an equal document. Comments of YAML files are not carried over.`,
  examples: [
    ['gennaker convert deploy.json --to yaml -o deploy.yaml', 'JSON to YAML'],
    ['gennaker convert deploy.json --to ts -o deploy.ts', 'to TypeScript, with references where text was'],
    ['gennaker convert deploy.ts --to json', 'what the code compiles to'],
  ],
  options: {
    to: { short: 't', value: FORMATS.join('|'), help: 'Format to write' },
    output: { short: 'o', value: 'file', help: 'File to write (default: standard output)' },
  },
  run: runConvert,
};

async function runConvert(given: Given, terminal: Terminal): Promise<number> {
  const to = given.text('to');
  if (to === undefined) throw usage('"gennaker convert" needs --to.', `The formats are: ${FORMATS.join(', ')}.`);
  const format = parseFormat(to, '--to');
  const file = given.words[0]!;
  const pipeline = isCode(file) ? only(await readCode(file, terminal), file) : readObject(file, 'pipeline', terminal);
  writeResult(formatPipeline(pipeline, format), given, terminal);
  return EXIT.ok;
}

function only(pipelines: readonly JsonObject[], file: string): JsonObject {
  const [first] = pipelines;
  if (first && pipelines.length === 1) return first;
  throw new Problem(`${file} makes ${pipelines.length} pipelines, and one is wanted.`, { exitCode: EXIT.usage });
}
