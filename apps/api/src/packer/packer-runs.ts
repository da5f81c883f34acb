import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Operation, Packer, PackerSpec, PackerState } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { readLine, type Told } from './output.ts';
import { declaredVariables, digestOf, pathOf, readTemplate } from './templates.ts';

export interface PackerOptions {
  /** Null: there is no Packer. */
  readonly program: {
    readonly path: string;
    readonly templates: string;
    readonly environment: Readonly<Record<string, string>>;
  } | null;
  /** Keys and region for a run. */
  readonly environmentOf: (account: string, region: string) => Promise<Readonly<Record<string, string>>>;
  readonly logger: { info(message: string, facts?: object): void };
  /** Runs at once, in this process. */
  readonly most?: number;
  /** A run that takes longer is ended. */
  readonly limitMs?: number;
  /** Between the request to end and the end by force. */
  readonly graceMs?: number;
}

interface Run {
  readonly child: ChildProcess;
  readonly told: Told;
  readonly ended: Promise<void>;
  /** Undefined while it runs. */
  exitCode?: number | null;
}

/** Ended runs that are remembered. */
const MOST_ENDED = 50;

/** Packer as a child process of this worker. */
export class PackerRuns implements Packer {
  private readonly options: PackerOptions;
  private readonly runs = new Map<string, Run>();

  constructor(options: PackerOptions) {
    this.options = options;
  }

  async digest(template: string, varFile: string | null): Promise<string> {
    const { templates } = this.program();
    const names = [template, ...(varFile ? [varFile] : [])];
    return digestOf(await Promise.all(names.map((name) => readTemplate(templates, name))));
  }

  async start(spec: PackerSpec, operation: Operation): Promise<void> {
    if (this.runs.has(operation.key)) return;
    const { path, templates, environment } = this.program();
    const args = await this.argumentsFor(spec, templates);
    const keys = await this.options.environmentOf(spec.account, spec.region);
    operation.abort?.throwIfAborted();
    // Another round may have begun it meanwhile.
    if (this.runs.has(operation.key)) return;
    this.makeRoom();
    const child = spawn(path, args, {
      cwd: templates,
      env: { ...environment, ...keys, CHECKPOINT_DISABLE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: it is ended by us alone, with the plugins it has started.
      detached: true,
    });
    this.runs.set(operation.key, this.follow(child));
    this.options.logger.info('Packer begins', { template: spec.template, region: spec.region, account: spec.account });
  }

  async read(operationKey: string): Promise<PackerState> {
    const run = this.runs.get(operationKey);
    if (!run) return { state: 'unknown' };
    const { lines, errors, images } = run.told;
    if (run.exitCode === undefined) return { state: 'running', lines: [...lines] };
    return { state: 'ended', exitCode: run.exitCode, images: { ...images }, lines: [...lines], errors: [...errors] };
  }

  async stop(operationKey: string): Promise<void> {
    const run = this.runs.get(operationKey);
    if (run) this.end(run);
  }

  /** Ends all runs and waits for them. */
  async close(): Promise<void> {
    const runs = [...this.runs.values()];
    for (const run of runs) this.end(run);
    await Promise.all(runs.map(({ ended }) => ended));
  }

  private program(): NonNullable<PackerOptions['program']> {
    if (this.options.program) return this.options.program;
    throw new FailureError({
      code: 'packer.not-configured',
      message: 'The stage names a Packer template, but this installation has no Packer.',
      advice: 'Set GENNAKER_PACKER and GENNAKER_PACKER_TEMPLATES, or bake with packages and a script.',
      retry: false,
    });
  }

  private async argumentsFor(spec: PackerSpec, templates: string): Promise<string[]> {
    const declared = declaredVariables(await readTemplate(templates, spec.template));
    const variables = Object.entries(spec.variables).filter(([name]) => declared.has(name));
    return [
      'build',
      '-machine-readable',
      '-color=false',
      ...(spec.varFile ? [`-var-file=${pathOf(templates, spec.varFile)}`] : []),
      ...variables.flatMap(([name, value]) => ['-var', `${name}=${value}`]),
      pathOf(templates, spec.template),
    ];
  }

  private makeRoom(): void {
    const running = [...this.runs.values()].filter(({ exitCode }) => exitCode === undefined).length;
    const { most = 4 } = this.options;
    if (running >= most)
      throw new FailureError({
        code: 'packer.busy',
        message: `This worker runs Packer ${running} times already, which is the most it does.`,
        advice: 'Nothing to do: it is tried again.',
        retry: true,
      });
    const ended = [...this.runs].filter(([, { exitCode }]) => exitCode !== undefined);
    for (const [key] of ended.slice(0, Math.max(0, ended.length - MOST_ENDED))) this.runs.delete(key);
  }

  private follow(child: ChildProcess): Run {
    const told: Told = { lines: [], errors: [], images: {} };
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', (line) => readLine(told, line));
    const limit = setTimeout(() => this.end(run), this.options.limitMs ?? 60 * 60_000);
    const ended = new Promise<void>((resolve) => {
      const finish = (exitCode: number | null): void => {
        if (run.exitCode !== undefined) return;
        clearTimeout(limit);
        run.exitCode = exitCode;
        resolve();
      };
      child.once('error', (error) => {
        told.errors.push(error.message);
        finish(null);
      });
      child.once('close', (exitCode) => finish(exitCode));
    });
    const run: Run = { child, told, ended };
    return run;
  }

  /** SIGINT lets Packer remove what it has made; after the grace time it goes with its plugins. */
  private end(run: Run): void {
    if (run.exitCode !== undefined || run.child.pid === undefined) return;
    const { pid } = run.child;
    run.child.kill('SIGINT');
    const force = setTimeout(() => {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }, this.options.graceMs ?? 60_000);
    void run.ended.then(() => clearTimeout(force));
  }
}
