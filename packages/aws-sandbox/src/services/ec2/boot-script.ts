import { ServiceError } from '../../wire/service-error.ts';
import type { World } from '../../world/world.ts';
import { useSignedAddress } from '../s3/signed-address.ts';
import type { BootScript } from './state.ts';

const defaultSeconds = 30;
const directive = /^#sandbox:\s*(?:rc=(\d+)\s*)?(?:seconds=(\d+)\s*)?(.*)$/;
const signedAddress = /https?:\/\/[^\s"'`<>\\]+[?&]X-Amz-Signature=[0-9a-f]{64}[^\s"'`<>\\]*/g;

/**
 * Reads user data just enough to play it: a script whose last command is a shutdown runs for a while, prints what it
 * echoes (with its result for `$rc`), and stops its instance. Anything else is left alone: null. A line
 * `#sandbox: rc=1 seconds=60 some words` decides result, duration and a line of log. What lies behind a presigned
 * address to get is read as part of the script; to one to put, it sends its result when it ends.
 */
export function bootScriptOf(world: World, userData: string | null, now: number, runningAt: number): BootScript | null {
  const text = userData === null ? '' : Buffer.from(userData, 'base64').toString('utf8');
  const commands = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  if (!text.startsWith('#!') || !/^\s*(?:shutdown|poweroff|systemctl poweroff)\b/.test(commands.at(-1) ?? ''))
    return null;
  const loaded = addressesIn(text, 'get').map((address) => reach(world, 'GetObject', address, '', now));
  const lines = [...loaded.flatMap(({ said }) => said.split('\n')), ...text.split('\n')];
  const played = playLines(lines, defaultSeconds);
  const rc = loaded.every(({ ok }) => ok) ? played.rc : 22;
  const failures = loaded.flatMap(({ ok, said }) => (ok ? [] : [said]));
  const endsAt = runningAt + played.seconds * 1000;
  return { endsAt, log: [...failures, ...played.log(rc)], ended: false, rc, putTo: addressesIn(text, 'put') };
}

/** What a shell script is taken to do: its result, how long it runs, and what it prints when `rc` is its result. */
export function playLines(
  lines: string[],
  defaultSeconds: number,
): { rc: number; seconds: number; log(rc: number): string[] } {
  const given = lines.map((line) => directive.exec(line)).find((match) => match !== null);
  const [, rc = '0', seconds = String(defaultSeconds)] = given ?? [];
  const log = (result: number) =>
    lines.flatMap((line) => {
      const printed = directive.exec(line)?.[3] ?? /^\s*echo "([^"]*)"/.exec(line)?.[1] ?? '';
      return printed === '' ? [] : [printed.replaceAll(/\$\{?rc\}?/g, String(result))];
    });
  return { rc: Number(rc), seconds: Number(seconds), log };
}

function addressesIn(text: string, use: 'get' | 'put'): string[] {
  return text.split('\n').flatMap((line) =>
    [...line.matchAll(signedAddress)].flatMap(([address]) => {
      const id = /[?&]x-id=(\w+)/.exec(address)?.[1];
      const puts = id === undefined ? /\bPUT\b|--upload-file|\s-T\b/.test(line) : id === 'PutObject';
      return puts === (use === 'put') ? [address] : [];
    }),
  );
}

/** Ends a script: its result goes to where it was told to put it, as the JSON object `{rc, log}`. */
export function endBootScript(world: World, script: BootScript, now: number): void {
  script.ended = true;
  const result = JSON.stringify({ rc: script.rc ?? 0, log: script.log.join('\n') });
  for (const address of script.putTo ?? []) {
    const { ok, said } = reach(world, 'PutObject', address, result, now);
    if (!ok) script.log.push(said);
  }
}

function reach(
  world: World,
  action: 'GetObject' | 'PutObject',
  address: string,
  body: string,
  now: number,
): { ok: boolean; said: string } {
  try {
    return { ok: true, said: useSignedAddress(world, action, address, body, now) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { ok: false, said: `curl: (22) The requested URL returned error: ${error.status}` };
  }
}
