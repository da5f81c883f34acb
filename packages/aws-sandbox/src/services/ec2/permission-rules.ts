import type { IpPermission } from '@aws-sdk/client-ec2';
import { refuse } from '../../wire/service-error.ts';
import type { Call } from '../service.ts';
import type { PermissionRule, SecurityGroup } from './state.ts';

export type RuleDirection = 'ingress' | 'egress';

/** The members of a request that say which rules it means. */
export interface PermissionInput {
  GroupId?: string;
  GroupName?: string;
  IpPermissions?: IpPermission[];
  IpProtocol?: string;
  FromPort?: number;
  ToPort?: number;
  CidrIp?: string;
  SourceSecurityGroupName?: string;
}

const bare = (permission: IpPermission): PermissionRule => ({
  protocol: protocolIn(permission.IpProtocol ?? '-1'),
  fromPort: permission.IpProtocol === '-1' ? null : (permission.FromPort ?? null),
  toPort: permission.IpProtocol === '-1' ? null : (permission.ToPort ?? null),
  cidrs: [],
  cidrs6: [],
  groups: [],
});

const protocolNumbers: Record<string, string> = { '6': 'tcp', '17': 'udp', '1': 'icmp' };
const protocolIn = (protocol: string): string => protocolNumbers[protocol] ?? protocol.toLowerCase();

/** One rule per source, so that duplicates, removals and descriptions are told apart by source. */
export function rulesIn(call: Call, group: SecurityGroup, input: PermissionInput): PermissionRule[] {
  const permissions = input.IpPermissions ?? [];
  const short = shortForm(input);
  return [...permissions, ...(short === null ? [] : [short])].flatMap((permission) => {
    checkPorts(permission);
    const base = bare(permission);
    return [
      ...(permission.IpRanges ?? []).map(({ CidrIp = '', Description }) => {
        checkCidr(CidrIp);
        return { ...base, cidrs: [CidrIp], description: Description ?? null };
      }),
      ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 = '', Description }) => ({
        ...base,
        cidrs6: [CidrIpv6],
        description: Description ?? null,
      })),
      ...(permission.UserIdGroupPairs ?? []).map((pair) => ({
        ...base,
        groups: [sourceGroup(call, group, pair)],
        description: pair.Description ?? null,
      })),
      ...(permission.PrefixListIds ?? []).map(({ PrefixListId = '', Description }) => ({
        ...base,
        prefixLists: [PrefixListId],
        description: Description ?? null,
      })),
    ];
  });
}

function shortForm(input: PermissionInput): IpPermission | null {
  const { IpProtocol, FromPort, ToPort } = input;
  if (input.CidrIp !== undefined) return { IpProtocol, FromPort, ToPort, IpRanges: [{ CidrIp: input.CidrIp }] };
  if (input.SourceSecurityGroupName === undefined) return null;
  return { IpProtocol, FromPort, ToPort, UserIdGroupPairs: [{ GroupName: input.SourceSecurityGroupName }] };
}

function checkPorts({ IpProtocol = '-1', FromPort, ToPort }: IpPermission): void {
  if (!['tcp', 'udp', '6', '17'].includes(IpProtocol)) return;
  if (FromPort === undefined || ToPort === undefined)
    refuse('MissingParameter', 'The request must contain the parameter FromPort and ToPort');
  if (FromPort < 0 || ToPort > 65535 || FromPort > ToPort)
    refuse('InvalidParameterValue', `Invalid TCP/UDP port range (${FromPort}:${ToPort})`);
}

function checkCidr(cidr: string): void {
  const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr) ?? [];
  const fits = bits !== undefined && Number(bits) <= 32 && [a, b, c, d].every((part) => Number(part) <= 255);
  if (!fits) refuse('InvalidParameterValue', `CIDR block ${cidr} is malformed`);
}

/** A source group by id or, in the same VPC, by name; one of another account is believed. */
function sourceGroup(
  call: Call,
  group: SecurityGroup,
  pair: { GroupId?: string; GroupName?: string; UserId?: string },
): string {
  const foreign = pair.UserId !== undefined && pair.UserId !== call.store.account;
  if (foreign && pair.GroupId !== undefined) return pair.GroupId;
  const found =
    pair.GroupId === undefined
      ? Object.values(call.view.securityGroups).find(
          (each) => each.name === pair.GroupName && each.vpcId === group.vpcId,
        )
      : call.view.securityGroups[pair.GroupId];
  return (
    found?.id ??
    refuse('InvalidGroup.NotFound', `The security group '${pair.GroupId ?? pair.GroupName ?? ''}' does not exist`)
  );
}

export const peerOf = (rule: PermissionRule): string =>
  [...rule.cidrs, ...rule.cidrs6, ...rule.groups, ...(rule.prefixLists ?? [])].join();

const place = (rule: PermissionRule): string => `${rule.protocol}/${rule.fromPort}/${rule.toPort}`;

/** Same protocol, ports and source; a description makes no difference. */
export const sameRule = (a: PermissionRule, b: PermissionRule): boolean =>
  place(a) === place(b) && peerOf(a) === peerOf(b);

/** Rules as DescribeSecurityGroups shows them: sources of the same protocol and ports together. */
export function permissionsOut(rules: PermissionRule[], account: string): IpPermission[] {
  const byPlace = new Map<string, PermissionRule[]>();
  for (const rule of rules) byPlace.set(place(rule), [...(byPlace.get(place(rule)) ?? []), rule]);
  return [...byPlace.values()].map((together) => {
    const sources = <T>(read: (rule: PermissionRule, Description: string | undefined) => T[]) =>
      together.flatMap((rule) => read(rule, rule.description ?? undefined));
    return {
      IpProtocol: together[0]?.protocol,
      FromPort: together[0]?.fromPort ?? undefined,
      ToPort: together[0]?.toPort ?? undefined,
      IpRanges: sources((rule, Description) => rule.cidrs.map((CidrIp) => ({ CidrIp, Description }))),
      Ipv6Ranges: sources((rule, Description) => rule.cidrs6.map((CidrIpv6) => ({ CidrIpv6, Description }))),
      UserIdGroupPairs: sources((rule, Description) =>
        rule.groups.map((GroupId) => ({ GroupId, UserId: account, Description })),
      ),
      PrefixListIds: sources((rule, Description) =>
        (rule.prefixLists ?? []).map((PrefixListId) => ({ PrefixListId, Description })),
      ),
    };
  });
}

/** One rule as DescribeSecurityGroupRules shows it. */
export function ruleOut(group: SecurityGroup, rule: PermissionRule, direction: RuleDirection, account: string) {
  return {
    SecurityGroupRuleId: rule.id ?? `sgr-${group.id.slice(3)}`,
    GroupId: group.id,
    GroupOwnerId: account,
    IsEgress: direction === 'egress',
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort ?? -1,
    ToPort: rule.toPort ?? -1,
    CidrIpv4: rule.cidrs[0],
    CidrIpv6: rule.cidrs6[0],
    PrefixListId: rule.prefixLists?.[0],
    ReferencedGroupInfo: rule.groups[0] === undefined ? undefined : { GroupId: rule.groups[0], UserId: account },
    Description: rule.description ?? undefined,
  };
}
