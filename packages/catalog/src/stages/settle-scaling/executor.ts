import type * as z from 'zod';
import { readAll } from '../../clusters/operations.ts';
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
        for (const { account, region, name } of groups)
          await run.ports.serverGroups.settleScaling(
            { account, region, name },
            run.operation(`settle:${region}:${name}`),
          );
        return succeeded({ serverGroups: groups.map(({ name }) => name) });
      },
    },
  ],
});
