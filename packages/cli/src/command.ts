import type { Terminal } from './output/terminal.ts';

/** An option as people write it. `value` names what follows it; a switch has none. */
export interface OptionDefinition {
  readonly short?: string;
  readonly value?: string;
  readonly multiple?: boolean;
  readonly help: string;
}

/** What was written on the command line, sorted. */
export interface Given {
  readonly words: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
}

/** One command: what its help says and what it does. `run` answers the exit code. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Words after the name, as help shows them. */
  readonly words: string;
  readonly wordCount: { readonly min: number; readonly max: number };
  /** Paragraphs for the command's own help. */
  readonly about: string;
  readonly examples: ReadonlyArray<readonly [command: string, meaning: string]>;
  readonly options: Readonly<Record<string, OptionDefinition>>;
  run(given: Given, terminal: Terminal): Promise<number>;
}
