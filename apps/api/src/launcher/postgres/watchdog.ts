import { spawn } from 'node:child_process';

/**
 * A shell that waits for our end of a pipe to close, which happens however we die, then ends the server and removes
 * its folder. The names come as arguments, never as part of the script.
 */
const script = `
cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  n=0; while kill -0 "$pid" 2>/dev/null && [ $n -lt 50 ]; do sleep 0.1; n=$((n+1)); done
fi
rm -rf "$1"
`;

/** Guards a temporary server against the hard death of this process. `release` lets the guard tidy up now. */
export function guardTemporaryServer(home: string): { release(): Promise<void> } {
  const child = spawn('sh', ['-c', script, 'sh', home], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdin.on('error', () => {});
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  return {
    async release() {
      child.ref();
      child.stdin.end();
      await gone;
    },
  };
}
