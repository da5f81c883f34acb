import { existsSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ApplicationConfig, Config } from '../config/index.ts';
import { migrate } from './migrate.ts';
import { isPortFree } from './ports.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './postgres/embedded-postgres.ts';
import type { Progress } from './progress.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';
import { StartError } from './start-error.ts';
import type { Started } from './started.ts';

/** The application as the launcher sees it. */
export interface LaunchedApplication {
  readonly url: string;
  stop(): Promise<void>;
}

/** What the launcher needs from outside. */
export interface Launch {
  readonly config: Config;
  readonly progress: Progress;
  readonly started: Started;
  /** True once somebody asked to end: then no further step begins. */
  readonly isEnding: () => boolean;
  readonly startApplication: (config: ApplicationConfig) => Promise<LaunchedApplication>;
  /** Fills a new database with the demo; answers what the person may try with it. */
  readonly seedDemo: (config: ApplicationConfig, application: LaunchedApplication) => Promise<string>;
}

/** The person at the console asked to end before everything was started. */
export class Interrupted extends Error {}

/** Starts everything in order; what was started is in `started`, also when this throws. */
export async function launch(from: Launch): Promise<LaunchedApplication> {
  const { config, progress } = from;
  await checkPort(config);
  const postgres = config.databaseUrl === null ? await startDatabase(from) : null;
  const databaseUrl = config.databaseUrl ?? postgres?.url ?? '';
  checkInterrupted(from);
  await progress.step('Migrations', () => migrate(databaseUrl, config.projectRoot), describeMigrations);
  checkInterrupted(from);
  const aws = config.aws.mode === 'sandbox' ? await startLocalAws(from) : config.aws;
  checkInterrupted(from);
  const ready: ApplicationConfig = Object.freeze({ ...config, databaseUrl, aws });
  const application = await progress.step('Application', () => from.startApplication(ready));
  from.started.add({ name: 'Application', limitMs: 10_000, stop: () => application.stop() });
  if (postgres !== null) await seedOnce(from, ready, application, postgres);
  return application;
}

async function checkPort({ http, role }: Config): Promise<void> {
  if (role === 'worker' || (await isPortFree(http.port, http.host))) return;
  throw new StartError(
    `Port ${http.port} on ${http.host} is in use by another program; end that, or set PORT to another number.`,
  );
}

async function startDatabase({ config, progress, started }: Launch): Promise<EmbeddedPostgres> {
  const postgres = await progress.step(
    'Postgres',
    () => startEmbeddedPostgres(config.dataFolder, progress.say),
    (server) =>
      `${server.isTakenOver ? 'was still running, taken over' : 'ready'}, data in ${shorten(server.home, config.projectRoot)}`,
  );
  started.add({ name: 'Postgres', limitMs: 25_000, stop: () => postgres.stop(), force: () => postgres.force() });
  if (postgres.isElsewhere) {
    progress.say(
      '              (Postgres does not run as root, and the account it runs under cannot enter the data folder, so the data is kept there.)',
    );
  }
  return postgres;
}

async function startLocalAws({ config, progress, started }: Launch): Promise<ApplicationConfig['aws']> {
  const program = join(config.projectRoot, 'packages', 'aws-sandbox', 'dist', 'cli.js');
  const start = (): Promise<Sandbox> =>
    startSandbox({
      program,
      dataFolder: config.dataFolder,
      speed: config.aws.sandboxSpeed,
      onUnexpectedEnd: progress.say,
    });
  const sandbox = await progress.step(
    'Local AWS',
    start,
    ({ url, isShared }) => `${isShared ? 'shared' : 'ready'} at ${url}`,
  );
  started.add({ name: 'Local AWS', limitMs: 12_000, stop: () => sandbox.stop(), force: () => sandbox.force() });
  return Object.freeze({
    ...config.aws,
    endpointUrl: sandbox.url,
    credentials: Object.freeze({ accessKeyId: 'SANDBOXKEY', secretAccessKey: 'sandbox-secret', sessionToken: null }),
  });
}

/** The mark lies beside the database, so that it is there exactly as long as the data is. */
async function seedOnce(
  from: Launch,
  config: ApplicationConfig,
  application: LaunchedApplication,
  postgres: EmbeddedPostgres,
): Promise<void> {
  const mark = join(postgres.home, 'demo-seeded');
  if (config.aws.mode !== 'sandbox' || existsSync(mark)) return;
  checkInterrupted(from);
  const advice = await from.progress.step('Demo', () => from.seedDemo(config, application));
  from.progress.say(`\n${advice}`);
  writeFileSync(mark, '');
}

function checkInterrupted({ isEnding }: Launch): void {
  if (isEnding()) throw new Interrupted();
}

function describeMigrations(applied: readonly string[]): string {
  return applied.length === 0 ? 'up to date' : `${applied.length} applied`;
}

function shorten(path: string, root: string): string {
  const short = relative(root, path);
  return short.startsWith('..') ? path : short;
}
