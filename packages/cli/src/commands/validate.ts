import type { Command, Given } from '../command.ts';
import { type CheckedFile, checkFile } from '../documents/check-file.ts';
import type { Terminal } from '../output/terminal.ts';
import { EXIT } from '../problem.ts';

const about = `Checks pipelines with the rules the server checks them with on save, without a server: fields and their values,
graph, parameters, triggers, expressions and what they refer to. Each finding shows the place in the file. Errors
refuse a save; warnings are what will go wrong in a run or might be meant otherwise. The exit code is 0 without errors,
1 with errors, 2 when the command was called wrongly.`;

export const validateCommand: Command = {
  name: 'validate',
  summary: 'Check pipelines in files',
  words: '<file>...',
  wordCount: { min: 1, max: Number.POSITIVE_INFINITY },
  about,
  examples: [
    ['gennaker validate deploy.json pipelines/*.yaml', 'all of them'],
    ['gennaker validate deploy.ts', 'a pipeline as code'],
    ['cat deploy.json | gennaker validate -', 'from standard input'],
    ['gennaker validate deploy.json --strict', 'warnings count as errors'],
    ['gennaker validate deploy.json --json', 'findings as data, for other tools'],
  ],
  options: {
    strict: { help: 'Warnings end with exit code 1 too' },
    quiet: { short: 'q', help: 'Show errors only' },
    json: { help: 'Print the findings as JSON' },
  },
  run: runValidate,
};

async function runValidate(given: Given, terminal: Terminal): Promise<number> {
  const files: CheckedFile[] = [];
  for (const file of given.words) files.push(await checkFile(file, terminal, given.flag('quiet')));
  const all = files.flatMap(({ findings }) => findings);
  const errors = all.filter(({ severity }) => severity === 'error').length;
  const warnings = all.filter(({ severity }) => severity === 'warning').length;
  const isGood = errors === 0 && (warnings === 0 || !given.flag('strict'));
  if (given.flag('json')) {
    const told = files.map(({ file, findings }) => ({ file, findings }));
    terminal.out(`${JSON.stringify({ ok: isGood, files: told }, null, 2)}\n`);
  } else terminal.out(textOf(files, { errors, warnings }, given, terminal));
  return isGood ? EXIT.ok : EXIT.no;
}

function textOf(
  files: readonly CheckedFile[],
  { errors, warnings }: { errors: number; warnings: number },
  given: Given,
  { paint }: Terminal,
): string {
  const details = files.filter(({ text }) => text !== '').map(({ text }) => `${text}\n`);
  const good = paint.green(given.flag('quiet') ? 'no errors' : 'all good');
  const what = files.length === 1 ? '1 file' : `${files.length} files`;
  const found = [many(errors, 'error'), many(warnings, 'warning')].filter((part) => part !== '').join(', ');
  const verdict = errors > 0 ? paint.red(found) : warnings > 0 ? paint.yellow(found) : good;
  return `${details.join('')}${what}: ${verdict}\n`;
}

const many = (count: number, noun: string): string => (count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`);
