import { isJsonObject } from '@gennaker/pipeline-dsl';
import { durationText } from '@gennaker/ui-kit';
import type { GroupSettings } from './server-group-query.ts';

type Policy = GroupSettings['policies'][number];
type Schedule = GroupSettings['schedules'][number];
type Launch = GroupSettings['launch'];

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const objectOf = (value: unknown): Record<string, unknown> => (isJsonObject(value) ? value : {});
const listOf = (value: unknown): Array<Record<string, unknown>> =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

/** "ASGAverageCPUUtilization" reads "average CPU utilization". */
function measureText(tracking: Record<string, unknown>): string {
  const predefined = textOf(objectOf(tracking['predefinedMetricSpecification'])['predefinedMetricType']);
  const custom = objectOf(tracking['customizedMetricSpecification']);
  if (!predefined)
    return [textOf(custom['namespace']), textOf(custom['metricName'])].filter(Boolean).join(' ') || 'a measure';
  return predefined
    .replace(/^ASG|^ALB/, '')
    .replaceAll(/([a-z])([A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, (found) => (found ? `${found[0]} ${found[1]}` : ' '))
    .replaceAll(/[A-Z][a-z]+/g, (word) => word.toLowerCase());
}

const signed = (change: unknown): string => (typeof change === 'number' && change > 0 ? `+${change}` : String(change));

/** What a scaling policy does, in a sentence. */
export function policyText(policy: Policy): string {
  const tracking = objectOf(policy['targetTracking']);
  if (tracking['targetValue'] !== undefined) return `Keeps ${measureText(tracking)} at ${tracking['targetValue']}`;
  const steps = listOf(policy['steps']).map(({ change }) => signed(change));
  const change = steps.length > 0 ? steps.join(', ') : policy['change'] === undefined ? '' : signed(policy['change']);
  const unit = textOf(policy['adjustmentType']) === 'PercentChangeInCapacity' ? ' %' : '';
  const alarm = objectOf(policy['alarm']);
  const when = alarm['metricName'] ? ` when ${alarm['metricName']} ${alarm['comparison']} ${alarm['threshold']}` : '';
  return change ? `Changes the size by ${change}${unit}${when}` : 'As AWS foretells';
}

/** When a scheduled action acts, and what size it sets. */
export function scheduleText(action: Schedule): { readonly when: string; readonly size: string } {
  const { recurrence, timeZone, startTime } = action;
  const once = typeof startTime === 'number' ? new Date(startTime).toISOString() : '';
  const when = textOf(recurrence) ? `${recurrence} (${textOf(timeZone) || 'UTC'})` : once;
  const size = (['min', 'desired', 'max'] as const)
    .filter((key) => typeof action[key] === 'number')
    .map((key) => `${{ min: 'least', desired: 'wanted', max: 'greatest' }[key]} ${action[key]}`)
    .join(', ');
  return { when, size };
}

/** What happens with a warm pool, in sentences. */
export function warmPoolText(pool: NonNullable<GroupSettings['warmPool']>): string {
  const { instances, minSize, maxPrepared, poolState, reuseOnScaleIn } = pool;
  const most =
    maxPrepared === null ? 'as many as the group may have' : `at most ${maxPrepared} with those of the group`;
  return [
    `${instances} ${instances === 1 ? 'instance is' : 'instances are'} in it now: at least ${minSize}, ${most}.`,
    `They wait ${poolState.toLowerCase()}, and serve first when the group grows.`,
    reuseOnScaleIn ? 'What the group gives up goes back into it.' : 'What the group gives up is ended.',
    ...(pool.beingDeleted ? ['It is being deleted.'] : []),
  ].join(' ');
}

/** When a lifecycle hook holds an instance, for how long, and what follows when nobody answers. */
export function hookText(hook: GroupSettings['lifecycleHooks'][number]): {
  readonly when: string;
  readonly waits: string;
  readonly otherwise: string;
} {
  const { transition, heartbeatSeconds, defaultResult } = hook;
  const isLaunch = transition === 'launching';
  const gives = isLaunch ? 'the instance is ended' : 'it is ended without further waiting';
  return {
    when: isLaunch ? 'before an instance serves' : 'before an instance ends',
    waits: typeof heartbeatSeconds === 'number' ? durationText(heartbeatSeconds * 1_000) : '1 h',
    otherwise: defaultResult === 'CONTINUE' ? 'it goes on' : gives,
  };
}

const yesNo = (value: unknown): string => (value === true ? 'yes' : value === false ? 'no' : '');
const joined = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(', ') : '');

function devicesText(value: unknown): string {
  return listOf(value)
    .map(({ deviceName, sizeGiB, volumeType, encrypted }) =>
      [deviceName, sizeGiB ? `${sizeGiB} GiB` : null, volumeType, encrypted ? 'encrypted' : null]
        .filter(Boolean)
        .join(' '),
    )
    .join('; ');
}

function mixText(value: unknown): string {
  const mix = objectOf(value);
  const types = listOf(mix['types']).map(({ instanceType }) => instanceType);
  const part = mix['onDemandPercentageAboveBaseCapacity'];
  return types.length === 0 ? '' : `${types.join(', ')}${typeof part === 'number' ? `; ${100 - part} % spot` : ''}`;
}

/** Launch settings as words and values, those that say nothing left out. */
export function launchFacts(launch: Launch): Array<readonly [string, string]> {
  const { tags, userDataBytes } = launch;
  const facts: Array<readonly [string, string]> = [
    ['Image', launch.imageId],
    ['Instance type', launch.instanceType],
    ['Mixed instances', mixText(launch['mixedInstances'])],
    ['Most for spot', textOf(launch['spotPrice'])],
    ['Key pair', launch.keyPair ?? ''],
    ['Role', launch.iamRole ?? ''],
    ['Security groups', joined(launch.securityGroups)],
    ['Subnets', [launch.subnetType, joined(launch.subnetIds)].filter(Boolean).join(': ')],
    ['Public address', yesNo(launch['associatePublicIpAddress'])],
    ['Disks', devicesText(launch['blockDevices'])],
    ['Metadata needs a session', yesNo(launch['requireIMDSv2'])],
    ['User data', userDataBytes > 0 ? `${userDataBytes} bytes, not shown` : ''],
    ['Health check', `${launch.healthCheckType}, after ${launch.healthCheckGracePeriodSeconds} s of grace`],
    ['Pause between scalings', typeof launch['cooldownSeconds'] === 'number' ? `${launch['cooldownSeconds']} s` : ''],
    ['Ends first', joined(launch['terminationPolicies'])],
    [
      'Tags',
      Object.entries(tags)
        .map(([key, value]) => `${key}=${value}`)
        .join(', '),
    ],
  ];
  return facts.filter(([, value]) => value !== '');
}
