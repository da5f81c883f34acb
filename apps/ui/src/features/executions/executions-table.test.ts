import type { Execution } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { FakeWorld } from '../../../dev/fake-world.ts';
import { movingByApplication } from '../applications/applications-page.tsx';
import { rowText } from './executions-table.tsx';

const world = new FakeWorld(Date.UTC(2026, 0, 1));
const run = (status: string) => world.list((one) => one.status === status && one.name === 'Deploy to prod').at(-1)!;

describe('what a row of executions says', () => {
  it('names the stage that failed and why, before the parameters', () => {
    expect(rowText(run('TERMINAL'))).toMatch(/^Deploy us-east-1: .*image.* · version 3\.14\.2/);
  });

  it('says who canceled a run and why', () => {
    const canceled: Execution = {
      ...run('SUCCEEDED'),
      status: 'CANCELED',
      canceledBy: 'ana@example.com',
      cancellationReason: 'wrong version',
    };
    expect(rowText(canceled)).toMatch(/^Canceled by ana@example.com: wrong version · version /);
  });

  it('gives the parameters of a run that is done, and what a running one waits for', () => {
    expect(rowText(run('SUCCEEDED'))).toMatch(/^version /);
    expect(rowText(run('RUNNING'))).toBe('Waiting for a person to decide on “Approve”');
  });
});

describe('what the list of applications says of now', () => {
  it('counts runs, and those that wait for a person', () => {
    const moving = movingByApplication(world.list((one) => one.status === 'RUNNING'));
    const { open, waiting } = moving.get('payments')!;
    expect(waiting).toBeGreaterThan(0);
    expect(open).toBeGreaterThanOrEqual(waiting);
    expect(moving.get('nothing-runs')).toBeUndefined();
  });
});
