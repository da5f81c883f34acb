import type { SecurityGroup as AwsSecurityGroup, IpPermission } from '@aws-sdk/client-ec2';
import type {
  IngressRule,
  Operation,
  SecurityGroup,
  SecurityGroupRef,
  SecurityGroupSpec,
  SecurityGroups,
} from '@gennaker/catalog/kit';
import { parseMoniker } from '@gennaker/pipeline-dsl';
import type { AwsAccount } from '../accounts.ts';
import { isFailure } from '../errors.ts';
import { pairsOut } from '../load-balancers/tags.ts';
import type { Place, PlaceAt } from '../place.ts';
import { LOOKS, notSeen, refusal } from '../refusal.ts';
import { checkOperation, ownerTags, TAG } from '../server-groups/tags.ts';
import { findSecurityGroups } from './find.ts';
import { differenceOf, permissionIn, type ResolvedRule, ruleKey, rulesOut } from './rules.ts';

const nounOf = (name: string): string => `security group ${name}`;

const groupOut = (place: Place, group: AwsSecurityGroup): SecurityGroup => ({
  account: place.account.name,
  region: place.region,
  name: group.GroupName ?? '',
  id: group.GroupId ?? '',
  vpcId: group.VpcId ?? null,
  description: group.Description ?? '',
  tags: pairsOut(group.Tags),
  ingress: rulesOut(group),
});

async function findOne(place: Place, ref: SecurityGroupRef): Promise<AwsSecurityGroup | undefined> {
  const found = await findSecurityGroups(place, [ref.name], ref.vpcId ?? null);
  if (found.length < 2) return found[0];
  const vpcs = found.map((group) => group.VpcId).join(', ');
  const message = `Security group ${ref.name} exists in several networks of ${ref.account} ${ref.region} (${vpcs}).`;
  throw refusal(place, 'aws.ambiguous', message, 'Name the network by its id.');
}

async function allGroups(place: Place): Promise<readonly AwsSecurityGroup[]> {
  const all: AwsSecurityGroup[] = [];
  for (let NextToken: string | undefined, first = true; first || NextToken; first = false) {
    const page = await place.ec2.describeSecurityGroups({ NextToken }, { resource: 'security groups' });
    all.push(...(page.SecurityGroups ?? []));
    NextToken = page.NextToken;
  }
  return all;
}

async function groupsOfApplication(place: Place, application: string): Promise<readonly SecurityGroup[]> {
  const wanted = application.toLowerCase();
  return (await allGroups(place))
    .map((group) => groupOut(place, group))
    .filter(({ name, tags }) => {
      const app = tags[TAG.application] ?? tags['spinnaker:application'] ?? parseMoniker(name)?.app;
      return app?.toLowerCase() === wanted;
    });
}

/** Rules with the ids of the groups they name; what names the group itself keeps its name until it is there. */
async function resolveRules(placeAt: PlaceAt, place: Place, spec: SecurityGroupSpec): Promise<readonly ResolvedRule[]> {
  const problems: string[] = [];
  const resolved = await Promise.all(
    spec.ingress.map(async (rule): Promise<ResolvedRule> => {
      const { securityGroup: named, account, vpcId } = rule;
      const isForeign = Boolean(account && account !== spec.account);
      if (!named || (named === spec.name && !isForeign)) return rule;
      const home = isForeign && account ? placeAt(account, spec.region) : place;
      const found = await findSecurityGroups(home, [named], vpcId ?? (isForeign ? null : (spec.vpcId ?? null)));
      if (found.length === 1 && found[0]?.GroupId)
        return { ...rule, securityGroup: found[0].GroupId, ...(isForeign ? { ownerId: found[0].OwnerId } : {}) };
      const where = `${account ?? spec.account} ${spec.region}${vpcId ? ` ${vpcId}` : ''}`;
      problems.push(
        found.length === 0
          ? `Security group ${named} does not exist in ${where}.`
          : `Security group ${named} exists in several networks of ${where}: name one by \`vpcId\`.`,
      );
      return rule;
    }),
  );
  if (problems.length === 0) return resolved;
  throw refusal(place, 'aws.wrong-input', problems.join(' '), 'Correct the stage; nothing was changed.');
}

async function create(place: Place, spec: SecurityGroupSpec, operation: Operation): Promise<string | undefined> {
  const owner = ownerTags(operation).map(({ key, value }) => ({ Key: key, Value: value }));
  const Tags = [...Object.entries(spec.tags).map(([Key, Value]) => ({ Key, Value })), ...owner];
  const input = {
    GroupName: spec.name,
    Description: spec.description || spec.name,
    ...(spec.vpcId ? { VpcId: spec.vpcId } : {}),
    TagSpecifications: [{ ResourceType: 'security-group' as const, Tags }],
  };
  try {
    const how = { abort: operation.abort, resource: nounOf(spec.name) };
    return (await place.ec2.createSecurityGroup(input, how)).GroupId;
  } catch (error) {
    if (!isFailure(error, 'aws.exists')) throw error;
    return (await findOne(place, spec))?.GroupId;
  }
}

