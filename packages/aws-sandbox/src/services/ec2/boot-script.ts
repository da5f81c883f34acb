import type { BootScript } from './state.ts';

const defaultSeconds = 30;
const directive = /^#sandbox:\s*(?:rc=(\d+)\s*)?(?:seconds=(\d+)\s*)?(.*)$/;

/**
 * Reads user data just enough to play it: a script whose last command is a shutdown runs for a while, prints what it
 * echoes (with its result for `$rc`), and stops its instance. Anything else is left alone: null. A line
 * `#sandbox: rc=1 seconds=60 some words` decides result, duration and a line of log.
 */
export function bootScriptOf(userData: string | null, runningAt: number): BootScript | null {
  const text = userData === null ? '' : Buffer.from(userData, 'base64').toString('utf8');
  const commands = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  if (!text.startsWith('#!') || !/^\s*(?:shutdown|poweroff|systemctl poweroff)\b/.test(commands.at(-1) ?? ''))
    return null;
  const lines = text.split('\n');
  const given = lines.map((line) => directive.exec(line)).find((match) => match !== null);
  const [, rc = '0', seconds = String(defaultSeconds)] = given ?? [];
  const log = lines.flatMap((line) => {
    const printed = directive.exec(line)?.[3] ?? /^\s*echo "([^"]*)"/.exec(line)?.[1] ?? '';
    return printed === '' ? [] : [printed.replaceAll(/\$\{?rc\}?/g, rc)];
  });
  return { endsAt: runningAt + Number(seconds) * 1000, log, ended: false };
}
