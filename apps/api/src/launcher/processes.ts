import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a process with this id exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/**
 * The command line of a process, or null when it does not exist. A process id alone proves nothing, because the system
 * gives ids of dead processes to new ones.
 */
export function commandOf(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    } catch {
      return null;
    }
  }
  const answer = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return answer.status === 0 ? answer.stdout.trim() : null;
}

/** Asks every `intervalMs` until the answer is yes; false when `timeoutMs` passed first. */
export async function waitUntil(
  isTrue: () => boolean | Promise<boolean>,
  limits: { timeoutMs: number; intervalMs?: number },
): Promise<boolean> {
  const end = performance.now() + limits.timeoutMs;
  for (;;) {
    if (await isTrue()) return true;
    if (performance.now() >= end) return false;
    await sleep(limits.intervalMs ?? 25);
  }
}

/** Sends the signals one after the other until the process is gone; each has `patienceMs` to work. */
export async function endProcess(
  pid: number,
  signals: readonly NodeJS.Signals[],
  patienceMs: number,
): Promise<boolean> {
  for (const signal of signals) {
    signalProcess(pid, signal);
    if (await waitUntil(() => !isAlive(pid), { timeoutMs: patienceMs })) return true;
  }
  return !isAlive(pid);
}

/** Sends a signal; a process that is gone already is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

/** A dead child that nobody has waited for still answers signals; where nobody reaps orphans it does so for ever. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

/** Whether an error carries this system or protocol code, such as `ENOENT` or `57P03`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  if (error instanceof AggregateError && error.errors.some((inner) => hasCode(inner, ...codes))) return true;
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
