import type * as z from 'zod';
import { healthToCome, neededCount, upCount } from '../../clusters/health.ts';
import { enableGroup, pollDelay } from '../../clusters/operations.ts';
import { soak, soakBroken, stableSecondsOf } from '../../clusters/soak.ts';
import { absent, chosenOf, determineTargets } from '../../clusters/target.ts';
import { again, executeStage, failed, minutes, succeeded, type TaskResult, type TaskRun } from '../../kit/index.ts';
import { enableServerGroupStage } from './definition.ts';

type Context = z.output<typeof enableServerGroupStage.context>;
type Run = TaskRun<Context, 'serverGroups'>;

async function enable(run: Run): Promise<TaskResult> {
  const refs = chosenOf(run.context);
  for (const ref of refs) {
    const group = await run.ports.serverGroups.read(ref);
    if (!group || group.beingDeleted) return failed(absent(ref));
    await enableGroup(run, group);
  }
  return succeeded({ serverGroups: refs.map((ref) => ref.name) });
}

async function waitForUp(run: Run): Promise<TaskResult> {
  const { context } = run;
  const sources = context.interestingHealthProviderNames;
  const serving: string[] = [];
  for (const ref of chosenOf(context)) {
    const group = await run.ports.serverGroups.read(ref);
    if (!group || group.beingDeleted) return failed(absent(ref));
    const needed = neededCount(group.capacity, { percentage: context.targetHealthyDeployPercentage });
    const inTraffic = needed === 0 ? group.traffic !== 'disabled' : group.traffic === 'enabled';
    if (inTraffic && upCount(group, sources) >= needed) {
      if (needed > 0) serving.push(group.name);
      continue;
    }
    await soakBroken(run);
    const hopeless = await run.ports.serverGroups.hopeless(group, run.task.startTime);
    if (hopeless) return failed(hopeless);
    const reason =
      upCount(group, sources) >= needed ? `${group.name} to take traffic` : healthToCome(group, needed, sources);
    return again(pollDelay(run), reason);
  }
  return (await soak(run, serving, stableSecondsOf(context))) ?? succeeded();
}

export const enableServerGroup = executeStage(enableServerGroupStage, {
  needs: ['serverGroups'],
  tasks: [
    determineTargets<Context>({ whenAbsent: 'fail' }),
    { name: 'enableServerGroup', timeoutMs: minutes(10), run: enable },
    { name: 'waitForUpInstances', timeoutMs: minutes(30), run: waitForUp },
  ],
});
