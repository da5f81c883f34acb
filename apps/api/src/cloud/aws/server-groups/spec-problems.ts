import type { BlockDevice, LifecycleHook, MixedInstances, ServerGroupSpec } from '@gennaker/catalog/kit';
import { monikerProblem } from '@gennaker/pipeline-dsl';
import { capacityProblem } from './resize.ts';
import { tagProblems } from './tags.ts';

type Spec = Omit<ServerGroupSpec, 'name'>;
type Problems = readonly string[];

/** EC2 refuses more, counted before base64. */
const MOST_USER_DATA_BYTES = 16_384;

const PROCESSES = new Set([
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
]);

/** Why these are no scaling processes, as sentences. */
export const processProblems = (processes: readonly string[]): Problems =>
  processes
    .filter((process) => !PROCESSES.has(process))
    .map((process) => `"${process}" is no scaling process; there are ${[...PROCESSES].join(', ')}`);

const TERMINATION_POLICIES = new Set([
  'Default',
  'AllocationStrategy',
  'OldestLaunchTemplate',
  'OldestLaunchConfiguration',
  'ClosestToNextInstanceHour',
  'NewestInstance',
  'OldestInstance',
]);

const terminationProblems = (policies: readonly string[]): Problems =>
  policies
    .filter((policy) => !TERMINATION_POLICIES.has(policy) && !policy.startsWith('arn:'))
    .map((policy) => `"${policy}" is no termination policy; there are ${[...TERMINATION_POLICIES].join(', ')}`);

const metricProblems = (metrics: readonly string[]): Problems =>
  metrics
    .filter((metric) => !/^(Group|WarmPool)[A-Za-z]+$/.test(metric))
    .map((metric) => `"${metric}" is no measure of a server group`);

function hookProblems(hooks: readonly LifecycleHook[]): Problems {
  const names = hooks.map(({ name }) => name);
  const doubled = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return [
    ...doubled.map((name) => `two lifecycle hooks are named "${name}"`),
    ...hooks.flatMap(({ name, heartbeatSeconds, notificationTarget, role }) => [
      ...(/^[A-Za-z0-9\-_/]{1,255}$/.test(name)
        ? []
        : [`lifecycle hook name "${name}" may hold letters, digits, - _ / only`]),
      ...(heartbeatSeconds == null || (heartbeatSeconds >= 30 && heartbeatSeconds <= 7_200)
        ? []
        : [`lifecycle hook "${name}" must wait 30 to 7200 seconds, not ${heartbeatSeconds}`]),
      ...(notificationTarget && !role ? [`lifecycle hook "${name}" needs a role to notify ${notificationTarget}`] : []),
    ]),
  ];
}

function deviceProblems(devices: readonly BlockDevice[]): Problems {
  const names = devices.map(({ deviceName }) => deviceName);
  return [
    ...[...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
      (name) => `two disks are named "${name}"`,
    ),
    ...devices.flatMap(({ deviceName, iops, volumeType, throughput, kmsKeyId, encrypted }) => [
      ...(iops != null && volumeType && !['io1', 'io2', 'gp3'].includes(volumeType)
        ? [`disk "${deviceName}" of type ${volumeType} takes no iops`]
        : []),
      ...(throughput != null && volumeType !== 'gp3' ? [`disk "${deviceName}" takes a throughput only as gp3`] : []),
      ...(kmsKeyId && !encrypted ? [`disk "${deviceName}" names a key but is not encrypted`] : []),
    ]),
  ];
}

function mixProblems(mix: MixedInstances | null | undefined): Problems {
  if (!mix) return [];
  const types = mix.types.map(({ instanceType }) => instanceType);
  const weights = mix.types.filter(({ weightedCapacity }) => weightedCapacity);
  return [
    ...[...new Set(types.filter((type, index) => types.indexOf(type) !== index))].map(
      (type) => `instance type ${type} is named twice`,
    ),
    ...weights
      .filter(({ weightedCapacity }) => !/^([1-9]\d{0,2})$/.test(weightedCapacity ?? ''))
      .map(
        ({ instanceType, weightedCapacity }) =>
          `the weight of ${instanceType} must be 1 to 999, not ${weightedCapacity}`,
      ),
    ...(weights.length > 0 && weights.length < mix.types.length
      ? ['either every instance type has a weight, or none']
      : []),
    ...(mix.spotInstancePools != null && mix.spotAllocationStrategy && mix.spotAllocationStrategy !== 'lowest-price'
      ? [`spot pools go with lowest-price only, not with ${mix.spotAllocationStrategy}`]
      : []),
  ];
}

/** What can be said of a spec without asking AWS, as sentences. */
export function specProblems(spec: Spec): Problems {
  const capacity = capacityProblem(spec.capacity);
  const name = monikerProblem(spec.moniker);
  const userData = Buffer.from(spec.base64UserData ?? '', 'base64').length;
  return [
    ...(name ? [name] : []),
    ...(capacity ? [capacity] : []),
    ...tagProblems(spec.tags),
    ...(userData > MOST_USER_DATA_BYTES ? [`user data has ${userData} bytes, more than ${MOST_USER_DATA_BYTES}`] : []),
    ...(spec.healthCheckType === 'ELB' && spec.targetGroups.length === 0
      ? ['health check type ELB needs a target group']
      : []),
    ...(spec.healthCheckGracePeriodSeconds < 0 ? ['the health check grace period is below 0'] : []),
    ...processProblems(spec.suspendedProcesses ?? []),
    ...terminationProblems(spec.terminationPolicies ?? []),
    ...metricProblems(spec.enabledMetrics ?? []),
    ...hookProblems(spec.lifecycleHooks ?? []),
    ...deviceProblems(spec.blockDevices ?? []),
    ...mixProblems(spec.mixedInstances),
  ];
}
