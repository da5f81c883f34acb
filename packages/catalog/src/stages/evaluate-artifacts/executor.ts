import { readExpectedArtifacts, textArtifact } from '@gennaker/pipeline-dsl/artifacts';
import { executeStage, succeeded } from '../../kit/index.ts';
import { evaluateArtifactsStage } from './definition.ts';

const textOf = (contents: unknown): string =>
  typeof contents === 'string' ? contents : (JSON.stringify(contents) ?? '');

export const evaluateArtifacts = executeStage(evaluateArtifactsStage, {
  needs: [],
  tasks: [
    {
      name: 'evaluateArtifacts',
      instant: true,
      run({ context }) {
        const expected = new Map(readExpectedArtifacts(context.expectedArtifacts).map((one) => [one.id, one]));
        const made = context.artifactContents.map(({ id, name, contents }) => ({
          ...(expected.get(id) ?? { id, displayName: name }),
          boundArtifact: textArtifact(name, textOf(contents)),
        }));
        return succeeded({
          artifacts: made.map(({ boundArtifact }) => boundArtifact),
          resolvedExpectedArtifacts: made,
        });
      },
    },
  ],
});
