import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isAlive, waitUntil } from '../processes.ts';
import { findAccount } from './account.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(mode = 0o755): string {
  const path = mkdtempSync(join(tmpdir(), 'gennaker-launcher-'));
  chmodSync(path, mode);
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** What the servers of a test had to say. */
const said: string[] = [];

function startOnly(dataFolder: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres(dataFolder, (sentence) => said.push(sentence));
}

async function start(dataFolder: string): Promise<EmbeddedPostgres> {
  const server = await startOnly(dataFolder);
  cleanups.push(() => server.stop());
  return server;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function pidOf(server: EmbeddedPostgres): number {
  return Number(readFileSync(join(server.home, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

describe('a server that runs', () => {
  let data: string;
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'gennaker-launcher-'));
    chmodSync(data, 0o755);
    server = await startOnly(data);
  });

  afterAll(async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('is durable, in UTF-8, and closed to everyone without the password, which only the owner can read', async () => {
    const [settings] = await query(
      server.url,
      `select current_setting('fsync') fsync, current_setting('synchronous_commit') commit, current_setting('jit') jit,
              current_setting('server_encoding') encoding, current_setting('listen_addresses') addresses`,
    );
    expect(settings).toEqual({ fsync: 'on', commit: 'on', jit: 'off', encoding: 'UTF8', addresses: '127.0.0.1' });
    const wrong = new URL(server.url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    expect(statSync(join(server.home, 'server.json')).mode & 0o777).toBe(0o600);
  });

  it('runs in a session of its own, so Ctrl-C in the terminal does not reach it', async () => {
    const pid = pidOf(server);
    const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' });
    expect(Number(group)).toBe(pid);
  });

  it('refuses a second owner of the same folder with one sentence and leaves the first one running', async () => {
    await expect(startOnly(data)).rejects.toThrow(
      `Gennaker is already running on the data folder ${data} (process ${process.pid}); stop it first, or set GENNAKER_DATA and PORT for a second one.`,
    );
    expect(await query(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });
});

describe('startEmbeddedPostgres', () => {
  it('keeps the data, the password and the port from one start to the next', async () => {
    const data = folder();
    const first = await startOnly(data);
    await query(first.url, 'create table kept as select 7 as n');
    await first.stop();
    const second = await start(data);
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('is gone after stop', async () => {
    const server = await startOnly(folder());
    const pid = pidOf(server);
    await server.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('recovers what was committed before a hard end', async () => {
    const data = folder();
    const first = await startOnly(data);
    await query(first.url, 'create table kept as select 7 as n');
    const pid = pidOf(first);
    first.force();
    await waitUntil(() => !isAlive(pid), { timeoutMs: 60_000 });
    const second = await start(data);
    expect(second.isTakenOver).toBe(false);
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('comes back by itself, at the same address, when the server is killed', async () => {
    said.length = 0;
    const server = await start(folder());
    await query(server.url, 'create table kept as select 7 as n');
    process.kill(pidOf(server), 'SIGKILL');
    await waitUntil(() => said.length > 0, { timeoutMs: 60_000 });
    expect(said.at(-1)).toBe('Postgres had ended; it was started again and has recovered.');
    expect(await query(server.url, 'select n from kept')).toEqual([{ n: 7 }]);
    await expect(startOnly(dirname(server.home))).rejects.toThrow('already running');
  });

  it('is not misled by a pid file whose number now belongs to another program', async () => {
    const data = folder();
    const first = await startOnly(data);
    const pidFile = join(first.home, 'data', 'postmaster.pid');
    const lines = readFileSync(pidFile, 'utf8').split('\n');
    await first.stop();
    writeFileSync(pidFile, [process.pid, ...lines.slice(1)].join('\n'));
    const second = await start(data);
    expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('says what to do when the password is lost', async () => {
    const data = folder();
    const first = await start(data);
    rmSync(join(first.home, 'server.json'));
    await expect(startOnly(data)).rejects.toThrow('does not accept the password in its server.json');
  });

  it('keeps the database elsewhere only when the server may not enter the data folder', async () => {
    const closed = join(folder(0o700), 'data');
    mkdirSync(closed);
    const server = await start(closed);
    if (server.isElsewhere) cleanups.push(() => rmSync(server.home, { recursive: true }));
    expect(server.isElsewhere).toBe(process.getuid?.() === 0);
    expect(existsSync(join(closed, 'postgres'))).toBe(!server.isElsewhere);
    expect(await query(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });
});

describe('findAccount', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\nbroken:x\n';

  it('reads the numbers of a named account', () => {
    expect(findAccount(passwd, 'nobody')).toEqual({ uid: 65_534, gid: 65_534 });
  });

  it.each(['postgres', 'broken', 'root'])('has no answer for %s', (name) => {
    expect(findAccount(passwd, name)).toBeNull();
  });
});
