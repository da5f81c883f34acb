import type * as z from 'zod';
import { awaitDisabled, destroyAll, disableAll } from '../../clusters/operations.ts';
import { chosenOf, determineTargets } from '../../clusters/target.ts';
import { executeStage, minutes } from '../../kit/index.ts';
import { destroyServerGroupStage } from './definition.ts';

type Context = z.output<typeof destroyServerGroupStage.context>;

export const destroyServerGroup = executeStage(destroyServerGroupStage, {
  needs: ['serverGroups', 'guards'],
  choose: ({ context }) => [
    'determineTargetServerGroups',
    ...(context.skipDisableBeforeDestroy ? [] : ['disableServerGroup', 'waitForDisabledServerGroup']),
    'destroyServerGroup',
  ],
  tasks: [
    determineTargets<Context>({ whenAbsent: ({ withLeftovers }) => (withLeftovers ? 'keep' : 'skip') }),
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
    {
      name: 'destroyServerGroup',
      timeoutMs: minutes(30),
      run: (run) => destroyAll(run, chosenOf(run.context), run.context),
    },
  ],
});
