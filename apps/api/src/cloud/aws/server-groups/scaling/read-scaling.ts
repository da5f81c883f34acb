import type { ScalingPolicy, ScheduledUpdateGroupAction } from '@aws-sdk/client-auto-scaling';
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Place } from '../../place.ts';

/** Alarm names per DescribeAlarms. */
const MOST_ALARMS = 100;

/** All scaling policies of a group. */
export async function policiesOf(place: Place, name: string): Promise<readonly ScalingPolicy[]> {
  const found: ScalingPolicy[] = [];
  let token: string | undefined;
  do {
    const page = await place.autoScaling.describePolicies({ AutoScalingGroupName: name, NextToken: token });
    found.push(...(page.ScalingPolicies ?? []));
    token = page.NextToken;
  } while (token);
  return found;
}

/** All scheduled actions of a group. */
export async function schedulesOf(place: Place, name: string): Promise<readonly ScheduledUpdateGroupAction[]> {
  const found: ScheduledUpdateGroupAction[] = [];
  let token: string | undefined;
  do {
    const page = await place.autoScaling.describeScheduledActions({ AutoScalingGroupName: name, NextToken: token });
    found.push(...(page.ScheduledUpdateGroupActions ?? []));
    token = page.NextToken;
  } while (token);
  return found;
}

/** Alarms by name; those that do not exist are left out. */
export async function alarmsNamed(place: Place, names: readonly string[]): Promise<readonly MetricAlarm[]> {
  const found: MetricAlarm[] = [];
  for (let start = 0; start < names.length; start += MOST_ALARMS) {
    const AlarmNames = names.slice(start, start + MOST_ALARMS);
    const page = await place.cloudWatch.describeAlarms(
      { AlarmNames, AlarmTypes: ['MetricAlarm'], MaxRecords: MOST_ALARMS },
      { resource: `alarm ${AlarmNames[0]}` },
    );
    found.push(...(page.MetricAlarms ?? []));
  }
  return found;
}
