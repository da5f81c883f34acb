import type { Command } from './command.ts';
import { commands } from './commands/index.ts';
import { table } from './output/table.ts';
import type { Paint } from './output/terminal.ts';

/** What `gennaker --help` prints. */
export function generalHelp(paint: Paint): string {
  const list = table(
    commands.map(({ name, summary }) => [paint.cyan(name), summary]),
    '  ',
  );
  return [
    `${paint.bold('gennaker')} writes, tries and runs pipelines from the command line.`,
    '',
    `${paint.bold('Usage:')} gennaker <command> [options]`,
    '',
    paint.bold('Commands'),
    list,
    '',
    paint.bold('A first round'),
    '  gennaker validate deploy.json                      is it right?',
    '  gennaker plan deploy.json -p version=2.0.0         what would it do?',
    '  gennaker simulate deploy.json --script story.yaml  what if the deploy fails?',
    '  gennaker apply deploy.json                         give it to the server',
    "  gennaker trigger 'shop/Deploy web' -p version=2.0.0 --watch",
    '',
    'validate, plan, simulate, diff of two files, convert and schema work offline. The others talk to the server that',
    '--server or GENNAKER_SERVER names (default http://localhost:8084).',
    '',
    'Exit codes: 0 yes; 1 no (findings, unmet expectations, a failed execution); 2 called wrongly, or with a file that is',
    'not there; 3 a file or the server could not be used.',
    '',
    '"gennaker <command> --help" shows examples and options of a command.',
    '',
  ].join('\n');
}

/** What `gennaker <command> --help` prints. */
export function commandHelp(command: Command, paint: Paint): string {
  const options = Object.entries({ ...command.options, help: { short: 'h', help: 'Show this help' } });
  const rows = options.map(([name, option]) => [
    `${option.short ? `-${option.short}, ` : '    '}--${name}${'value' in option && option.value ? ` <${option.value}>` : ''}`,
    option.help,
  ]);
  const examples = command.examples.flatMap(([line, meaning]) => [`  ${paint.cyan(line)}`, `      ${meaning}`]);
  return [
    `${paint.bold(`gennaker ${command.name}`)}: ${command.summary}`,
    '',
    `${paint.bold('Usage:')} gennaker ${[command.name, command.words, '[options]'].filter((part) => part !== '').join(' ')}`,
    '',
    command.about,
    '',
    paint.bold('Examples'),
    ...examples,
    '',
    paint.bold('Options'),
    table(rows, '  '),
    '',
  ].join('\n');
}
