import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, endProcess, isAlive, waitUntil } from '../processes.ts';
import { StartError } from '../start-error.ts';
import { serverEnvironment } from './initialise.ts';
import { dataFolderOf, type PostgresPlace } from './place.ts';

/** A server process, started by us or found running. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

const startPatienceMs = 60_000;
const stopPatienceMs = 10_000;
const writePatienceMs = 10_000;
const largestLogBytes = 5 * 1024 * 1024;

/**
 * The running server of a place, or null. A pid file that a dead server left behind is removed; one still empty belongs
 * to a server that is just writing it, unless it stays so.
 */
export function findPostmaster(place: PostgresPlace): (Postmaster & { isReady: boolean }) | null {
  const dataFolder = dataFolderOf(place.home);
  const pidFile = join(dataFolder, 'postmaster.pid');
  const lines = readLines(pidFile);
  if (lines === null || isBeingWritten(pidFile, lines)) return null;
  const pid = Number(lines[0]);
  if (Number.isInteger(pid) && pid > 0 && isAlive(pid) && commandOf(pid)?.includes(dataFolder)) {
    return { pid, port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' };
  }
  rmSync(pidFile, { force: true });
  return null;
}

function isBeingWritten(pidFile: string, lines: readonly string[]): boolean {
  if (lines[0] !== '') return false;
  const written = statSync(pidFile, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - written < writePatienceMs;
}

/** Starts a server in its own session, so that Ctrl-C in the terminal does not reach it, and waits until it is ready. */
export async function startPostmaster(place: PostgresPlace, port: number, isDurable: boolean): Promise<Postmaster> {
  const child = spawnServer(place, port, isDurable);
  const exit = { happened: false };
  child.once('exit', () => {
    exit.happened = true;
  });
  child.once('error', () => {
    exit.happened = true;
  });
  const isReady = () => {
    const found = exit.happened ? null : findPostmaster(place);
    return found !== null && found.pid === child.pid && found.isReady;
  };
  await waitUntil(() => exit.happened || isReady(), { timeoutMs: startPatienceMs });
  if (child.pid !== undefined && isReady()) {
    child.unref();
    return { pid: child.pid, port };
  }
  if (child.pid !== undefined && !exit.happened) await stopPostmaster(child.pid);
  throw new StartError(
    `The embedded Postgres did not start: ${lastWords(place.home)} Its log is ${logPath(place.home)}.`,
  );
}

/** Fast shutdown: open transactions are rolled back, everything committed is kept. */
export async function stopPostmaster(pid: number): Promise<void> {
  const isGone = await endProcess(pid, ['SIGINT', 'SIGQUIT'], stopPatienceMs);
  if (!isGone)
    throw new Error(`The embedded Postgres (process ${pid}) does not end; look at its log and end it by hand.`);
}

function spawnServer(place: PostgresPlace, port: number, isDurable: boolean): ChildProcess {
  const log = openLog(place.home);
  try {
    return spawn(place.binaries.postgres, ['-D', dataFolderOf(place.home), ...settings(port, isDurable)], {
      ...place.account,
      cwd: '/',
      env: serverEnvironment,
      detached: true,
      stdio: ['ignore', log, log],
    });
  } finally {
    closeSync(log);
  }
}

function settings(port: number, isDurable: boolean): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    shared_buffers: '64MB',
    max_connections: '100',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
    ...(isDurable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
}

function openLog(home: string): number {
  const size = statSync(logPath(home), { throwIfNoEntry: false })?.size ?? 0;
  return openSync(logPath(home), size > largestLogBytes ? 'w' : 'a', 0o600);
}

function lastWords(home: string): string {
  const lines = readLines(logPath(home))?.filter((line) => line !== '') ?? [];
  return lines.findLast((line) => line.includes('FATAL:')) ?? lines.at(-1) ?? 'it said nothing.';
}

function logPath(home: string): string {
  return join(home, 'server.log');
}

function readLines(path: string): string[] | null {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return null;
  }
}
