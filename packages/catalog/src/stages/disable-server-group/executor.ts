import type * as z from 'zod';
import { awaitDisabled, disableAll } from '../../clusters/operations.ts';
import { awaitShareDisabled, disableShare } from '../../clusters/partial-disable.ts';
import { chosenOf, determineTargets } from '../../clusters/target.ts';
import { executeStage, minutes } from '../../kit/index.ts';
import { disableServerGroupStage } from './definition.ts';

type Context = z.output<typeof disableServerGroupStage.context>;

const shareOf = (context: Context): number => context.desiredPercentage ?? 100;

export const disableServerGroup = executeStage(disableServerGroupStage, {
  needs: ['serverGroups', 'guards'],
  tasks: [
    determineTargets<Context>({ whenAbsent: 'skip' }),
    {
      name: 'disableServerGroup',
      timeoutMs: minutes(10),
      run: (run) => {
        const share = shareOf(run.context);
        const refs = chosenOf(run.context);
        return share < 100 ? disableShare(run, refs, share, run.context) : disableAll(run, refs, run.context);
      },
    },
    {
      name: 'waitForDisabledServerGroup',
      timeoutMs: minutes(70),
      run: (run) => {
        const until = shareOf(run.context) < 100 ? awaitShareDisabled : awaitDisabled;
        return until(run, chosenOf(run.context), run.context);
      },
    },
  ],
});
