// Everything at once for working on the product: the api restarts when its sources change, the browser reloads by itself.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { watch } from 'rolldown';
import { apiBundle } from './api-bundle.mjs';
import { projectRoot } from './project-root.mjs';

const built = spawnSync('npm', ['run', '--silent', 'build'], { cwd: projectRoot, stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);

let api = null;
let isEnding = false;

/** One restart at a time; a change during a restart is picked up by the next bundle. */
let restarting = Promise.resolve();

function restartApi() {
  restarting = restarting.then(async () => {
    await endOf(api, 'SIGTERM');
    if (isEnding) return;
    api = spawn(process.execPath, ['--enable-source-maps', join(apiBundle.cwd, 'dist', 'start.js')], {
      stdio: 'inherit',
    });
  });
}

function endOf(child, signal) {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill(signal);
  });
}

const watcher = watch({ ...apiBundle, watch: { clearScreen: false } });
watcher.on('event', (event) => {
  if (event.code === 'BUNDLE_END') {
    void event.result.close();
    restartApi();
  }
  if (event.code === 'ERROR') {
    console.error(event.error.message);
    void event.result?.close();
  }
});

const vite = spawn(
  process.execPath,
  [join(projectRoot, 'node_modules', 'vite', 'bin', 'vite.js'), '--configLoader', 'runner'],
  {
    cwd: join(projectRoot, 'apps', 'ui'),
    stdio: 'inherit',
  },
);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    if (isEnding) return;
    isEnding = true;
    await watcher.close();
    await restarting;
    await Promise.all([endOf(api, 'SIGTERM'), endOf(vite, 'SIGTERM')]);
    process.exit(0);
  });
}
