import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../apps/api/dist/start.js', import.meta.url));
const READY_WITHIN_MS = 120_000;
/** Seconds that pass in the local AWS while one passes here: most of a deploy is waiting for machines. */
const AWS_SPEED = '4';

/** The built product, running with a data folder of its own. */
export interface Product {
  readonly origin: string;
  /** Ends it as Ctrl-C does; answers its exit code. */
  interrupt(): Promise<number | null>;
  /** Ends it whatever happens, and removes its data. */
  remove(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });

function ready(child: ChildProcess, sentence: string): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The product did not start: ${why}\n${output}`));
    const timer = setTimeout(() => fail(`nothing after ${READY_WITHIN_MS} ms`), READY_WITHIN_MS);
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (!output.includes(sentence)) return;
        clearTimeout(timer);
        resolve();
      });
    child.once('close', (code) => fail(`it ended with ${code}`));
  });
}

/** Starts the built product on a free port. It must have been built before. */
export async function startProduct(): Promise<Product> {
  const data = mkdtempSync(join(tmpdir(), 'gennaker-journey-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [START], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      GENNAKER_DATA: data,
      GENNAKER_LOG: 'error',
      GENNAKER_SANDBOX_SPEED: AWS_SPEED,
    },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const interrupt = () => {
    if (child.exitCode === null && child.signalCode === null && child.pid) process.kill(-child.pid, 'SIGINT');
    return ended;
  };
  const remove = async () => {
    await interrupt();
    rmSync(data, { recursive: true, force: true });
  };
  try {
    await ready(child, `Open ${origin}`);
  } catch (error) {
    await remove();
    throw error;
  }
  return { origin, interrupt, remove };
}
