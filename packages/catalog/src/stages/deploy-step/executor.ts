import { executeStage, inSequence, skipped, succeeded } from '../../kit/index.ts';
import { deployStepStage } from './definition.ts';

export const deployStep = executeStage(deployStepStage, {
  needs: [],
  tasks: [
    {
      name: 'decideStep',
      instant: true,
      run: (run) => (run.context.unless && run.lookup(run.context.unless) === true ? skipped() : succeeded()),
    },
  ],
  after: ({ context, lookup }) => (context.unless && lookup(context.unless) === true ? [] : inSequence(context.steps)),
});
