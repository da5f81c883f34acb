import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findProject } from '../config/index.ts';
import { findFreePort } from './ports.ts';
import { isAlive, waitUntil } from './processes.ts';

const project = findProject();
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Run {
  readonly child: ChildProcess;
  readonly port: number;
  output(): string;
  ended(): Promise<number | null>;
}

function dataFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'gennaker-start-'));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Starts the built product as its own process group, as a terminal does. */
async function run(env: Record<string, string>, port?: number): Promise<Run> {
  const used = port ?? (await findFreePort());
  const child = spawn(process.execPath, [join(project.root, 'apps/api/dist/start.js')], {
    env: { PATH: process.env['PATH'], PORT: String(used), ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  cleanups.push(async () => {
    if (child.exitCode === null && child.signalCode === null) interrupt(child);
    await exit;
  });
  return { child, port: used, output: () => output, ended: () => exit };
}

function interrupt(child: ChildProcess): void {
  process.kill(-child.pid!, 'SIGINT');
}

async function isReady(it: Run): Promise<boolean> {
  return waitUntil(() => it.output().includes(`Open http://127.0.0.1:${it.port}`) || it.child.exitCode !== null, {
    timeoutMs: 120_000,
  });
}

/** Where the run says it keeps its database; removed with the test when that is not inside its data folder. */
function homeOf(it: Run): string {
  const home = /data in (.+) \(/.exec(it.output())?.[1] ?? '';
  const path = home.startsWith('/') ? home : join(project.root, home);
  cleanups.unshift(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function postmasterOf(home: string): number {
  return Number(readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

function sandboxOf(data: string): number {
  const record = JSON.parse(readFileSync(join(data, 'sandbox-process.json'), 'utf8')) as { pid: number };
  return record.pid;
}

describe('npm start', { timeout: 400_000 }, () => {
  it('serves, ends everything on Ctrl-C, and after a hard end takes its own server over again', async () => {
    const data = dataFolder();
    const first = await run({ GENNAKER_DATA: data });
    expect(await isReady(first), first.output()).toBe(true);
    const answer = await fetch(`http://127.0.0.1:${first.port}/version`);
    expect(await answer.json()).toEqual({ version: project.version });
    const home = homeOf(first);
    const postmaster = postmasterOf(home);

    process.kill(first.child.pid!, 'SIGKILL');
    await first.ended();
    expect(isAlive(postmaster)).toBe(true);

    const second = await run({ GENNAKER_DATA: data }, first.port);
    expect(await isReady(second), second.output()).toBe(true);
    expect(second.output()).toContain('was still running, taken over');
    expect(second.output()).toContain('up to date');
    expect(postmasterOf(home)).toBe(postmaster);

    const sandbox = sandboxOf(data);
    interrupt(second.child);
    expect(await second.ended()).toBe(0);
    expect(isAlive(postmaster)).toBe(false);
    expect(isAlive(sandbox)).toBe(false);
    expect(existsSync(join(home, 'data', 'postmaster.pid'))).toBe(false);
  });

  it('leaves nothing running when it is told to end while it starts', async () => {
    const data = dataFolder();
    const it = await run({ GENNAKER_DATA: data });
    await waitUntil(() => it.output().includes('Postgres'), { timeoutMs: 120_000 });
    interrupt(it.child);
    expect(await it.ended()).toBe(0);
    expect(existsSync(join(homeOf(it), 'data', 'postmaster.pid'))).toBe(false);
  });

  it('says which port is taken and starts nothing', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    cleanups.push(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const data = dataFolder();
    const it = await run({ GENNAKER_DATA: data }, port);
    expect(await it.ended()).toBe(1);
    expect(it.output().trim().split('\n').at(-1)).toBe(
      `Port ${port} on 127.0.0.1 is in use by another program; end that, or set PORT to another number.`,
    );
    expect(readdirSync(data)).toEqual([]);
  });

  it('names every bad setting and exits with 1', async () => {
    const it = await run({ PORT: 'x', GENNAKER_LOG: 'y' });
    expect(await it.ended()).toBe(1);
    expect(it.output().trim().split('\n')).toEqual([
      'PORT is "x"; it must be a whole number from 1 to 65535.',
      'GENNAKER_LOG is "y"; it must be one of silent, error, warn, info, debug, trace.',
    ]);
  });
});
