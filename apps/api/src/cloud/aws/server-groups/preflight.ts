import type { Image as AwsImage, InstanceTypeInfo } from '@aws-sdk/client-ec2';
import type { ServerGroupSpec } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { typesOf } from './launch-data.ts';
import { resolveNetwork } from './network.ts';
import { specProblems } from './spec-problems.ts';

type Spec = Omit<ServerGroupSpec, 'name'>;
type Problems = readonly string[];

/** The answer of a read whose "there is no such thing" is an ordinary outcome. */
async function orMissing<Answer>(read: Promise<Answer>): Promise<Answer | null> {
  try {
    return await read;
  } catch (error) {
    if (isFailure(error, 'aws.gone', 'aws.wrong-input')) return null;
    throw error;
  }
}

/** Live, and remembered for the making of the group. */
async function findImage(place: Place, id: string): Promise<AwsImage | undefined> {
  const image = (await orMissing(place.ec2.describeImages({ ImageIds: [id] })))?.Images?.[0];
  if (image) place.noteImage(image);
  return image;
}

/** An instance type that does not exist, or cannot run the image. */
function typeProblems(place: Place, type: string, known: InstanceTypeInfo | undefined, image: AwsImage | undefined) {
  if (!known) return [`instance type ${type} does not exist in ${place.region}`];
  const fits = known.ProcessorInfo?.SupportedArchitectures as readonly string[] | undefined;
  return image?.Architecture && fits && !fits.includes(image.Architecture)
    ? [`image ${image.ImageId} is for ${image.Architecture}, instance type ${type} runs ${fits.join(', ')}`]
    : [];
}

async function machineProblems(place: Place, spec: Spec): Promise<Problems> {
  const types = [...new Set(typesOf(spec))];
  const [image, known] = await Promise.all([
    findImage(place, spec.imageId),
    place.ec2.describeInstanceTypes(
      { Filters: [{ Name: 'instance-type', Values: types }] },
      { resource: `instance type ${types.join(', ')}` },
    ),
  ]);
  const problems: string[] = [];
  if (!image) problems.push(`image ${spec.imageId} does not exist in ${place.region}, or this account may not use it`);
  else if (image.State !== 'available') problems.push(`image ${spec.imageId} is ${image.State}, not available`);
  for (const type of types) {
    const info = known.InstanceTypes?.find((one) => one.InstanceType === type);
    problems.push(...typeProblems(place, type, info, image));
  }
  return problems;
}

async function keyProblems(place: Place, keyPair: string | null | undefined): Promise<Problems> {
  if (!keyPair) return [];
  const found = await orMissing(place.ec2.describeKeyPairs({ KeyNames: [keyPair] }));
  return (found?.KeyPairs ?? []).length > 0 ? [] : [`key pair "${keyPair}" does not exist in ${place.region}`];
}

/** Unknown where the role of the account may not ask IAM: then the launch itself tells. */
async function profileProblems(place: Place, role: string | null | undefined): Promise<Problems> {
  if (!role) return [];
  const InstanceProfileName = role.startsWith('arn:') ? (role.split('/').at(-1) ?? role) : role;
  try {
    const found = await orMissing(place.profiles.getInstanceProfile({ InstanceProfileName }));
    if (!found) return [`instance profile "${role}" does not exist in ${place.account.name}`];
    const roles = found.InstanceProfile?.Roles ?? [];
    return roles.length > 0 ? [] : [`instance profile "${role}" has no role, so its instances could not sign requests`];
  } catch (error) {
    if (!isFailure(error, 'aws.denied')) throw error;
    place.logger.warn('Instance profiles are not checked: iam:GetInstanceProfile is not allowed', { role });
    return [];
  }
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
  const [machine, key, profile, network, quota] = await Promise.all([
    machineProblems(place, spec),
    keyProblems(place, spec.keyPair),
    profileProblems(place, spec.iamRole),
    resolveNetwork(place, spec),
    quotaProblems(place),
  ]);
  return [...specProblems(spec), ...machine, ...network.problems, ...key, ...profile, ...quota];
}
