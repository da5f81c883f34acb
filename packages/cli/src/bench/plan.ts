import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../command-line.ts';
import { plainPaint, type Terminal } from '../output/terminal.ts';
import { allStages } from '../simulation/expectations.ts';
import { emptyScript } from '../simulation/script.ts';
import { simulate } from '../simulation/simulate.ts';
import { COUNT, fiveHundredStages } from './five-hundred-stages.ts';

// Measures `gennaker plan` of a large pipeline in this process and prints one line of JSON; all times are ms, medians
// over the rounds after those that warm up.

const WARM_UP = 30;
const ROUNDS = 21;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function ms(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gennaker-bench-plan-'));
  const pipeline = fiveHundredStages();
  writeFileSync(join(folder, 'pipeline.json'), JSON.stringify(pipeline, null, 2));
  const simulation = await simulate(pipeline, emptyScript());
  if (simulation.status !== 'SUCCEEDED') throw new Error(`the plan of the benchmark ends ${simulation.status}`);
  const terminal: Terminal = {
    out: () => undefined,
    err: (text) => void process.stderr.write(text),
    isLive: false,
    width: 100,
    paint: plainPaint,
    env: {},
    folder,
    now: () => performance.now(),
  };
  const whole: number[] = [];
  const played: number[] = [];
  try {
    for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
      const times = [
        await ms(() => runCommandLine(['plan', 'pipeline.json'], terminal)),
        await ms(() => simulate(pipeline, emptyScript())),
      ] as const;
      if (round < WARM_UP) continue;
      whole.push(times[0]);
      played.push(times[1]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(
    JSON.stringify({
      stages: COUNT,
      planned: allStages(simulation.stages).length - simulation.stages.length,
      changes: simulation.calls.filter(({ effect }) => effect === 'change').length,
      wholeMs: median(whole),
      playedMs: median(played),
    }),
  );
}

await main();
