/** Tells the person at the console what is happening, one line per step. */
export interface Progress {
  /** Runs a step and prints its name, its result in a few words and how long it took. */
  step<T>(name: string, work: () => Promise<T>, result?: (value: T) => string): Promise<T>;
  say(line: string): void;
}

export function consoleProgress(write: (text: string) => void): Progress {
  return {
    async step(name, work, result = () => 'ready') {
      const begun = performance.now();
      const value = await work();
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      write(`  ${name.padEnd(11)} ${result(value)} (${seconds} s)\n`);
      return value;
    },
    say: (line) => write(`${line}\n`),
  };
}
