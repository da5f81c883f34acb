import { FailureError } from '@gennaker/pipeline-dsl';

/** Part of the content: a changed way of baking makes another image. */
export const SCRIPT_VERSION = 2;
/** Given to a machine at its start, before base64. */
const MOST_BYTES = 16_384;
/** The key is part of the text, and its place is filled in last. */
const KEY_PLACE = '@BAKE_KEY@';
/** The address for the result, and its place in the text; addresses are long. */
const RESULT_PLACE = '@RESULT_URL@';
const LONGEST_URL = 2_500;
const LOG_FILE = '/var/log/gennaker-bake.log';

export interface Package {
  readonly name: string;
  readonly version: string | null;
}

/** Package names of the stage, with the versions asked for. */
export function packagesOf(text: string | null | undefined): readonly Package[] {
  const words = (text ?? '').split(/[\s,]+/).filter((word) => word !== '');
  return words.map((word) => {
    const [, name, version] = /^([A-Za-z0-9][A-Za-z0-9+._-]*)(?:=([A-Za-z0-9][A-Za-z0-9+._:~-]*))?$/.exec(word) ?? [];
    if (name) return { name, version: version ?? null };
    throw new FailureError({
      code: 'bake.package-name',
      message: `"${word.slice(0, 80)}" is not the name of a package.`,
      advice: 'Name packages as "name" or "name=version", with blanks between. Commands belong into the script.',
    });
  });
}

type Manager = 'apt' | 'dnf';

/** The package manager of a base system; null when its name does not tell. */
function managerOf(baseOs: string | null | undefined): Manager | null {
  const name = (baseOs ?? '').toLowerCase();
  if (/ubuntu|debian|xenial|bionic|focal|jammy|noble|bullseye|bookworm|trixie/.test(name)) return 'apt';
  return /^al2|amazon|amzn|rhel|centos|rocky|alma|fedora/.test(name) ? 'dnf' : null;
}

const spelled = (packages: readonly Package[], sign: '=' | '-'): string =>
  packages.map(({ name, version }) => `'${name}${version ? `${sign}${version}` : ''}'`).join(' ');

function installing(packages: readonly Package[], manager: Manager | null): readonly string[] {
  if (packages.length === 0) return [];
  const apt = [
    'export DEBIAN_FRONTEND=noninteractive',
    'apt-get update -q',
    `apt-get install -q -y --no-install-recommends ${spelled(packages, '=')}`,
  ];
  const names = spelled(packages, '-');
  const dnf = [`if command -v dnf; then dnf -y install ${names}; else yum -y install ${names}; fi`];
  if (manager) return manager === 'apt' ? apt : dnf;
  return ['if command -v apt-get; then', ...apt, 'else', ...dnf, 'fi'];
}

