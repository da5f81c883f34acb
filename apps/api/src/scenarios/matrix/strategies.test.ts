import type { Sandbox } from '@gennaker/aws-sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { problemsAfter } from './checks.ts';
import { FAULTS } from './faults.ts';
import { startMonitor } from './monitor.ts';
import { endOf, pipelineOf, planOf, STRATEGIES } from './strategies.ts';
import { MatrixWorld, startSteppedSandbox } from './world.ts';

let sandbox: Sandbox;
let monitor: Awaited<ReturnType<typeof startMonitor>>;
let world: MatrixWorld | undefined;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
  monitor = await startMonitor();
});
afterEach(() => world?.stop());
afterAll(async () => {
  await sandbox.stop();
  await monitor.stop();
});

describe.each(STRATEGIES)('given a shop that serves, when it deploys by $name', (strategy) => {
  it.each(FAULTS)('with $name, then it ends rightly', async ({ rules, fails }) => {
    world = MatrixWorld.begin(sandbox, planOf(strategy, monitor.url));
    for (const rule of rules) sandbox.faults.add(rule);
    const id = await world.start(pipelineOf(strategy));
    await world.settle();
    sandbox.faults.clear();
    const { status } = await world.read(id);
    const sentences = await world.failures(id);
    if (fails) {
      expect(status).toBe('TERMINAL');
      expect(sentences.join('\n')).toMatch(fails);
    } else {
      expect(sentences).toEqual([]);
      expect(status).toBe('SUCCEEDED');
    }
    expect(problemsAfter(world, endOf(strategy, !fails))).toEqual([]);
  });
});
