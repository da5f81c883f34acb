import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, waitUntil } from './processes.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

/** Stands in for the built local AWS: answers on the port it is given and tells its arguments. */
const toyProgram = `
import { createServer } from 'node:http';
const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
createServer((q, s) => s.end(JSON.stringify({ pid: process.pid, args: process.argv.slice(2) }))).listen(port, '127.0.0.1', () => {
  console.log('warming up');
  console.log(JSON.stringify({ ready: true, url: 'http://127.0.0.1:' + port }));
});
process.on('SIGINT', () => {});
process.on('SIGTERM', () => process.exit(0));
`;

let folder: string;
let said: string[];
const started: Sandbox[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gennaker-sandbox-'));
  said = [];
  writeFileSync(join(folder, 'cli.mjs'), toyProgram);
});

afterEach(async () => {
  for (const sandbox of started.splice(0)) await sandbox.stop();
  rmSync(folder, { recursive: true });
});

async function start(program = 'cli.mjs'): Promise<Sandbox> {
  const sandbox = await startSandbox({
    program: join(folder, program),
    dataFolder: folder,
    speed: 3,
    onUnexpectedEnd: (sentence) => said.push(sentence),
  });
  started.push(sandbox);
  return sandbox;
}

async function ask(sandbox: Sandbox): Promise<{ pid: number; args: string[] }> {
  return (await (await fetch(sandbox.url)).json()) as { pid: number; args: string[] };
}

/** As if the process that started the sandbox had died without ending it. */
function forgetOwner(): void {
  setOwner(2 ** 22 + 1);
}

function setOwner(ownerPid: number): void {
  const path = join(folder, 'sandbox-process.json');
  const record = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify({ ...record, ownerPid }));
}

describe('startSandbox', () => {
  it('hands over scenario, data file and speed, and is ready when it says so', async () => {
    const { args } = await ask(await start());
    expect(args.slice(2)).toEqual(['--scenario', 'demo', '--data', join(folder, 'sandbox.json'), '--speed', '3']);
  });

  it('keeps its address from one start to the next', async () => {
    const first = await start();
    await first.stop();
    expect((await start()).url).toBe(first.url);
  });

  it('is gone after stop, and that is no surprise', async () => {
    const sandbox = await start();
    const { pid } = await ask(sandbox);
    await sandbox.stop();
    expect(isAlive(pid)).toBe(false);
    expect(said).toEqual([]);
  });

  it('ends one that outlived its owner and starts afresh at the same address', async () => {
    const orphan = await start();
    const { pid } = await ask(orphan);
    forgetOwner();
    const next = await start();
    expect(next.url).toBe(orphan.url);
    expect(isAlive(pid)).toBe(false);
    expect((await ask(next)).pid).not.toBe(pid);
  });

  it('shares one that another living process runs, and leaves it running', async () => {
    const first = await start();
    setOwner(process.ppid);
    const second = await start();
    expect(second).toMatchObject({ url: first.url, isShared: true });
    await second.stop();
    expect(isAlive((await ask(first)).pid)).toBe(true);
  });

  it('says so when it ends by itself', async () => {
    const { pid } = await ask(await start());
    process.kill(pid, 'SIGKILL');
    await waitUntil(() => said.length > 0, { timeoutMs: 60_000 });
    expect(said[0]).toMatch(/^The local AWS ended by itself \(SIGKILL\)/);
  });

  it('tells the two ways it can fail to start apart', async () => {
    await expect(start('missing.mjs')).rejects.toThrow('The local AWS is not built');
    writeFileSync(join(folder, 'broken.mjs'), 'process.exit(3);');
    await expect(start('broken.mjs')).rejects.toThrow('The local AWS did not start: it ended with exit code 3.');
  });
});
