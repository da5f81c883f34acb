import { awaitShown, changeChosen, SHOWN_WITHIN_MS } from '../../clusters/settings.ts';
import { determineTargets } from '../../clusters/target.ts';
import { executeStage, minutes } from '../../kit/index.ts';
import { actionsOf } from './actions.ts';
import { type ScheduledActionsContext, upsertAsgScheduledActionsStage } from './definition.ts';

export const upsertAsgScheduledActions = executeStage(upsertAsgScheduledActionsStage, {
  needs: ['serverGroups', 'scaling'],
  tasks: [
    determineTargets<ScheduledActionsContext>({ whenAbsent: 'fail' }),
    {
      name: 'upsertScheduledActions',
      timeoutMs: minutes(10),
      run: (run) =>
        changeChosen(
          run,
          (ref, operation) => run.ports.scaling.saveSchedules(ref, actionsOf(run.context, ref.name), operation),
          async (ref) => {
            const names = actionsOf(run.context, ref.name).map(({ name }) => name);
            const found = await run.ports.scaling.read(ref);
            return {
              schedules: (found?.schedules ?? []).filter(({ name }) => names.includes(name)),
              wanted: { schedules: actionsOf(run.context, ref.name) },
            };
          },
        ),
    },
    {
      name: 'waitForScheduledActions',
      timeoutMs: SHOWN_WITHIN_MS,
      run: (run) =>
        awaitShown(run, async ({ account, region, name }) => {
          const found = await run.ports.scaling.read({ account, region, name });
          const there = (found?.schedules ?? []).map((action) => action.name);
          const open = actionsOf(run.context, name).filter((action) => !there.includes(action.name));
          return open.length > 0 ? `scheduled action ${open.map((action) => action.name).join(', ')}` : null;
        }),
    },
  ],
});
