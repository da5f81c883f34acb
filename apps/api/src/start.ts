import { type Config, ConfigError, findProject, loadConfig } from './config/index.ts';
import {
  consoleProgress,
  hasCode,
  Interrupted,
  type LaunchedApplication,
  launch,
  listenForEnd,
  StartError,
  Started,
} from './launcher/index.ts';
import { seedDemo, startApplication } from './main.ts';

/** What `npm start` runs: everything the product needs, in one command, ended in order by Ctrl-C. */
// The AWS SDK would tell every user of Node 20 on every start that releases of 2027 want Node 22; ours is pinned.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const progress = consoleProgress((text) => process.stdout.write(text));
const started = new Started((problem) => process.stderr.write(`${problem}\n`));
let isEnding = false;
/** Settled once no further step of the start is under way. */
let launching: Promise<LaunchedApplication> | null = null;

async function start(): Promise<void> {
  listenForEnd({
    source: process,
    now: () => performance.now(),
    onFirst: () => end(0),
    onSecond: () => {
      started.forceAll();
      process.exit(130);
    },
  });
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  try {
    const config = readConfig();
    progress.say(`Gennaker ${config.version}`);
    launching = launch({
      config,
      progress,
      started,
      isEnding: () => isEnding,
      startApplication,
      seedDemo,
    });
    const application = await launching;
    if (!isEnding) progress.say(`\n  Open ${application.url}   (Ctrl-C ends everything)\n`);
  } catch (error) {
    if (error instanceof Interrupted) return;
    fail(error);
  }
}

function readConfig(): Config {
  return loadConfig({ env: process.env, argv: process.argv.slice(2), project: findProject(import.meta.url) });
}

function end(exitCode: number): void {
  if (isEnding) return;
  isEnding = true;
  if (exitCode === 0) progress.say('\nEnding…');
  void settled(launching)
    .then(() => started.stopAll())
    .then(() => process.exit(exitCode));
}

/** A step under way is not abandoned: a server that comes up a moment later would be left behind. */
async function settled(work: Promise<unknown> | null): Promise<void> {
  await Promise.allSettled([work]);
}

function fail(error: unknown): void {
  process.stderr.write(`${describe(error)}\n`);
  end(1);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof StartError || error instanceof ConfigError) return error.message;
  if (hasCode(error, 'EACCES', 'EPERM') && 'path' in error) {
    return `This account may not use ${error.path}; start as the account that owns it, or set GENNAKER_DATA to another folder.`;
  }
  return error.stack ?? error.message;
}

await start();
