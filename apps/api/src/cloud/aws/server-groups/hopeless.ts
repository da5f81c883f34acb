import type { Activity, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { HealthReason, Instance, ServerGroup } from '@gennaker/catalog/kit';
import type { Failure } from '@gennaker/pipeline-dsl';
import { consoleLink } from '../console-link.ts';
import { codeIn, launchTrouble } from './launch-words.ts';

/** What hopelessness is judged from: the group, what Auto Scaling tried, and since when somebody waits. */
export interface Prospects {
  readonly group: ServerGroup;
  /** As read now; undefined when it is not there any more. */
  readonly live: AutoScalingGroup | undefined;
  /** Processes that we suspended ourselves. */
  readonly frozen: readonly string[];
  readonly activities: readonly Activity[];
  /** Requests whose answers told `live`, `activities` and the health of the targets. */
  readonly requests: {
    readonly group: string | null;
    readonly activities: string | null;
    readonly targets: string | null;
  };
  readonly sinceMs: number;
  readonly now: number;
}

/** How long launches may be refused for want of room before we stop hoping. */
const CAPACITY_PATIENCE_MS = 150_000;
/** A group made a moment ago may not be described yet. */
const UNSEEN_MS = 120_000;
/** Instances that must have been replaced before it is a loop and not an accident. */
const LOOP = 3;
/** Targets get so long to change their state after the wait began. */
const SETTLE_MS = 60_000;
/** A launch that failed this short before the wait belongs to it. */
const JUST_BEFORE_MS = 30_000;

/** Every termination "was taken out of service"; only the reason tells a failed check from a smaller size. */
const HEALTH_TEXT = /health.?check|unhealthy|status check/i;

const failure = (
  code: string,
  group: ServerGroup,
  what: string,
  advice: string,
  details: Record<string, unknown> = {},
): Failure => ({
  code,
  message: `Server group ${group.name} in ${group.account} ${group.region} ${what}`,
  retry: false,
  advice,
  details: {
    provider: 'aws',
    resource: `server group ${group.name}`,
    console: consoleLink(group.region, `server group ${group.name}`),
    ...details,
  },
});

const capped = (text: string): string => (text.length > 400 ? `${text.slice(0, 399)}…` : text);

/** Launches and terminations that belong to this wait: for a fresh group all of them. */
function relevant({ activities, group, sinceMs }: Prospects): readonly Activity[] {
  const isFresh = sinceMs - group.createdTime < 10 * 60_000;
  const from = Math.min(sinceMs - JUST_BEFORE_MS, isFresh ? group.createdTime : sinceMs);
  return activities.filter((activity) => (activity.StartTime?.getTime() ?? 0) >= from);
}

const isLaunch = (activity: Activity): boolean => /^Launching/i.test(activity.Description ?? '');
const newestFirst = (a: Activity, b: Activity): number => (b.StartTime?.getTime() ?? 0) - (a.StartTime?.getTime() ?? 0);
const instanceIn = (text: string | undefined): string | null => /\bi-[0-9a-z]+/.exec(text ?? '')?.[0] ?? null;

function vanished({ group, live, now, requests }: Prospects): Failure | null {
  if (!live)
    return now - group.createdTime < UNSEEN_MS
      ? null
      : failure('aws.gone', group, 'does not exist any more', 'Find out who deleted it, then run the stage again.', {
          requestId: requests.group,
        });
  if (!live.Status) return null;
  return failure(
    'aws.being-deleted',
    group,
    `is being deleted (${live.Status})`,
    'Find out who deletes it, then run the stage again.',
    { status: live.Status, requestId: requests.group },
  );
}

function launchSuspended({ live, frozen, group, requests }: Prospects): Failure | null {
  const suspension = (live?.SuspendedProcesses ?? []).find((process) => process.ProcessName === 'Launch');
  if (!suspension || frozen.includes('Launch')) return null;
  if (group.instances.length >= group.capacity.desired) return null;
  return failure(
    'aws.process-suspended',
    group,
    `cannot grow: its process Launch is suspended by another person or tool (${suspension.SuspensionReason ?? 'no reason given'})`,
    'Resume the process Launch of the group, then run the stage again.',
    { process: 'Launch', reason: suspension.SuspensionReason, requestId: requests.group },
  );
}

/** Members protected from scale-in never go by themselves, so a group that is to shrink below their number cannot. */
function cannotShrink({ live, group, requests }: Prospects): Failure | null {
  const members = live?.Instances ?? [];
  const staying = members.filter((one) => one.ProtectedFromScaleIn && one.LifecycleState === 'InService');
  const areOthersGone = members.length === staying.length;
  if (!areOthersGone || staying.length <= group.capacity.desired) return null;
  const ids = staying.flatMap(({ InstanceId }) => InstanceId ?? []);
  return failure(
    'aws.protected-from-scale-in',
    group,
    `cannot shrink to ${group.capacity.desired}: ${ids.length} instances are protected from scale-in (${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''})`,
    'Take the protection off instances that may go, or terminate them, then run the stage again.',
    { instanceIds: ids, requestId: requests.group },
  );
}

function launchesRefused(prospects: Prospects): Failure | null {
  const { group, now } = prospects;
  const launches = relevant(prospects).filter(isLaunch).sort(newestFirst);
  const sinceSuccess = launches.slice(
    0,
    firstIndex(launches, (one) => one.StatusCode === 'Successful'),
  );
  const failed = sinceSuccess.filter((one) => one.StatusCode === 'Failed');
  const newest = failed[0];
  if (!newest || group.instances.length >= group.capacity.desired) return null;
  const words = newest.StatusMessage ?? 'no message';
  const { hope, code, advice } = launchTrouble(words);
  const oldest = failed.at(-1)?.StartTime?.getTime() ?? now;
  if (hope === 'later' && now - oldest < CAPACITY_PATIENCE_MS) return null;
  if (hope === 'unknown' && failed.length < LOOP) return null;
  const facts = activityFacts(prospects, newest);
  return failure(code, group, `cannot start instances. AWS says: ${capped(words)} ${source(facts)}`, advice, {
    ...facts,
    failedLaunches: failed.length,
  });
}

interface ActivityFacts {
  readonly [fact: string]: unknown;
  readonly providerCode: string;
  readonly requestId: string | null;
}

/** AWS's own words on an activity, under the same names as those of a failed call. */
function activityFacts({ requests }: Prospects, activity: Activity): ActivityFacts {
  const words = activity.StatusMessage ?? activity.Cause ?? '';
  return {
    providerCode: codeIn(words) ?? activity.StatusCode ?? 'unknown',
    providerMessage: capped(words),
    requestId: requests.activities,
    operation: 'describeScalingActivities',
    activityId: activity.ActivityId ?? null,
  };
}

/** "(VcpuLimitExceeded; request 7f3c…)": where AWS's sentence is from. */
const source = ({ providerCode, requestId }: ActivityFacts): string =>
  `(${providerCode}${requestId ? `; request ${requestId}` : ''})`;

function firstIndex<Item>(items: readonly Item[], test: (item: Item) => boolean): number {
  const index = items.findIndex(test);
  return index === -1 ? items.length : index;
}

function bootsAndDies(prospects: Prospects): Failure | null {
  const { group } = prospects;
  const ended = relevant(prospects)
    .filter(
      (one) => /^Terminating/i.test(one.Description ?? '') && HEALTH_TEXT.test(`${one.Cause} ${one.StatusMessage}`),
    )
    .sort(newestFirst);
  const ids = [...new Set(ended.flatMap((one) => instanceIn(one.Description) ?? []))];
  const someServe = group.instances.some((instance) => instance.health === 'Up');
  const most = someServe ? Math.max(LOOP, group.capacity.desired) : LOOP - 1;
  if (ids.length <= most) return null;
  const why = describeReason(worstTarget(group.instances));
  const [last] = ended;
  if (!last) return null;
  const cause = last.Cause ?? '';
  const facts = activityFacts(prospects, last);
  return failure(
    'aws.instances-die',
    group,
    `starts instances that fail ${whoseCheck(group, cause)} and are replaced: ${ids.length} so far (${ids.slice(0, 3).join(', ')})${why ? `, lately: ${why}` : ''}. AWS says: ${capped(cause)} ${source(facts)}`,
    'Look at the logs of one of these instances; the health check path, port and grace period are common causes.',
    { instanceIds: ids, cause, ...facts, ...targetFacts(group.instances) },
  );
}

/** Whose health check it was. New instances may not be judged yet when the old ones are gone: AWS's words tell. */
const whoseCheck = (group: ServerGroup, cause: string): string =>
  /\bELB\b/.test(cause) && group.targetGroups.length > 0
    ? `the health check of target group ${group.targetGroups.join(', ')}`
    : 'their health check';

const targetReasons = (instance: Instance): readonly HealthReason[] =>
  instance.reasons.filter((reason) => reason.source === 'target');

const worstTarget = (instances: readonly Instance[]): HealthReason | null =>
  instances.flatMap(targetReasons).find((reason) => reason.health === 'Down') ?? null;

const describeReason = (reason: HealthReason | null): string =>
  reason
    ? `target group ${reason.where}: ${[reason.state, reason.code, reason.description].filter(Boolean).join(', ')}`
    : '';

function targetFacts(instances: readonly Instance[]): Record<string, unknown> {
  const reason = worstTarget(instances);
  return reason ? { targetGroup: reason.where, reasonCode: reason.code, reasonDescription: reason.description } : {};
}

function onNoListener(prospects: Prospects): Failure | null {
  const { group, now, sinceMs, requests } = prospects;
  if (now - sinceMs < JUST_BEFORE_MS || group.instances.length === 0) return null;
  const idle = group.instances.flatMap(targetReasons).filter((reason) => reason.code === 'Target.NotInUse');
  const everyOne = group.instances.every((instance) => {
    const reasons = targetReasons(instance);
    return reasons.length > 0 && reasons.every((reason) => reason.code === 'Target.NotInUse');
  });
  if (!everyOne) return null;
  const names = [...new Set(idle.map((reason) => reason.where))];
  return failure(
    'aws.target-group-unused',
    group,
    `can never become healthy: target group ${names.join(', ')} gets no requests (${idle[0]?.description ?? 'Target.NotInUse'})`,
    'Put the target group on a listener, and enable the zones of the subnets on the load balancer.',
    {
      targetGroup: names.join(', '),
      reasonCode: 'Target.NotInUse',
      instanceIds: idsOf(group.instances),
      requestId: requests.targets,
    },
  );
}

const idsOf = (instances: readonly Instance[]): readonly string[] => instances.map((instance) => instance.id);

function allTargetsFail(prospects: Prospects): Failure | null {
  const { group, live, now, sinceMs, requests } = prospects;
  const graceMs = (live?.HealthCheckGracePeriod ?? 0) * 1000;
  if (now - sinceMs < SETTLE_MS || group.instances.length === 0) return null;
  const failing = group.instances.every(
    (instance) =>
      targetReasons(instance).some((reason) => reason.state === 'unhealthy') &&
      instance.launchTime !== null &&
      now - instance.launchTime > graceMs,
  );
  if (!failing) return null;
  return failure(
    'aws.targets-failing',
    group,
    `has no instance that passes its health check although the grace time of ${graceMs / 1000} s is over: ${describeReason(worstTarget(group.instances))} (${idsOf(group.instances).slice(0, 3).join(', ')})`,
    'Look at the logs of one of these instances; the health check path, port and expected code are common causes.',
    { instanceIds: idsOf(group.instances), ...targetFacts(group.instances), requestId: requests.targets },
  );
}

const SIGNS = [vanished, launchSuspended, cannotShrink, launchesRefused, bootsAndDies, onNoListener, allTargetsFail];

/** The first sign that waiting is in vain, with AWS's own words; null while there is hope. */
export function judgeProspects(prospects: Prospects): Failure | null {
  for (const sign of SIGNS) {
    const found = sign(prospects);
    if (found) return found;
  }
  return null;
}
