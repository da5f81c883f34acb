import type { MetricAlarm, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Operation } from '@gennaker/catalog/kit';
import type { Place } from '../../place.ts';
import { ownerTags } from '../tags.ts';
import { alarmsNamed } from './read-scaling.ts';
import { alarmName, isOurAlarm, type Relabel, type Route, retarget } from './rename.ts';
import { isSame } from './same.ts';

/** What CloudWatch adds to an alarm's definition. */
const OBSERVED: ReadonlySet<string> = new Set([
  'AlarmArn',
  'AlarmConfigurationUpdatedTimestamp',
  'StateValue',
  'StateReason',
  'StateReasonData',
  'StateUpdatedTimestamp',
  'StateTransitionedTimestamp',
  'EvaluationState',
]);

/** Alarms that AWS itself makes and keeps for a target tracking policy. */
const isAwsOwn = (name: string): boolean => name.startsWith('TargetTracking-');

export interface AlarmCopy {
  readonly route: Route;
  readonly relabel: Relabel;
  /** New ARNs of the copied policies, by their old ones. */
  readonly policyArns: ReadonlyMap<string, string>;
}

/** Does the ARN name the place it was copied from, where nothing of the new place may act? */
function namesPlace(arn: string, { region, account }: Place): boolean {
  const [, , , inRegion, ofAccount] = arn.split(':');
  return inRegion === region && (!account.accountId || ofAccount === account.accountId);
}

function copyOf(
  alarm: MetricAlarm,
  { route, relabel, policyArns }: AlarmCopy,
  mayKeep: (arn: string) => boolean,
): PutMetricAlarmCommandInput {
  const definition = Object.fromEntries(
    Object.entries(alarm).filter(([key, value]) => !OBSERVED.has(key) && value !== undefined),
  ) as unknown as PutMetricAlarmCommandInput;
  const actions = (arns: readonly string[] | undefined) =>
    arns?.flatMap((arn) => policyArns.get(arn) ?? (mayKeep(arn) ? arn : []));
  return {
    ...retarget(definition, route, relabel),
    AlarmName: alarmName(alarm.AlarmName ?? '', route),
    AlarmActions: actions(alarm.AlarmActions),
    OKActions: actions(alarm.OKActions),
    InsufficientDataActions: actions(alarm.InsufficientDataActions),
  };
}

/** Makes the alarms that set off the copied policies; answers their names. */
export async function copyAlarms(
  source: Place,
  place: Place,
  names: readonly string[],
  how: AlarmCopy,
  operation: Operation,
): Promise<readonly string[]> {
  const isSamePlace = source === place;
  const sources = await alarmsNamed(
    source,
    [...new Set(names)].filter((name) => !isAwsOwn(name)),
  );
  const wanted = sources.map((alarm) => copyOf(alarm, how, (arn) => isSamePlace || !namesPlace(arn, source)));
  const present = await alarmsNamed(
    place,
    wanted.flatMap(({ AlarmName }) => AlarmName ?? []),
  );
  const Tags = ownerTags(operation).map(({ key, value }) => ({ Key: key, Value: value }));
  for (const alarm of wanted) {
    const known = present.find(({ AlarmName }) => AlarmName === alarm.AlarmName);
    if (known && isSame(alarm, known)) continue;
    await place.cloudWatch.putMetricAlarm(
      // Tags are taken when an alarm is made, and refused when it is changed.
      known ? alarm : { ...alarm, Tags },
      { abort: operation.abort, resource: `alarm ${alarm.AlarmName}` },
    );
  }
  return wanted.flatMap(({ AlarmName }) => AlarmName ?? []);
}

/** Deletes the alarms that were copied for a group that is gone. */
export async function deleteAlarmsOf(place: Place, group: string, abort?: AbortSignal): Promise<void> {
  const about = { abort, resource: `alarms of ${group}` };
  const page = await place.cloudWatch.describeAlarms(
    { AlarmNamePrefix: `${group}-alarm-`, AlarmTypes: ['MetricAlarm'], MaxRecords: 100 },
    about,
  );
  const names = (page.MetricAlarms ?? []).flatMap(({ AlarmName = '' }) =>
    isOurAlarm(AlarmName, group) ? AlarmName : [],
  );
  if (names.length > 0) await place.cloudWatch.deleteAlarms({ AlarmNames: names }, about);
}
