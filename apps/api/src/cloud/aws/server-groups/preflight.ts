import type { Image as AwsImage } from '@aws-sdk/client-ec2';
import type { ServerGroupSpec } from '@gennaker/catalog/kit';
import { monikerProblem } from '@gennaker/pipeline-dsl';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { resolveNetwork } from './network.ts';
import { capacityProblem } from './resize.ts';
import { tagProblems } from './tags.ts';

type Spec = Omit<ServerGroupSpec, 'name'>;
type Problems = readonly string[];

/** EC2 refuses more, counted before base64. */
const MOST_USER_DATA_BYTES = 16_384;

/** What can be said without asking AWS. */
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
  ];
}

/** The answer of a read whose "there is no such thing" is an ordinary outcome. */
async function orMissing<Answer>(read: Promise<Answer>): Promise<Answer | null> {
  try {
    return await read;
  } catch (error) {
    if (isFailure(error, 'aws.gone', 'aws.wrong-input')) return null;
    throw error;
  }
}

const findImage = async (place: Place, id: string): Promise<AwsImage | undefined> =>
  (await orMissing(place.ec2.describeImages({ ImageIds: [id] })))?.Images?.[0];

async function machineProblems(place: Place, spec: Spec): Promise<Problems> {
  const type = spec.instanceType as 't3.micro';
  const [image, types] = await Promise.all([
    findImage(place, spec.imageId),
    orMissing(place.ec2.describeInstanceTypes({ InstanceTypes: [type] })),
  ]);
  const known = types?.InstanceTypes?.[0];
  const fits = known?.ProcessorInfo?.SupportedArchitectures as readonly string[] | undefined;
  const problems: string[] = [];
  if (!image) problems.push(`image ${spec.imageId} does not exist in ${place.region}, or this account may not use it`);
  else if (image.State !== 'available') problems.push(`image ${spec.imageId} is ${image.State}, not available`);
  if (!known) problems.push(`instance type ${spec.instanceType} does not exist in ${place.region}`);
  if (image?.Architecture && fits && !fits.includes(image.Architecture))
    problems.push(`image ${spec.imageId} is for ${image.Architecture}, instance type ${type} runs ${fits.join(', ')}`);
  return problems;
}

async function keyProblems(place: Place, keyPair: string | null | undefined): Promise<Problems> {
  if (!keyPair) return [];
  const found = await orMissing(place.ec2.describeKeyPairs({ KeyNames: [keyPair] }));
  return (found?.KeyPairs ?? []).length > 0 ? [] : [`key pair "${keyPair}" does not exist in ${place.region}`];
}

async function quotaProblems(place: Place): Promise<Problems> {
  const limits = await place.autoScaling.describeAccountLimits({}, { resource: 'the account' });
  const [used, most] = [limits.NumberOfAutoScalingGroups ?? 0, limits.MaxNumberOfAutoScalingGroups ?? 0];
  return most > 0 && used >= most
    ? [`the account already has ${used} of ${most} server groups in ${place.region}`]
    : [];
}

/** Every reason why such a group could not be made, as sentences; found by reads alone. */
export async function preflight(place: Place, spec: Spec): Promise<Problems> {
  const [machine, key, network, quota] = await Promise.all([
    machineProblems(place, spec),
    keyProblems(place, spec.keyPair),
    resolveNetwork(place, spec),
    quotaProblems(place),
  ]);
  return [...specProblems(spec), ...machine, ...network.problems, ...key, ...quota];
}
