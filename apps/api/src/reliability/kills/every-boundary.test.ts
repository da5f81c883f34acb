import { beforeAll, describe, expect, it } from 'vitest';
import { type Told, tellKilled, tellUndisturbed } from './killed-run.ts';
import { STORIES } from './stories.ts';
import { buildProgram } from './worker-process.ts';

/** Fewest boundaries of any story: fewer would mean that some are not seen any more. */
const LEAST_KILLS = 100;
/** Only guards against hanging. */
const LIMIT_MS = 1_800_000;

/** `npm run test:kills` tells the long ones, too. */
const TOLD = STORIES.filter(({ isLong }) => !isLong || process.env['KILLED_STORIES'] === 'all');

let undisturbed: readonly Told[];
let killed: readonly Told[];

beforeAll(async () => {
  const program = await buildProgram();
  try {
    undisturbed = await tellUndisturbed(program, TOLD);
    killed = await tellKilled(program, TOLD);
  } finally {
    await program.remove();
  }
}, LIMIT_MS);

const EVENT_OR_ROW = /^((execution|stage|task)\.|(intended|done|absent) )/;

/**
 * What is written at boundaries, each by side: every event and every row of the ledger in a commit, as a worker that takes
 * over may put into one what was two, and every operation of AWS. What a task remembers for the next one is left out: it
 * may be of no use any more. Without the ids that each run makes up anew.
 */
function written(boundaries: readonly string[]): ReadonlySet<string> {
  const parts = boundaries.flatMap((boundary) => {
    const [, side = '', what = ''] = /^(before|after) (.*) \| /.exec(boundary) ?? [];
    const [, commit] = /^commit of (.*)$/.exec(what) ?? [];
    const told = commit?.split(', ').filter((part) => EVENT_OR_ROW.test(part)) ?? [what.split(' of ')[0]!];
    return told.map((part) => `${side} ${part.replace(/01[0-9A-Z]{24}/g, '…')}`);
  });
  return new Set(parts);
}

describe('given a worker process that SIGKILL ends before and after each of its commits and each of its changes to AWS', () => {
  it.each(TOLD.map((story, at) => ({ ...story, at })))(
    '$name ends as if none had died',
    ({ name, status, at, spared = [] }) => {
      const [calm, shot] = [undisturbed[at]!, killed[at]!];
      const kills = shot.boundaries.length;
      console.info(`${name}: killed at ${kills} boundaries; an undisturbed worker meets ${calm.boundaries.length}`);
      for (const { executions, problems } of [calm, shot]) {
        expect(executions.map((each) => each.status)).toEqual([status]);
        expect(problems).toEqual([]);
      }
      expect(new Set(shot.boundaries).size).toBe(kills);
      expect(kills).toBeGreaterThanOrEqual(LEAST_KILLS);
      const seen = written(shot.boundaries);
      const spare = spared.flatMap((operation) => [`before ${operation}`, `after ${operation}`]);
      expect([...written(calm.boundaries)].filter((part) => !seen.has(part) && !spare.includes(part))).toEqual([]);
      expect(shot.changes).toEqual(calm.changes);
    },
  );
});
