import type {
  AutoScalingGroup,
  PutScalingPolicyCommandInput,
  PutScheduledUpdateGroupActionCommandInput,
  ScalingPolicy,
  ScheduledUpdateGroupAction,
} from '@aws-sdk/client-auto-scaling';
import type { CopiedScaling, Operation } from '@gennaker/catalog/kit';
import type { Place } from '../../place.ts';
import { missing } from '../enable.ts';
import { suspendedIn, suspendMissing } from '../processes.ts';
import { shownGroup } from '../read-back.ts';
import { checkOperation, groupTag, parseList, TAG, tagsOf } from '../tags.ts';
import { copyAlarms } from './alarms.ts';
import { policiesOf, schedulesOf } from './read-scaling.ts';
import { copiedName, type Relabel, type Route, retarget } from './rename.ts';
import { isSame } from './same.ts';

/** Without these a group's policies and scheduled actions do nothing. */
const HELD = ['AlarmNotification', 'ScheduledActions'] as const;

/** Said by AWS about a policy, not part of it. */
const POLICY_FACTS: ReadonlySet<string> = new Set(['PolicyARN', 'Alarms', 'MinAdjustmentStep']);

function policyCopy(policy: ScalingPolicy, route: Route, relabel: Relabel): PutScalingPolicyCommandInput {
  const fields = Object.fromEntries(
    Object.entries(policy).filter(([key, value]) => !POLICY_FACTS.has(key) && value !== undefined),
  ) as unknown as PutScalingPolicyCommandInput;
  return {
    ...retarget(fields, route, relabel),
    AutoScalingGroupName: route.to,
    PolicyName: copiedName(policy.PolicyName ?? '', route),
  };
}

/** A start that has passed would be refused; a recurring action goes on without one. */
function scheduleCopy(
  action: ScheduledUpdateGroupAction,
  route: Route,
  now: number,
): PutScheduledUpdateGroupActionCommandInput | null {
  const future = action.StartTime && action.StartTime.getTime() > now ? action.StartTime : undefined;
  const isOver = action.EndTime !== undefined && action.EndTime.getTime() <= now;
  if (isOver || (!action.Recurrence && !future)) return null;
  return {
    AutoScalingGroupName: route.to,
    ScheduledActionName: copiedName(action.ScheduledActionName ?? '', route),
    Recurrence: action.Recurrence,
    TimeZone: action.TimeZone,
    StartTime: future,
    EndTime: action.EndTime,
    MinSize: action.MinSize,
    MaxSize: action.MaxSize,
    DesiredCapacity: action.DesiredCapacity,
  };
}

/** `…:loadbalancer/app/web/01` and `…:targetgroup/tg/23` as a measure names them: `app/web/01/targetgroup/tg/23`. */
const labelOf = (balancer: string, targetGroup: string): string =>
  `${balancer.split(':loadbalancer/')[1]}/${targetGroup.split(':').at(-1)}`;

/** What requests per target are measured by: the source's target group, or the target's where it has another. */
async function relabelling(place: Place, from: AutoScalingGroup, to: AutoScalingGroup): Promise<Relabel> {
  const [own, others] = [to.TargetGroupARNs ?? [], from.TargetGroupARNs ?? []];
  const fresh = own.find((arn) => !others.includes(arn));
  const wiring = fresh ? await place.targetGroups.find(fresh) : undefined;
  const balancer = wiring?.LoadBalancerArns?.[0];
  return (label) => {
    const isOwn = own.some((arn) => label.endsWith(`/${arn.split(':').at(-1)}`));
    if (isOwn) return label;
    return fresh && balancer ? labelOf(balancer, fresh) : null;
  };
}

/** Labels that still name a target group the new group is not in. */
function lostLabels(policies: readonly ScalingPolicy[], relabel: Relabel): readonly string[] {
  return policies.flatMap((policy) => {
    const label = policy.TargetTrackingConfiguration?.PredefinedMetricSpecification?.ResourceLabel;
    return label && relabel(label) === null
      ? [`scaling policy ${policy.PolicyName} still follows the requests of ${label}, where the new group is not`]
      : [];
  });
}

