import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build } from 'rolldown';
import { findProject } from '../../config/index.ts';
import type { Go, Home } from './words.ts';

/** Lives are short: nothing is worth optimizing or collecting. Compiled code is only good for the same flags. */
const FLAGS = ['--max-semi-space-size=64', '--min-semi-space-size=64', '--single-threaded-gc', '--no-opt'];
/** Only guards against hanging. */
const LONGEST_LIFE_MS = 600_000;

/** A worker's program in one file, without whatever it does not use. */
export interface Program {
  readonly folder: string;
  remove(): Promise<void>;
}

const api = join(findProject().root, 'apps', 'api');

const bundle = (name: string, folder: string): BuildOptions => ({
  cwd: api,
  input: { [name]: `src/reliability/kills/${name}.ts` },
  platform: 'node',
  tsconfig: join(api, 'tsconfig.json'),
  external: ['pg-native'],
  // The packages' own modules, of which only what is used is taken: of a client's hundreds of commands a few.
  resolve: { mainFields: ['module', 'main'] },
  treeshake: {
    moduleSideEffects: (id) => !/@aws-sdk|@smithy|packages\/catalog|packages\/pipeline-dsl|\/zod\//.test(id),
    manualPureFunctions: ['createAggregatedClient'],
  },
  logLevel: 'warn',
  output: {
    dir: folder,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    codeSplitting: false,
    dynamicImportInCjs: false,
  },
});

export async function buildProgram(): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-killed-'));
  await Promise.all([build(bundle('start', folder)), build(bundle('worker', folder))]);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** How a worker ended, and what it told before. */
interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly told: readonly string[];
  /** Its complaints, for a test that fails. */
  readonly words: string;
}

/** A worker in a process of its own, loaded and connected, that waits for its turn. */
export class StandbyWorker {
  private readonly child: ChildProcess;
  private readonly ready: Promise<unknown>;
  private readonly ended: Promise<Ended>;

  /** `keep`: leaves its compiled code to later ones. */
  constructor({ folder }: Program, homes: readonly Home[], keep: boolean) {
    const start = [join(folder, 'start.cjs'), join(folder, 'worker.cjs'), JSON.stringify(homes), keep ? 'keep' : ''];
    const child = spawn(process.execPath, [...FLAGS, ...start], {
      env: { PATH: process.env['PATH'] ?? '', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    let [told, words] = ['', ''];
    child.stdout?.on('data', (text: Buffer) => {
      told += String(text);
    });
    child.stderr?.on('data', (text: Buffer) => {
      words = (words + String(text)).slice(-4_000);
    });
    this.ended = once(child, 'close').then(([, signal]) => ({
      signal: signal as NodeJS.Signals | null,
      told: told.split('\n').filter((line) => line !== ''),
      words,
    }));
    this.ready = Promise.race([once(child, 'message'), this.ended]);
  }

  /** Lets it work; answers once it is gone. */
  async work(go: Go): Promise<Ended> {
    const limit = setTimeout(() => this.child.kill('SIGABRT'), LONGEST_LIFE_MS);
    await this.ready;
    if (this.child.connected) this.child.send(go);
    const ended = await this.ended;
    clearTimeout(limit);
    return ended;
  }

  /** Ends it, whatever it does. */
  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
