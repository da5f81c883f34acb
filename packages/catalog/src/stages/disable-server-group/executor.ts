import type * as z from 'zod';
import { awaitDisabled, disableAll } from '../../clusters/operations.ts';
import { chosenOf, determineTargets } from '../../clusters/target.ts';
import { executeStage, minutes } from '../../kit/index.ts';
import { disableServerGroupStage } from './definition.ts';

type Context = z.output<typeof disableServerGroupStage.context>;

export const disableServerGroup = executeStage(disableServerGroupStage, {
  needs: ['serverGroups'],
  tasks: [
    determineTargets<Context>({ whenAbsent: 'skip' }),
    {
      name: 'disableServerGroup',
      timeoutMs: minutes(10),
      run: (run) => disableAll(run, chosenOf(run.context), run.context),
    },
    {
      name: 'waitForDisabledServerGroup',
      timeoutMs: minutes(70),
      run: (run) => awaitDisabled(run, chosenOf(run.context), run.context),
    },
  ],
});
