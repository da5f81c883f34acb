import { healthToCome, neededCount, upCount } from '../../clusters/health.ts';
import { membersDelay, pollDelay } from '../../clusters/operations.ts';
import { accountOf } from '../../clusters/place.ts';
import { soak, soakBroken, stableSecondsOf } from '../../clusters/soak.ts';
import { again, failed, minutes, succeeded, type TaskResult } from '../../kit/index.ts';
import type { ServerGroup } from '../../kit/ports/index.ts';
import type { CreateRun } from './create.ts';
import { regionOf } from './spec.ts';

/** A group just made may not be visible at once. */
const APPEARS_WITHIN_MS = minutes(2);

/** A launch that is refused shows at once; one that is not takes a machine's time to boot. */
const QUICK_MS = 4_000;

const vanished = (name: string, region: string): TaskResult =>
  failed({
    code: 'deploy.server-group-vanished',
    message: `Server group ${name} no longer exists in ${region}.`,
    advice: 'Somebody or something else removed it. The earlier server group was not touched.',
  });

/**
 * Waits until enough instances are healthy, read live, and stay so for the time asked. Ends early when the group can
 * never get there.
 */
export async function waitForUpInstances(run: CreateRun): Promise<TaskResult> {
  const { context } = run;
  const region = regionOf(context);
  const name = context.createdServerGroup ?? '';
  const group = await run.ports.serverGroups.watch({ account: accountOf(context), region, name });
  if (!group) return notSeen(run, name, region);
  if (group.beingDeleted) return vanished(name, region);
  const configured = context.createdCapacity;
  const sources = context.interestingHealthProviderNames;
  // A group sized a moment ago may still read smaller than it was made: what was asked for counts until it is reached.
  const asked =
    configured && configured.desired > group.capacity.desired && !run.memory['sized'] ? configured : group.capacity;
  const needed = neededCount(asked, { configured, percentage: context.targetHealthyDeployPercentage });
  if (upCount(group, sources) < needed) return notYet(run, group, needed);
  return (await soak(run, [name], stableSecondsOf(context))) ?? succeeded(undefined, { neededInstances: needed });
}

/** Waits until a group that was made without instances is there for the stages that grow it. */
export async function waitForServerGroup(run: CreateRun): Promise<TaskResult> {
  const region = regionOf(run.context);
  const name = run.context.createdServerGroup ?? '';
  const group = await run.ports.serverGroups.read({ account: accountOf(run.context), region, name });
  if (!group) return notSeen(run, name, region);
  return group.beingDeleted ? vanished(name, region) : succeeded();
}

async function notSeen(run: CreateRun, name: string, region: string): Promise<TaskResult> {
  const overdue = run.now() - run.task.startTime > APPEARS_WITHIN_MS;
  const misses = run.memory['seen'] ? Number(run.memory['misses'] ?? 0) + 1 : 0;
  if (overdue || misses >= 3) return vanished(name, region);
  if (misses > 0) await run.remember({ misses });
  return again(2_000, `${name} to appear`);
}

async function notYet(run: CreateRun, group: ServerGroup, needed: number): Promise<TaskResult> {
  const hopeless = await run.ports.serverGroups.hopeless(group, run.task.startTime);
  if (hopeless) return failed(hopeless);
  await soakBroken(run);
  if (!run.memory['sized'] && group.instances.length >= needed && needed > 0) await run.remember({ sized: true });
  const delay = isComing(group, needed) ? membersDelay(run, group, QUICK_MS) : pollDelay(run, QUICK_MS);
  return again(delay, healthToCome(group, needed, run.context.interestingHealthProviderNames));
}

/** Do instances have yet to start? From then on it is the load balancer that is waited for, and it tells nothing. */
const isComing = (group: ServerGroup, needed: number): boolean =>
  group.instances.length < needed ||
  group.instances.some(({ reasons }) =>
    reasons.some(({ source, health }) => source === 'group' && health === 'Starting'),
  );