/** Holds scaling back, remembering first what was taken. */
async function hold(place: Place, group: AutoScalingGroup, operation: Operation): Promise<void> {
  const name = group.AutoScalingGroupName ?? '';
  const suspended = suspendedIn(group);
  const before = tagsOf(group)[TAG.unsettled];
  const taken = HELD.filter((process) => !suspended.includes(process));
  const tag = [...new Set([...parseList(before), ...taken])].join(',');
  if (tag !== before)
    await place.autoScaling.createOrUpdateTags(
      { Tags: [groupTag(name, TAG.unsettled, tag)] },
      { abort: operation.abort, resource: `server group ${name}` },
    );
  await suspendMissing(place, name, taken, suspended, operation);
}

/** What is not there yet as it shall be. */
function changesOf<Input extends object, There>(
  wanted: readonly Input[],
  there: readonly There[],
  isNamed: (input: Input, one: There) => boolean,
): readonly Input[] {
  return wanted.filter((input) => {
    const known = there.find((one) => isNamed(input, one));
    return known === undefined || !isSame(input, known);
  });
}

/**
 * Gives a group the scaling policies, alarms and scheduled actions of another. They are held back until they are
 * settled. What is there already as it shall be is left alone.
 */
export async function copyScaling(
  source: Place,
  place: Place,
  route: Route,
  operation: Operation,
): Promise<CopiedScaling> {
  checkOperation(operation);
  operation.abort?.throwIfAborted();
  const [from, to] = await Promise.all([source.group(route.from), shownGroup(place, route.to, operation)]);
  if (!to || to.Status) throw missing(place, route.to, to?.Status);
  const nothing = { policies: [], alarms: [], schedules: [], warnings: [] };
  if (!from) return { ...nothing, warnings: [`${route.from} is gone, so no scaling was taken over from it`] };
  const [policies, schedules] = await Promise.all([policiesOf(source, route.from), schedulesOf(source, route.from)]);
  if (policies.length + schedules.length === 0) return nothing;
  const [havePolicies, haveSchedules] = await Promise.all([policiesOf(place, route.to), schedulesOf(place, route.to)]);
  const relabel = await relabelling(place, from, to);
  const wanted = policies.map((policy) => policyCopy(policy, route, relabel));
  const timed = schedules.flatMap((action) => scheduleCopy(action, route, place.clock.now()) ?? []);
  const newPolicies = changesOf(wanted, havePolicies, (a, b) => a.PolicyName === b.PolicyName);
  const newSchedules = changesOf(timed, haveSchedules, (a, b) => a.ScheduledActionName === b.ScheduledActionName);
  if (newPolicies.length + newSchedules.length > 0) await hold(place, to, operation);
  for (const input of newPolicies) await place.autoScaling.putScalingPolicy(input, { abort: operation.abort });
  for (const input of newSchedules)
    await place.autoScaling.putScheduledUpdateGroupAction(input, { abort: operation.abort });
  const alarms = await alarmsFor(source, place, policies, { route, relabel }, operation);
  return {
    policies: wanted.flatMap(({ PolicyName }) => PolicyName ?? []),
    alarms,
    schedules: timed.flatMap(({ ScheduledActionName }) => ScheduledActionName ?? []),
    warnings: lostLabels(policies, relabel),
  };
}

/** Alarms last: they name the copied policies, whose ARNs AWS gives. */
async function alarmsFor(
  source: Place,
  place: Place,
  policies: readonly ScalingPolicy[],
  { route, relabel }: { readonly route: Route; readonly relabel: Relabel },
  operation: Operation,
): Promise<readonly string[]> {
  const names = policies.flatMap(({ Alarms }) => (Alarms ?? []).flatMap(({ AlarmName }) => AlarmName ?? []));
  if (names.length === 0) return [];
  const made = await policiesOf(place, route.to);
  const policyArns = new Map(
    policies.flatMap(({ PolicyARN = '', PolicyName = '' }) => {
      const copy = made.find((one) => one.PolicyName === copiedName(PolicyName, route));
      return copy?.PolicyARN ? [[PolicyARN, copy.PolicyARN] as const] : [];
    }),
  );
  return copyAlarms(source, place, names, { route, relabel, policyArns }, operation);
}
