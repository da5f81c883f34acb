import pg from 'pg';
import { hasCode, waitUntil } from '../processes.ts';
import { StartError } from '../start-error.ts';

const lockKey = 7_236_113;
const patienceMs = 3_000;

/**
 * Marks this process as the one that owns an embedded server. The mark is a lock held by an open connection, so it
 * goes with the process however that ends. Throws when another process has it.
 */
export async function takeOwnership(url: string, dataFolder: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url, application_name: `gennaker start ${process.pid}` });
  client.on('error', () => {});
  await connect(client, dataFolder);
  // A process that was killed a moment ago may still be on the server's books.
  if (await waitUntil(() => tryLock(client), { timeoutMs: patienceMs, intervalMs: 200 }))
    return { release: () => client.end().catch(() => {}) };
  const owner = await nameOfOwner(client);
  await client.end();
  throw new StartError(
    `Gennaker is already running on the data folder ${dataFolder}${owner}; stop it first, or set GENNAKER_DATA and PORT for a second one.`,
  );
}

async function connect(client: pg.Client, dataFolder: string): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    if (!hasCode(error, '28P01')) throw error;
    throw new StartError(
      `The embedded database of ${dataFolder} does not accept the password in its server.json; put the file back from a copy, or set GENNAKER_DATA to a new folder.`,
      { cause: error },
    );
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const answer = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [lockKey]);
  return answer.rows[0]?.taken === true;
}

async function nameOfOwner(client: pg.Client): Promise<string> {
  const answer = await client.query<{ application_name: string }>(
    `select a.application_name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.objid = $1 and l.granted`,
    [lockKey],
  );
  const pid = /^gennaker start (\d+)$/.exec(answer.rows[0]?.application_name ?? '')?.[1];
  return pid === undefined ? '' : ` (process ${pid})`;
}
