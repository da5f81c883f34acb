import type { SecurityGroup as AwsSecurityGroup, IpPermission } from '@aws-sdk/client-ec2';
import type { IngressRule } from '@gennaker/catalog/kit';

/** A rule with the id, and for another account the owner, of the group it names. */
export interface ResolvedRule extends IngressRule {
  /** Twelve digits. */
  readonly ownerId?: string;
}

/** Equal texts = the same traffic; descriptions do not count. */
export const ruleKey = ({ protocol, fromPort, toPort, cidr, securityGroup }: IngressRule): string =>
  JSON.stringify([protocol, fromPort, toPort, cidr ?? null, securityGroup ?? null]);

/** One rule in the words of AWS. */
export function permissionIn(rule: ResolvedRule): IpPermission {
  const { protocol, fromPort, toPort, cidr, securityGroup, ownerId } = rule;
  const Description = rule.description || undefined;
  const ports = protocol === '-1' ? {} : { FromPort: fromPort ?? undefined, ToPort: toPort ?? undefined };
  const peer = securityGroup
    ? { UserIdGroupPairs: [{ GroupId: securityGroup, Description, ...(ownerId ? { UserId: ownerId } : {}) }] }
    : cidr?.includes(':')
      ? { Ipv6Ranges: [{ CidrIpv6: cidr, Description }] }
      : { IpRanges: [{ CidrIp: cidr, Description }] };
  return { IpProtocol: protocol, ...ports, ...peer };
}

/** Every range and every group as a rule of its own. Prefix lists are left alone: no pipeline names them. */
export function rulesOut(group: AwsSecurityGroup): readonly IngressRule[] {
  return (group.IpPermissions ?? []).flatMap((permission): readonly IngressRule[] => {
    const { IpProtocol: protocol = '-1', FromPort, ToPort, IpRanges, Ipv6Ranges, UserIdGroupPairs } = permission;
    const all = protocol === '-1';
    const base = { protocol, fromPort: all ? null : (FromPort ?? null), toPort: all ? null : (ToPort ?? null) };
    const told = (Description: string | undefined) => (Description ? { description: Description } : {});
    return [
      ...(IpRanges ?? []).map(({ CidrIp = '', Description }) => ({ ...base, cidr: CidrIp, ...told(Description) })),
      ...(Ipv6Ranges ?? []).map(({ CidrIpv6 = '', Description }) => ({
        ...base,
        cidr: CidrIpv6,
        ...told(Description),
      })),
      ...(UserIdGroupPairs ?? []).map(({ GroupId = '', Description }) => ({
        ...base,
        securityGroup: GroupId,
        ...told(Description),
      })),
    ];
  });
}

export interface RuleDifference {
  readonly add: readonly ResolvedRule[];
  readonly describe: readonly ResolvedRule[];
  readonly remove: readonly IngressRule[];
}

/** What must be let in, told otherwise, and shut out. */
export function differenceOf(
  present: readonly IngressRule[],
  wanted: readonly ResolvedRule[],
  appendOnly: boolean,
): RuleDifference {
  const held = new Map(present.map((rule) => [ruleKey(rule), rule]));
  const named = new Map(wanted.map((rule) => [ruleKey(rule), rule]));
  const told = (rule: IngressRule | undefined) => rule?.description || null;
  return {
    add: [...named].filter(([key]) => !held.has(key)).map(([, rule]) => rule),
    describe: [...named]
      .filter(([key, rule]) => held.has(key) && rule.description && told(rule) !== told(held.get(key)))
      .map(([, rule]) => rule),
    remove: appendOnly ? [] : [...held].filter(([key]) => !named.has(key)).map(([, rule]) => rule),
  };
}
