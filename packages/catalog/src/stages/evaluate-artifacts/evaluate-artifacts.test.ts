import { textArtifact } from '@gennaker/pipeline-dsl/artifacts';
import { describe, expect, it } from 'vitest';
import { runStage } from '../../kit/testing/index.ts';
import { evaluateArtifacts } from './executor.ts';

describe('evaluateArtifacts', () => {
  it('publishes each text under its id, bound to the expected artifact of that id', async () => {
    const run = await runStage(evaluateArtifacts, {
      context: {
        artifactContents: [
          { id: 'a', name: 'a.txt', contents: 'größer' },
          { id: 'b', name: 'b.json', contents: { n: 1 } },
        ],
        expectedArtifacts: [{ id: 'b', displayName: 'settings', matchArtifact: { name: 'other' } }],
      },
    });
    expect(run.status).toBe('SUCCEEDED');
    expect(run.outputs['artifacts']).toEqual([
      { type: 'embedded/base64', name: 'a.txt', reference: Buffer.from('größer').toString('base64') },
      textArtifact('b.json', '{"n":1}'),
    ]);
    expect(run.outputs['resolvedExpectedArtifacts']).toMatchObject([
      { id: 'a', displayName: 'a.txt', boundArtifact: { name: 'a.txt' } },
      { id: 'b', displayName: 'settings', boundArtifact: textArtifact('b.json', '{"n":1}') },
    ]);
  });

  it('publishes nothing without contents', async () => {
    const run = await runStage(evaluateArtifacts, { context: {} });
    expect([run.status, run.outputs['artifacts']]).toEqual(['SUCCEEDED', []]);
  });
});
