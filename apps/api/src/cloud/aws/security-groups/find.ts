import type { SecurityGroup } from '@aws-sdk/client-ec2';
import type { Place } from '../place.ts';

const isId = (nameOrId: string): boolean => /^sg-[0-9a-z]+$/.test(nameOrId);

/** By names and ids, in one network when it is known; live. */
export async function findSecurityGroups(
  place: Place,
  namesOrIds: readonly string[],
  vpcId: string | null,
): Promise<readonly SecurityGroup[]> {
  const network = vpcId ? [{ Name: 'vpc-id', Values: [vpcId] }] : [];
  const lookUp = async (field: 'group-id' | 'group-name', values: readonly string[]) => {
    if (values.length === 0) return [];
    const Filters = [{ Name: field, Values: [...values] }, ...network];
    return (await place.ec2.describeSecurityGroups({ Filters }, { resource: 'security groups' })).SecurityGroups ?? [];
  };
  const ids = namesOrIds.filter(isId);
  const names = namesOrIds.filter((one) => !isId(one));
  return (await Promise.all([lookUp('group-id', ids), lookUp('group-name', names)])).flat();
}

/** Ids of security groups given by name or id, and sentences about those that are not there. */
export async function findSecurityGroupIds(
  place: Place,
  namesOrIds: readonly string[],
  vpcId: string | null,
): Promise<{ readonly ids: readonly string[]; readonly problems: readonly string[] }> {
  const found = await findSecurityGroups(place, namesOrIds, vpcId);
  const match = (wanted: string) => found.find((one) => one.GroupId === wanted || one.GroupName === wanted);
  return {
    ids: [...new Set(namesOrIds.flatMap((wanted) => match(wanted)?.GroupId ?? []))],
    problems: namesOrIds
      .filter((wanted) => !match(wanted))
      .map((wanted) => `Security group ${wanted} does not exist${vpcId ? ` in ${vpcId}` : ''}.`),
  };
}
