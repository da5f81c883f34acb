import type { CreateTargetGroupInput, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LoadBalancerSpec, Operation, TargetGroupSettings } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { refusal } from '../refusal.ts';
import { checkOperation } from '../server-groups/tags.ts';
import { pairsIn, tagsFor } from './tags.ts';

const nounOf = (name: string): string => `target group ${name}`;
const isHttp = (protocol: string | null | undefined): boolean => /^HTTPS?$/.test(protocol ?? '');

type HealthInput = Pick<
  CreateTargetGroupInput,
  | 'HealthCheckProtocol'
  | 'HealthCheckPort'
  | 'HealthCheckPath'
  | 'HealthCheckIntervalSeconds'
  | 'HealthCheckTimeoutSeconds'
  | 'HealthyThresholdCount'
  | 'UnhealthyThresholdCount'
  | 'Matcher'
>;

/** Only what is said. Path and codes belong to checks over HTTP alone. */
function healthIn({ protocol, healthCheck: check }: TargetGroupSettings): HealthInput {
  const http = isHttp(check.protocol ?? protocol);
  const all = {
    HealthCheckProtocol: check.protocol as HealthInput['HealthCheckProtocol'],
    HealthCheckPort: check.port,
    HealthCheckPath: http ? check.path : null,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    Matcher: http && check.matcher ? { HttpCode: check.matcher } : null,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== undefined));
}

const differs = (wanted: HealthInput, present: TargetGroup): boolean =>
  Object.entries(wanted).some(([key, value]) =>
    key === 'Matcher'
      ? (value as { HttpCode?: string }).HttpCode !== present.Matcher?.HttpCode
      : value !== (present as Record<string, unknown>)[key],
  );

/** Why AWS cannot make the target group so, as sentences: these are fixed when it is made. */
export function fixedDifferences(wanted: TargetGroupSettings, present: TargetGroup, vpcId: string | null): string[] {
  const fixed: ReadonlyArray<readonly [string, unknown, unknown]> = [
    ['target type', wanted.targetType, present.TargetType],
    ...(wanted.targetType === 'lambda'
      ? []
      : ([
          ['protocol', wanted.protocol, present.Protocol],
          ['port', wanted.port, present.Port],
          ['network', vpcId ?? present.VpcId, present.VpcId],
        ] as const)),
  ];
  return fixed
    .filter(([, want, have]) => want !== have)
    .map(
      ([what, want, have]) =>
        `Target group ${wanted.name} has the ${what} ${have}, and AWS cannot change it to ${want}: give it another name.`,
    );
}

async function create(
  place: Place,
  wanted: TargetGroupSettings,
  vpcId: string | null,
  spec: LoadBalancerSpec,
  op: Operation,
) {
  const { name, protocol, port, targetType } = wanted;
  const network = targetType === 'lambda' ? {} : { Protocol: protocol, Port: port, VpcId: vpcId ?? undefined };
  const input = { Name: name, TargetType: targetType, ...network, ...healthIn(wanted), Tags: tagsFor(spec, op) };
  const how = { abort: op.abort, resource: nounOf(name) };
  try {
    const made = await place.loadBalancing.createTargetGroup(input as CreateTargetGroupInput, how);
    return made.TargetGroups?.[0];
  } catch (error) {
    if (isFailure(error, 'aws.exists')) return place.targetGroups.find(name);
    throw error;
  }
}

async function saveAttributes(place: Place, arn: string, wanted: TargetGroupSettings, operation: Operation) {
  if (Object.keys(wanted.attributes).length === 0) return;
  const how = { abort: operation.abort, resource: nounOf(wanted.name) };
  const found = await place.loadBalancing.describeTargetGroupAttributes({ TargetGroupArn: arn }, how);
  const present = new Map((found.Attributes ?? []).map(({ Key = '', Value }) => [Key, Value]));
  const changed = Object.entries(wanted.attributes).filter(([key, value]) => present.get(key) !== value);
  if (changed.length === 0) return;
  const Attributes = pairsIn(Object.fromEntries(changed));
  await place.loadBalancing.modifyTargetGroupAttributes({ TargetGroupArn: arn, Attributes }, how);
}

/** Makes the target group, or gives it the health check and attributes that are said. Answers its ARN. */
export async function saveTargetGroup(
  place: Place,
  wanted: TargetGroupSettings,
  vpcId: string | null,
  spec: LoadBalancerSpec,
  operation: Operation,
): Promise<string> {
  const present = (await place.targetGroups.find(wanted.name)) ?? (await create(place, wanted, vpcId, spec, operation));
  const arn = present?.TargetGroupArn;
  if (!present || !arn)
    throw refusal(
      place,
      'aws.not-there-yet',
      `Target group ${wanted.name} was made and is not seen yet in ${place.account.name} ${place.region}.`,
      'It is tried again.',
      true,
    );
  await saveSettings(place, wanted, present, operation);
  return arn;
}

async function saveSettings(
  place: Place,
  wanted: TargetGroupSettings,
  present: TargetGroup,
  operation: Operation,
): Promise<void> {
  const TargetGroupArn = present.TargetGroupArn ?? '';
  const how = { abort: operation.abort, resource: nounOf(wanted.name) };
  const health = healthIn(wanted);
  if (differs(health, present)) await place.loadBalancing.modifyTargetGroup({ TargetGroupArn, ...health }, how);
  await saveAttributes(place, TargetGroupArn, wanted, operation);
}

/** Gives a target group that is there the health check and attributes that are said. */
export async function changeTargetGroup(
  place: Place,
  name: string,
  { healthCheck, attributes }: Pick<TargetGroupSettings, 'healthCheck' | 'attributes'>,
  operation: Operation,
): Promise<void> {
  checkOperation(operation);
  const present = await place.targetGroups.find(name);
  if (!present) {
    const message = `Target group ${name} does not exist in ${place.account.name} ${place.region}.`;
    throw refusal(place, 'aws.gone', message, 'Somebody removed it; nothing was changed.');
  }
  const { Protocol: protocol = '', Port: port = 0, TargetType: targetType = 'instance' } = present;
  await saveSettings(place, { name, protocol, port, targetType, healthCheck, attributes }, present, operation);
}
