/** Where a command reads and writes. Tests hand in their own. */
export interface Terminal {
  /** Writes to standard output, as it is. */
  out(text: string): void;
  /** Writes to standard error, as it is. */
  err(text: string): void;
  /** A person looks at standard output: lines may be redrawn and coloured. */
  readonly isLive: boolean;
  /** Columns of the screen. */
  readonly width: number;
  readonly paint: Paint;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start from. */
  readonly folder: string;
  /** Epoch ms. */
  now(): number;
}

/** Marks text; the plain one leaves it as it is. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const same = (text: string): string => text;
export const plainPaint: Paint = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same };

const sequence =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;

const colours: Paint = {
  bold: sequence(1, 22),
  dim: sequence(2, 22),
  red: sequence(31, 39),
  green: sequence(32, 39),
  yellow: sequence(33, 39),
  cyan: sequence(36, 39),
};

/** The terminal of this process. Colour for people only, and not when NO_COLOR asks for none. */
export function processTerminal(): Terminal {
  const isLive = process.stdout.isTTY === true;
  const isColoured = process.env['FORCE_COLOR']
    ? true
    : isLive && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isLive,
    width: process.stdout.columns ?? 100,
    paint: isColoured ? colours : plainPaint,
    env: process.env,
    folder: process.cwd(),
    now: () => Date.now(),
  };
}
