import type { JsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { awaitShown, changeChosen, SHOWN_WITHIN_MS } from '../../clusters/settings.ts';
import { determineTargets } from '../../clusters/target.ts';
import { executeStage, minutes } from '../../kit/index.ts';
import { modifyAwsScalingProcessStage } from './definition.ts';

type Context = z.output<typeof modifyAwsScalingProcessStage.context>;

/** Processes that are to be suspended (true), or not (null). */
const wishOf = ({ action, processes }: Context): JsonObject =>
  Object.fromEntries(processes.map((process) => [process, action === 'suspend' ? true : null]));

export const modifyAwsScalingProcess = executeStage(modifyAwsScalingProcessStage, {
  needs: ['serverGroups', 'scaling'],
  tasks: [
    determineTargets<Context>({ whenAbsent: 'fail' }),
    {
      name: 'modifyScalingProcess',
      timeoutMs: minutes(10),
      run: (run) =>
        changeChosen(
          run,
          (ref, operation) =>
            run.context.action === 'suspend'
              ? run.ports.scaling.suspend(ref, run.context.processes, operation)
              : run.ports.scaling.resume(ref, run.context.processes, operation),
          async () => ({ wanted: { suspendedProcesses: wishOf(run.context) } }),
        ),
    },
    {
      name: 'waitForScalingProcess',
      timeoutMs: SHOWN_WITHIN_MS,
      run: ({ context, ...run }) =>
        awaitShown({ ...run, context }, (group) => {
          const isOff = (process: string): boolean => group.suspendedProcesses.includes(process);
          const open = context.processes.filter((process) => isOff(process) !== (context.action === 'suspend'));
          return open.length > 0
            ? `${open.join(', ')} ${context.action === 'suspend' ? 'suspended' : 'resumed'}`
            : null;
        }),
    },
  ],
});
