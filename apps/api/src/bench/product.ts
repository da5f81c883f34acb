import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findProject } from '../config/index.ts';
import { until } from './measure.ts';

/** The built product (or this script in another role) in a process of its own. */
export interface Product {
  readonly pid: number;
  readonly url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGINT to its group, as Ctrl-C would. */
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a built entry with only the given environment; what it says goes to the console when it fails early. */
export async function startProduct(
  entry: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Product> {
  const port = await freePort();
  const said: string[] = [];
  const child: ChildProcess = spawn(process.execPath, [join(findProject().root, 'apps/api/dist', entry), ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      PORT: String(port),
      GENNAKER_LOG: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => said.push(String(text)));
  const gone = once(child, 'exit');
  child.once('exit', (code) => code !== 0 && code !== null && console.error(said.slice(-20).join('')));
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}`,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
    stop: async () => {
      process.kill(-(child.pid ?? 0), 'SIGINT');
      await gone;
    },
  };
}

/** Waits until the product answers. */
export const ready = (product: Product): Promise<void> =>
  until(
    `${product.url} to answer`,
    async () => {
      try {
        return (await fetch(`${product.url}/version`)).ok;
      } catch {
        return false;
      }
    },
    60_000,
  );

export interface Memory {
  readonly processes: number;
  /** Sum over processes; pages they share count once for each. */
  readonly residentMb: number;
  /** Sum over processes; pages they share count once. */
  readonly proportionalMb: number;
}

/** Memory of a process and all it has started. */
export function memoryOf(root: number): Memory {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = read(`/proc/${entry}/stat`);
    if (stat) parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const family = new Set([root]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const [pid, parent] of parents) if (family.has(parent) && !family.has(pid)) grew = family.add(pid).size > 0;
  }
  let resident = 0;
  let proportional = 0;
  for (const pid of family) {
    const rollup = read(`/proc/${pid}/smaps_rollup`);
    resident += Number(/^Rss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
    proportional += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }
  return { processes: family.size, residentMb: resident / 1024, proportionalMb: proportional / 1024 };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
