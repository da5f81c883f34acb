import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findProject } from '../config/index.ts';
import { waitUntil } from '../testing/index.ts';

/** What the product says once it takes work. */
const READY = 'Open worker';
const START_MS = 120_000;

/** A worker of the built product in a process of its own, that can be killed at any moment. */
export class WorkerProcess {
  private child: ChildProcess | null = null;
  private readonly env: Readonly<Record<string, string>>;
  private readonly said: string[] = [];
  private isReady = false;

  constructor(env: Readonly<Record<string, string>>) {
    this.env = env;
  }

  start(): void {
    const script = join(findProject().root, 'apps/api/dist/start.js');
    const child = spawn(process.execPath, [script, '--role', 'worker'], {
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.isReady = false;
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text: Buffer) => this.child === child && this.hear(String(text)));
  }

  /** Settled once it takes work. */
  ready(): Promise<void> {
    return waitUntil(() => this.isReady, START_MS);
  }

  /** SIGKILL, as a crash would end it. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Its last words, for a test that fails. */
  get words(): string {
    return this.said.slice(-30).join('');
  }

  private hear(text: string): void {
    this.said.push(text);
    if (text.includes(READY)) this.isReady = true;
    if (this.said.length > 200) this.said.splice(0, 100);
  }
}
