import { parseArgs } from 'node:util';
import type { Command, Given } from './command.ts';
import { commands } from './commands/index.ts';
import { commandHelp, generalHelp } from './help.ts';
import { nearest } from './output/nearest.ts';
import type { Terminal } from './output/terminal.ts';
import { EXIT, Problem, usage } from './problem.ts';
import { version } from './version.ts';

/** Runs one command line and answers its exit code. Never throws. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    return complain(error, terminal);
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || first === '--help' || first === '-h') return print(generalHelp(terminal.paint), terminal);
  if (first === '--version' || first === '-V') return print(`gennaker ${version}\n`, terminal);
  if (first === 'help') return print(helpAbout(rest[0], terminal), terminal);
  const command = find(first);
  const given = parse(command, rest);
  if (given === 'help') return print(commandHelp(command, terminal.paint), terminal);
  return command.run(given, terminal);
}

function print(text: string, terminal: Terminal): number {
  terminal.out(text);
  return EXIT.ok;
}

function helpAbout(name: string | undefined, terminal: Terminal): string {
  return name === undefined ? generalHelp(terminal.paint) : commandHelp(find(name), terminal.paint);
}

function find(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command) return command;
  const names = commands.map((candidate) => candidate.name);
  const close = nearest(name, names);
  throw usage(
    `There is no command "${name}".`,
    close ? `Did you mean "gennaker ${close}"?` : `The commands are: ${names.join(', ')}.`,
  );
}

function parse(command: Command, args: readonly string[]): Given | 'help' {
  const options = { ...command.options, help: { short: 'h', help: 'Show this help' } };
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, option]) => [
          name,
          {
            type: 'value' in option && option.value !== undefined ? ('string' as const) : ('boolean' as const),
            ...(option.short === undefined ? {} : { short: option.short }),
            ...('multiple' in option && option.multiple ? { multiple: true } : {}),
          },
        ]),
      ),
    });
  } catch (error) {
    throw usage(optionProblem(command, error), `"gennaker ${command.name} --help" shows its options.`);
  }
  const { values, positionals } = parsed;
  if (values['help'] === true) return 'help';
  const { min, max } = command.wordCount;
  if (positionals.length < min || positionals.length > max)
    throw usage(
      positionals.length < min
        ? `"gennaker ${command.name}" needs ${command.words}.`
        : `"gennaker ${command.name}" takes ${command.words || 'no words'}, and was given ${positionals.length}: ${positionals.join(', ')}.`,
      `For example: ${command.examples[0]?.[0] ?? `gennaker ${command.name}`}`,
    );
  return {
    words: positionals,
    flag: (name) => values[name] === true,
    text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    texts: (name) => (Array.isArray(values[name]) ? values[name].map(String) : []),
  };
}

/** Node's own sentence is about its function; ours is about the option. */
function optionProblem(command: Command, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '([^']+)'/.exec(message)?.[1];
  if (unknown !== undefined) {
    const close = nearest(unknown.replace(/^-+/, ''), Object.keys(command.options));
    return `"gennaker ${command.name}" has no option ${unknown}.${close ? ` Did you mean --${close}?` : ''}`;
  }
  return message.split('\n')[0] ?? message;
}

function complain(error: unknown, terminal: Terminal): number {
  const { paint } = terminal;
  if (error instanceof Problem) {
    terminal.err(`${paint.red('Error:')} ${error.message}\n${error.advice === undefined ? '' : `${error.advice}\n`}`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  terminal.err(
    `${paint.red('Error:')} gennaker met a fault of its own: ${message}\nPlease report it together with the command you ran.\n`,
  );
  return 70;
}
