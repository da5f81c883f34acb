import type * as z from 'zod';
import { changeGroup, readAll } from '../../clusters/operations.ts';
import { chosenOf, determineTargets } from '../../clusters/target.ts';
import { executeStage, minutes, succeeded } from '../../kit/index.ts';
import { settleScalingStage } from './definition.ts';

type Context = z.output<typeof settleScalingStage.context>;

export const settleScaling = executeStage(settleScalingStage, {
  needs: ['serverGroups'],
  tasks: [
    determineTargets<Context>({ whenAbsent: 'skip' }),
    {
      name: 'settleScaling',
      timeoutMs: minutes(5),
      async run(run) {
        const groups = await readAll(run, chosenOf(run.context));
        for (const group of groups)
          await changeGroup(run, group, 'change', (ref) =>
            run.ports.serverGroups.settleScaling(ref, run.operation(`settle:${ref.region}:${ref.name}`)),
          );
        return succeeded({ serverGroups: groups.map(({ name }) => name) });
      },
    },
  ],
});