/** All at once; when one of them is (not) there already, one by one, and that one counts as done. */
async function each(
  rules: readonly ResolvedRule[],
  send: (permissions: IpPermission[]) => Promise<unknown>,
): Promise<void> {
  const passes = (error: unknown): boolean => isFailure(error, 'aws.exists', 'aws.gone');
  if (rules.length === 0) return;
  try {
    await send(rules.map(permissionIn));
    return;
  } catch (error) {
    if (!passes(error)) throw error;
  }
  for (const rule of rules)
    try {
      await send([permissionIn(rule)]);
    } catch (error) {
      if (!passes(error)) throw error;
    }
}

async function saveRules(
  place: Place,
  id: string,
  rules: readonly ResolvedRule[],
  spec: SecurityGroupSpec,
  op: Operation,
) {
  const how = { abort: op.abort, resource: nounOf(spec.name) };
  const wanted = rules.map((rule) => (rule.securityGroup === spec.name ? { ...rule, securityGroup: id } : rule));
  for (const pause of LOOKS) {
    if (pause > 0) await place.clock.wait(pause, op.abort);
    const present = (await findSecurityGroups(place, [id], null))[0];
    // A group made a moment ago may not be seen yet, and its rules cannot be set before it is.
    if (!present) continue;
    const { add, describe, remove } = differenceOf(rulesOut(present), wanted, spec.appendOnly);
    if (add.length + describe.length + remove.length === 0) return;
    await each(add, (IpPermissions) => place.ec2.authorizeSecurityGroupIngress({ GroupId: id, IpPermissions }, how));
    await each(describe, (IpPermissions) =>
      place.ec2.updateSecurityGroupRuleDescriptionsIngress({ GroupId: id, IpPermissions }, how),
    );
    await each(remove, (IpPermissions) => place.ec2.revokeSecurityGroupIngress({ GroupId: id, IpPermissions }, how));
  }
  throw notSeen(place, nounOf(spec.name));
}

function checkRules(place: Place, rules: readonly IngressRule[]): void {
  const keys = rules.map(ruleKey);
  const odd = rules.find((rule) => !rule.cidr === !rule.securityGroup);
  const twice = rules.find((rule, at) => keys.indexOf(ruleKey(rule)) !== at);
  if (!odd && !twice) return;
  const message = odd
    ? 'A rule names neither a range of addresses nor a security group, or both.'
    : `A rule is named twice: ${keys.find((key, at) => keys.indexOf(key) !== at)}.`;
  throw refusal(place, 'aws.wrong-input', message, 'Correct the stage; nothing was changed.');
}

async function upsert(placeAt: PlaceAt, spec: SecurityGroupSpec, operation: Operation): Promise<{ id: string }> {
  checkOperation(operation);
  const place = placeAt(spec.account, spec.region);
  checkRules(place, spec.ingress);
  const rules = await resolveRules(placeAt, place, spec);
  const id = (await findOne(place, spec))?.GroupId ?? (await create(place, spec, operation));
  if (!id) throw notSeen(place, nounOf(spec.name));
  await saveRules(place, id, rules, spec, operation);
  place.logger.info('Security group saved', { name: spec.name, id });
  return { id };
}

async function remove(place: Place, ref: SecurityGroupRef, operation: Operation): Promise<'gone' | 'in-use'> {
  checkOperation(operation);
  const GroupId = (await findOne(place, ref))?.GroupId;
  if (!GroupId) return 'gone';
  try {
    await place.ec2.deleteSecurityGroup({ GroupId }, { abort: operation.abort, resource: nounOf(ref.name) });
    return 'gone';
  } catch (error) {
    if (isFailure(error, 'aws.gone')) return 'gone';
    if (isFailure(error, 'aws.busy')) return 'in-use';
    throw error;
  }
}

/** Security groups of EC2. */
export function createSecurityGroups(placeAt: PlaceAt, accounts: readonly AwsAccount[]): SecurityGroups {
  const at = (ref: { readonly account: string; readonly region: string }) => placeAt(ref.account, ref.region);
  return {
    async read(ref) {
      const place = at(ref);
      const found = await findOne(place, ref);
      return found ? groupOut(place, found) : null;
    },
    async listApplication(application) {
      const places = accounts.flatMap(({ name, regions }) => regions.map((region) => placeAt(name, region)));
      return (await Promise.all(places.map((place) => groupsOfApplication(place, application)))).flat();
    },
    upsert: async (spec, operation) => upsert(placeAt, spec, operation),
    remove: async (ref, operation) => remove(at(ref), ref, operation),
  };
}
