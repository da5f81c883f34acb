import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { keepPort } from './ports.ts';
import { commandOf, endProcess, isAlive, signalProcess } from './processes.ts';
import { StartError } from './start-error.ts';

/** The local AWS as a process beside ours. */
export interface Sandbox {
  /** Endpoint for every AWS client. */
  readonly url: string;
  /** True when another start of ours on the same data folder runs it; then `stop` leaves it alone. */
  readonly isShared: boolean;
  /** Asks it to keep its state and end; ends it hard when it does not. */
  stop(): Promise<void>;
  /** Ends it at once, without saving; nothing happens when it is shared. */
  force(): void;
}

/** How to start the sandbox. */
export interface SandboxOptions {
  /** The built command, normally `packages/aws-sandbox/dist/cli.js`. */
  readonly program: string;
  readonly dataFolder: string;
  /** How much faster than real time its clock runs. */
  readonly speed: number;
  /** Told when it ends without being asked. */
  readonly onUnexpectedEnd: (sentence: string) => void;
}

const recordSchema = z.object({
  pid: z.int().positive(),
  port: z.int().min(1).max(65_535),
  ownerPid: z.int().positive(),
});
const readySchema = z.object({ ready: z.literal(true), url: z.string() });
const startPatienceMs = 30_000;
const stopPatienceMs = 5_000;

/**
 * Starts the local AWS in its own session, so that Ctrl-C in the terminal does not reach it, on the port it had before
 * if possible. One that outlived the hard end of an earlier process is ended first; its state is in its data file.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  mkdirSync(options.dataFolder, { recursive: true });
  const earlier = readRecord(options.dataFolder);
  const isRunning = earlier !== null && isSandbox(earlier.pid, options);
  if (isRunning && earlier.ownerPid !== process.pid && isAlive(earlier.ownerPid)) {
    return { url: `http://127.0.0.1:${earlier.port}`, isShared: true, stop: async () => {}, force: () => {} };
  }
  if (isRunning) await endProcess(earlier.pid, ['SIGTERM', 'SIGKILL'], stopPatienceMs);
  return launch(options, await keepPort(earlier?.port ?? null));
}

async function launch(options: SandboxOptions, port: number): Promise<Sandbox> {
  const child = spawnSandbox(options, port);
  const url = await waitForReady(child, options);
  const pid = child.pid!;
  writeRecord(options.dataFolder, { pid, port: Number(new URL(url).port), ownerPid: process.pid });
  let isStopping = false;
  child.once('exit', (code, signal) => {
    if (!isStopping) {
      options.onUnexpectedEnd(
        `The local AWS ended by itself (${signal ?? `exit code ${code}`}); its log is ${logPath(options.dataFolder)}. Start again to bring it back.`,
      );
    }
  });
  return {
    url,
    isShared: false,
    async stop() {
      isStopping = true;
      await endProcess(pid, ['SIGTERM', 'SIGKILL'], stopPatienceMs);
    },
    force: () => signalProcess(pid, 'SIGKILL'),
  };
}

function spawnSandbox(options: SandboxOptions, port: number): ChildProcess {
  if (!existsSync(options.program))
    throw new StartError(`The local AWS is not built (${options.program} is missing); run npm run build.`);
  const log = openSync(logPath(options.dataFolder), 'w', 0o600);
  const state = join(options.dataFolder, 'sandbox.json');
  const settings = ['--port', String(port), '--scenario', 'demo', '--data', state, '--speed', String(options.speed)];
  try {
    return spawn(process.execPath, [options.program, ...settings], { detached: true, stdio: ['ignore', 'pipe', log] });
  } finally {
    closeSync(log);
  }
}

/** Its first line of output says where it listens; later ones are read and dropped so that it never blocks on them. */
function waitForReady(child: ChildProcess, options: SandboxOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new StartError(`The local AWS did not start: ${reason} Its log is ${logPath(options.dataFolder)}.`));
    };
    const timer = setTimeout(() => fail(`it was not ready after ${startPatienceMs / 1000} s.`), startPatienceMs);
    child.once('error', (error) => fail(`${error.message}.`));
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? `exit code ${code}`}.`));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const ready = readySchema.safeParse(parseJson(line));
      if (!ready.success) return;
      clearTimeout(timer);
      resolve(ready.data.url);
    });
  });
}

/** A process id alone may meanwhile belong to another program. */
function isSandbox(pid: number, options: SandboxOptions): boolean {
  return isAlive(pid) && (commandOf(pid)?.includes(join(options.dataFolder, 'sandbox.json')) ?? false);
}

function readRecord(dataFolder: string): z.output<typeof recordSchema> | null {
  try {
    return recordSchema.parse(parseJson(readFileSync(recordPath(dataFolder), 'utf8')));
  } catch {
    return null;
  }
}

function writeRecord(dataFolder: string, record: z.output<typeof recordSchema>): void {
  writeFileSync(recordPath(dataFolder), `${JSON.stringify(record)}\n`);
}

function recordPath(dataFolder: string): string {
  return join(dataFolder, 'sandbox-process.json');
}

function logPath(dataFolder: string): string {
  return join(dataFolder, 'sandbox.log');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
