import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeTagsCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from '@aws-sdk/client-ec2';
import type { Clients } from '../clients.ts';
import type { Lab } from '../lab.ts';
import type { Place } from '../place.ts';

/** Makes a security group with rules and tags; it stays until the end for the other chapters. */
export async function makeSecurityGroup(lab: Lab, { ec2 }: Clients, place: Place): Promise<string> {
  const create = new CreateSecurityGroupCommand({
    GroupName: `${place.name}-sg`,
    Description: 'Made by the conformance suite',
    VpcId: place.vpcId,
    TagSpecifications: [{ ResourceType: 'security-group', Tags: [place.tag] }],
  });
  const { GroupId = '' } = await lab.send(ec2, create);
  lab.later(`security group ${GroupId}`, () => ec2.send(new DeleteSecurityGroupCommand({ GroupId })));
  await lab.refused(ec2, create, 'InvalidGroup.Duplicate');
  return GroupId;
}

export async function securityGroups(lab: Lab, { ec2 }: Clients, GroupId: string): Promise<void> {
  const rule = (CidrIp: string, Description: string) => ({
    GroupId,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp, Description }] }],
  });
  const inside = rule('10.0.0.0/8', 'inside');
  await lab.send(ec2, new AuthorizeSecurityGroupIngressCommand(inside));
  await lab.refused(ec2, new AuthorizeSecurityGroupIngressCommand(inside), 'InvalidPermission.Duplicate');
  await lab.send(ec2, new UpdateSecurityGroupRuleDescriptionsIngressCommand(rule('10.0.0.0/8', 'described anew')));
  const { SecurityGroups } = await lab.send(ec2, new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }));
  const shown = SecurityGroups?.[0]?.IpPermissions?.[0]?.IpRanges?.[0]?.Description;
  if (shown !== 'described anew') throw new Error(`The rule's description reads '${shown}'`);
  await lab.send(ec2, new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId] }] }));
  await lab.send(ec2, new RevokeSecurityGroupIngressCommand(inside));
  await lab.refused(ec2, new RevokeSecurityGroupIngressCommand(inside), 'InvalidPermission.NotFound');
  const out = rule('10.1.0.0/16', 'outside');
  await lab.send(ec2, new AuthorizeSecurityGroupEgressCommand(out));
  await lab.send(ec2, new RevokeSecurityGroupEgressCommand(out));
  const Tags = [{ Key: 'gennaker:note', Value: 'passing' }];
  await lab.send(ec2, new CreateTagsCommand({ Resources: [GroupId], Tags }));
  await lab.send(ec2, new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [GroupId] }] }));
  await lab.send(ec2, new DeleteTagsCommand({ Resources: [GroupId], Tags }));
}

/** A group of its own, made only to be deleted. */
export async function deleteSecurityGroup(lab: Lab, { ec2 }: Clients, place: Place): Promise<void> {
  const { GroupId } = await lab.send(
    ec2,
    new CreateSecurityGroupCommand({
      GroupName: `${place.name}-sg-2`,
      Description: 'Made by the conformance suite',
      VpcId: place.vpcId,
      TagSpecifications: [{ ResourceType: 'security-group', Tags: [place.tag] }],
    }),
  );
  await lab.send(ec2, new DeleteSecurityGroupCommand({ GroupId }));
  await lab.refused(ec2, new DeleteSecurityGroupCommand({ GroupId }), 'InvalidGroup.NotFound');
}