/** Variables as the environment of packages and script; a name that no variable can have is left out. */
const exports = (variables: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(variables).flatMap(([name, value]) =>
    /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name) && ['string', 'number', 'boolean'].includes(typeof value)
      ? [`export ${name}='${String(value).replaceAll("'", `'\\''`)}'`]
      : [],
  );

/** How a script comes to its machine: given at its start, or sent to it later. */
type Way = 'given' | 'sent';

/** What the script installs and runs. */
export interface BakeContent {
  readonly package?: string | null;
  readonly baseOs?: string | null;
  readonly script?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

/**
 * Puts exit code and the end of the log to the address that the machine was given, if it was given one. Without any
 * tool but those that every system has: the text is made fit for JSON by hand.
 */
const TELLING = [
  `result='${RESULT_PLACE}'`,
  'if [ -n "$result" ]; then',
  `  text=$(tail -c 48000 ${LOG_FILE} | tr -d '\\000-\\010\\013-\\037' | sed 's/\\\\/\\\\\\\\/g; s/"/\\\\"/g; s/\\t/\\\\t/g' | awk '{printf "%s\\\\n", $0}')`,
  '  printf \'{"rc":%d,"log":"%s"}\' "$rc" "$text" > /tmp/gennaker-result',
  '  curl -sS --retry 5 -X PUT -T /tmp/gennaker-result "$result"',
  '  rm -f /tmp/gennaker-result',
  'fi',
];

/** Traces of this machine that its copies must not share. */
const CLEANING = [
  'cloud-init clean --logs || true',
  'rm -rf /etc/ssh/ssh_host_* /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys /var/cache/dnf /var/cache/yum',
  'rm -rf /var/lib/apt/lists/* /var/lib/cloud/instances /var/lib/cloud/instance /root/.bash_history',
  'truncate -s 0 /etc/machine-id || true',
];

/**
 * The script a machine runs once: installs, runs the user's commands, cleans up, tells its result in one line of the
 * console and at the address it is given, and shuts down; one that is sent ends with its exit code instead. `withKey` fills in the key, which depends on this text, and
 * `withResultUrl` the address.
 */
export function bakeScript(content: BakeContent, way: Way = 'given'): string {
  const script = [
    '#!/bin/bash',
    ...(way === 'given' ? [`exec > >(tee ${LOG_FILE} /dev/console) 2>&1`] : []),
    `echo "gennaker-bake ${KEY_PLACE} begins"`,
    '(',
    'set -e',
    ...exports(content.variables ?? {}),
    ...installing(packagesOf(content.package), managerOf(content.baseOs)),
    ...(content.script ?? '').split('\n'),
    ')',
    'rc=$?',
    ...CLEANING,
    ...(way === 'given' ? ['sleep 1', ...TELLING, `rm -f ${LOG_FILE}`] : []),
    'sync',
    `echo "gennaker-bake ${KEY_PLACE} rc=$rc"`,
    ...(way === 'given' ? ['sleep 2', 'shutdown -h now'] : ['exit $rc']),
    '',
  ].join('\n');
  const bytes = new TextEncoder().encode(script).length + 64 + LONGEST_URL;
  if (bytes <= MOST_BYTES) return script;
  throw new FailureError({
    code: 'bake.script-too-long',
    message: `The script of the bake has ${bytes} bytes; a machine can be given ${MOST_BYTES} at its start.`,
    advice: 'Move what it does into a package, or fetch it from the script.',
  });
}

export const withKey = (script: string, bakeKey: string): string => script.replaceAll(KEY_PLACE, bakeKey);

/** `null`: there is no such address, and the console has to do. */
export const withResultUrl = (script: string, url: string | null): string => script.replaceAll(RESULT_PLACE, url ?? '');

interface BakeResult {
  /** Null while it is not known. */
  readonly rc: number | null;
  /** The lines a person wants to read. */
  readonly lines: string[];
}

/** The lines of a log that say something, at most thirty. */
export const readable = (log: string): string[] =>
  log
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !line.startsWith('gennaker-bake '))
    .slice(-30);

const afterBegin = (log: string, bakeKey: string): string => {
  const begins = `gennaker-bake ${bakeKey} begins`;
  const from = log.indexOf(begins);
  // What the machine said before is its boot.
  return log.slice(from < 0 ? 0 : from + begins.length);
};

/** What the machine has left as its result; null when that cannot be read. */
export function readBakeDrop(text: string, bakeKey: string): BakeResult | null {
  try {
    const { rc, log }: { rc?: unknown; log?: unknown } = JSON.parse(text);
    return Number.isInteger(rc) && typeof log === 'string'
      ? { rc: Number(rc), lines: readable(afterBegin(log, bakeKey)) }
      : null;
  } catch {
    return null;
  }
}

/** What the console tells: the exit code once the line with the key is there. */
export function readBakeConsole(log: string, bakeKey: string): BakeResult {
  const found = new RegExp(`gennaker-bake ${bakeKey} rc=(\\d+)`).exec(log);
  return { rc: found ? Number(found[1]) : null, lines: readable(afterBegin(log.slice(0, found?.index), bakeKey)) };
}
