import { parseArgs } from 'node:util';
import { scenarioNames } from './scenarios/named.ts';
import type { ProfileName } from './world/profile.ts';

/** What the command line asks for. */
export type Asked =
  | { kind: 'help'; text: string }
  | { kind: 'wrong'; message: string }
  | {
      kind: 'start';
      port: number;
      host: string;
      /** A name, or a path to a JSON file; undefined: the demo. */
      scenario: string | undefined;
      seed: number;
      speed: number;
      frozen: boolean;
      profile: ProfileName;
      data: string | undefined;
    };

const usage = `A local AWS endpoint for demos and tests. Point AWS_ENDPOINT_URL at it.

  gennaker-aws-sandbox [options]

  --port N          port to listen on; 0 takes any free one       (4000)
  --host NAME       address to listen on                          (127.0.0.1)
  --scenario NAME   the world to start with: a name below,
                    or a JSON file                                (demo)
  --seed N          the same seed and calls give the same ids,
                    zones and failures                            (1)
  --speed N         virtual seconds per real second               (1)
  --frozen          start with the clock standing still;
                    POST /_sandbox/clock {"advance": ms} steps it
  --profile NAME    how long things take: fast, or real as at AWS (fast)
  --snapshot FILE   keep the state in this file, and start from it
                    when it is there; --data is the same
  --help            this text

Scenarios: ${scenarioNames.join(', ')}.
Keys of the demo: AWS_ACCESS_KEY_ID=SANDBOXKEY AWS_SECRET_ACCESS_KEY=sandbox-secret
When it listens it prints one line of JSON: {"ready":true,"url":"http://127.0.0.1:4000"}. It ends on SIGINT and SIGTERM.
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

/** Reads the arguments of the command line; what cannot be meant is answered as a sentence. */
export function readArguments(args: string[]): Asked {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { ...text, default: '4000' },
        host: { ...text, default: '127.0.0.1' },
        scenario: text,
        seed: { ...text, default: '1' },
        speed: { ...text, default: '1' },
        frozen: flag,
        profile: { ...text, default: 'fast' },
        snapshot: text,
        data: text,
        help: { ...flag, short: 'h' },
      },
    });
    if (values.help) return { kind: 'help', text: usage };
    const { host, scenario, frozen, profile } = values;
    if (profile !== 'fast' && profile !== 'real') throw new Error(`--profile is fast or real, not '${profile}'`);
    if (values.snapshot !== undefined && values.data !== undefined)
      throw new Error('--snapshot and --data are the same: give one of them');
    return {
      kind: 'start',
      port: numberIn('port', values.port, (port) => Number.isInteger(port) && port >= 0 && port <= 65_535),
      host,
      scenario,
      seed: numberIn('seed', values.seed, Number.isInteger),
      speed: numberIn('speed', values.speed, (speed) => speed > 0 && speed <= 10_000),
      frozen,
      profile,
      data: values.snapshot ?? values.data,
    };
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
}

function numberIn(name: string, given: string, fits: (value: number) => boolean): number {
  const value = given.trim() === '' ? Number.NaN : Number(given);
  if (!fits(value)) throw new Error(`--${name} cannot be '${given}'`);
  return value;
}
