import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { keepPort } from '../ports.ts';
import { hasCode, signalProcess, waitUntil } from '../processes.ts';
import { databaseName, initialise } from './initialise.ts';
import { takeOwnership } from './owner-lock.ts';
import { choosePlace, type PostgresPlace, temporaryPlace } from './place.ts';
import { findPostmaster, type Postmaster, startPostmaster, stopPostmaster } from './postmaster.ts';
import { readRecord, writeRecord } from './server-record.ts';
import { supervise } from './supervise.ts';
import { guardTemporaryServer } from './watchdog.ts';

/** A running Postgres of our own on this machine, reachable from this machine only. */
export interface EmbeddedPostgres {
  /** Connection string of the product's database, password included: never print it. */
  readonly url: string;
  /** Folder where the database is kept. */
  readonly home: string;
  /** True when the database could not be kept inside the wanted data folder. */
  readonly isElsewhere: boolean;
  /** True when a server that survived the hard end of an earlier process was taken over. */
  readonly isTakenOver: boolean;
  /** Ends the server (open transactions are rolled back) and waits until it is gone. */
  stop(): Promise<void>;
  /** Ends the server at once, as a crash would; the next start recovers what was committed. */
  force(): void;
}

const startAttempts = 4;
const pauseBetweenAttemptsMs = 500;

/**
 * Starts the database of a data folder, creating it the first time, or takes over its server when an earlier process
 * died without ending it. A server that dies is started again at the same address, and `say` is told. Throws
 * `StartError` when another process owns the folder or the server does not come up.
 */
export async function startEmbeddedPostgres(
  dataFolder: string,
  say: (sentence: string) => void,
): Promise<EmbeddedPostgres> {
  const place = choosePlace(dataFolder);
  const { password } = readRecord(place.home);
  const running = await findRunning(place);
  let postmaster = running ?? (await startNew(place, password));
  const { port } = postmaster;
  const adminUrl = urlOf(port, password, 'postgres');
  let ownership = await takeOwnership(adminUrl, dataFolder);
  const supervision = supervise({
    pid: () => postmaster.pid,
    onProblem: (error) => say(`${error instanceof Error ? error.message : String(error)} Trying again.`),
    async restart() {
      await ownership.release();
      postmaster = (await findRunning(place)) ?? (await startPostmaster(place, port, true));
      ownership = await takeOwnership(adminUrl, dataFolder);
      say('Postgres had ended; it was started again and has recovered.');
    },
  });
  const stop = async () => {
    await supervision.end();
    await ownership.release();
    await stopPostmaster(postmaster.pid);
  };
  const force = () => {
    void supervision.end();
    signalProcess(postmaster.pid, 'SIGQUIT');
  };
  try {
    await createDatabase(adminUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = urlOf(port, password, databaseName);
  return { url, home: place.home, isElsewhere: place.isElsewhere, isTakenOver: running !== null, stop, force };
}

/** Starts a fast, forgetful server for tests in a temporary folder; it disappears with this process. */
export async function startTemporaryPostgres(): Promise<EmbeddedPostgres> {
  const place = temporaryPlace();
  const guard = guardTemporaryServer(place.home);
  try {
    const { password } = readRecord(place.home);
    await initialise(place, password, false);
    const postmaster = await startPostmaster(place, await keepPort(null), false);
    await createDatabase(urlOf(postmaster.port, password, 'postgres'));
    return {
      url: urlOf(postmaster.port, password, databaseName),
      home: place.home,
      isElsewhere: false,
      isTakenOver: false,
      stop: () => guard.release(),
      force: () => signalProcess(postmaster.pid, 'SIGQUIT'),
    };
  } catch (error) {
    await guard.release();
    throw error;
  }
}

async function findRunning(place: PostgresPlace): Promise<Postmaster | null> {
  await waitUntil(() => findPostmaster(place)?.isReady !== false, { timeoutMs: 60_000 });
  return findPostmaster(place);
}

/**
 * Another start may win the race for the folder, another program may take the port, and a killed server's last
 * processes may need a moment to go: each is worth another try, with whatever is true by then.
 */
async function startNew(place: PostgresPlace, password: string): Promise<Postmaster> {
  await initialise(place, password, true);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const port = await keepPort(readRecord(place.home).port);
      const postmaster = await startPostmaster(place, port, true);
      writeRecord(place.home, { port, password });
      return postmaster;
    } catch (error) {
      const other = await findRunning(place);
      if (other !== null) return other;
      if (attempt === startAttempts) throw error;
      await sleep(pauseBetweenAttemptsMs);
    }
  }
}

function urlOf(port: number, password: string, database: string): string {
  return `postgresql://${databaseName}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

async function createDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`create database ${databaseName}`);
  } catch (error) {
    if (!hasCode(error, '42P04')) throw error;
  } finally {
    await client.end();
  }
}
