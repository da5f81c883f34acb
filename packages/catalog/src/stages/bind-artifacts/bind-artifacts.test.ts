import { describe, expect, it } from 'vitest';
import { runStage } from '../../kit/testing/index.ts';
import { bindArtifacts } from './executor.ts';

describe('bindArtifacts', () => {
  it('publishes what fits, nearest first', async () => {
    const run = await runStage(bindArtifacts, {
      context: { expectedArtifacts: [{ id: 'e', matchArtifact: { name: 'web' } }] },
      ancestors: [
        { artifacts: [{ name: 'web', version: '2' }, { name: 'db' }] },
        { artifacts: [{ name: 'web', version: '1' }] },
      ],
    });
    expect([run.status, run.outputs['artifacts']]).toEqual([
      'SUCCEEDED',
      [
        { name: 'web', version: '2' },
        { name: 'web', version: '1' },
      ],
    ]);
  });
});
