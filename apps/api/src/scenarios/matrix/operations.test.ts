import type { Sandbox } from '@gennaker/aws-sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { problemsAfter } from './checks.ts';
import { TRANSIENT } from './faults.ts';
import { OPERATIONS, pipelineOf } from './operations.ts';
import { MatrixWorld, startSteppedSandbox } from './world.ts';

let sandbox: Sandbox;
let world: MatrixWorld | undefined;
beforeAll(async () => {
  sandbox = await startSteppedSandbox();
});
afterEach(() => world?.stop());
afterAll(() => sandbox.stop());

describe.each(OPERATIONS)('given a shop that serves, when it does $name', (operation) => {
  it.each(TRANSIENT)('with $name, then it ends as asked', async ({ rules }) => {
    world = MatrixWorld.begin(sandbox, operation.plan);
    for (const rule of rules) sandbox.faults.add(rule);
    const id = await world.start(pipelineOf(operation));
    await world.settle();
    sandbox.faults.clear();
    expect(await world.failures(id)).toEqual([]);
    expect((await world.read(id)).status).toBe('SUCCEEDED');
    expect(problemsAfter(world, operation.end)).toEqual([]);
    expect(operation.holds?.(sandbox.state()) ?? true).toBe(true);
  });
});
