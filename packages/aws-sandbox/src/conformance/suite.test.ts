import { beforeAll, describe, expect, it } from 'vitest';
import { type Lab, tableOf } from './lab.ts';
import { runAgainstSandbox } from './local.ts';

describe('the conformance suite', () => {
  let lab: Lab;
  let leftovers: string[];

  beforeAll(async () => {
    ({ lab, leftovers } = await runAgainstSandbox());
  });

  it('passes against the local endpoint', () => {
    expect(lab.problems).toEqual([]);
    expect(lab.rows.filter((row) => row.problem !== null)).toEqual([]);
    expect(lab.rows.length).toBeGreaterThan(100);
    expect(tableOf(lab.rows)).toContain('EC2 RunInstances');
  });

  it('leaves nothing behind', () => {
    expect(leftovers).toEqual([]);
  });
});
