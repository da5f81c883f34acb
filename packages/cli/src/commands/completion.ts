import type { Command } from '../command.ts';
import { EXIT, usage } from '../problem.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Prints the script with which a shell completes commands and options. */
export const completionCommand = (all: () => readonly Command[]): Command => ({
  name: 'completion',
  summary: 'Print a completion script for your shell',
  words: SHELLS.join('|'),
  wordCount: { min: 1, max: 1 },
  about: 'Prints a script that lets your shell complete commands, options and file names.',
  examples: [
    ['source <(gennaker completion bash)', 'in ~/.bashrc'],
    ['source <(gennaker completion zsh)', 'in ~/.zshrc, after compinit'],
    ['gennaker completion fish > ~/.config/fish/completions/gennaker.fish', 'once'],
  ],
  options: {},
  async run(given, terminal) {
    const shell = SHELLS.find((each) => each === given.words[0]);
    if (!shell) throw usage(`There is no completion for "${given.words[0]}".`, `Shells: ${SHELLS.join(', ')}.`);
    terminal.out(shell === 'bash' ? bash(all()) : shell === 'zsh' ? zsh(all()) : fish(all()));
    return EXIT.ok;
  },
});

const optionsOf = (command: Command): readonly string[] => [
  ...Object.keys(command.options).map((name) => `--${name}`),
  '--help',
];

function bash(all: readonly Command[]): string {
  const cases = all.map((command) => `    ${command.name}) words='${optionsOf(command).join(' ')}' ;;`);
  return `_gennaker() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${all.map(({ name }) => name).join(' ')} --help --version' -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _gennaker gennaker
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function zsh(all: readonly Command[]): string {
  const described = all.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = all.map((command) => {
    const options = Object.entries(command.options).map(([name, option]) =>
      quoted(
        `${option.multiple ? '*' : ''}--${name}[${option.help.replace(/[[\]]/g, '')}]${option.value ? ':value:_files' : ''}`,
      ),
    );
    return `    ${command.name}) _arguments ${[...options, quoted('*:file:_files')].join(' ')} ;;`;
  });
  return `#compdef gennaker
_gennaker() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
compdef _gennaker gennaker
`;
}

function fish(all: readonly Command[]): string {
  const lines = all.flatMap((command) => [
    `complete -c gennaker -n __fish_use_subcommand -f -a ${command.name} -d ${quoted(command.summary)}`,
    ...Object.entries(command.options).map(
      ([name, option]) =>
        `complete -c gennaker -n '__fish_seen_subcommand_from ${command.name}' -l ${name}${option.short ? ` -s ${option.short}` : ''}${option.value ? ' -r' : ''} -d ${quoted(option.help)}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}
