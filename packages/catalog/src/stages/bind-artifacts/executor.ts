import { artifactsIn, matches, readExpectedArtifacts } from '@gennaker/pipeline-dsl/artifacts';
import { executeStage, succeeded } from '../../kit/index.ts';
import { bindArtifactsStage } from './definition.ts';

/** Publishes what fits; binding it is what every stage with expected artifacts goes through at its end. */
export const bindArtifacts = executeStage(bindArtifactsStage, {
  needs: [],
  tasks: [
    {
      name: 'bindArtifacts',
      instant: true,
      run({ context, lookupAll }) {
        const expected = readExpectedArtifacts(context.expectedArtifacts);
        const fitting = artifactsIn(lookupAll('artifacts')).filter((artifact) =>
          expected.some(({ matchArtifact }) => matches(matchArtifact, artifact)),
        );
        return succeeded({ artifacts: fitting });
      },
    },
  ],
});
