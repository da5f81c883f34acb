/** Where a person sees the resource in the AWS console; null when there is no page for it. */
export function consoleLink(region: string, resource: string): string | null {
  const ec2 = `https://${region}.console.aws.amazon.com/ec2/home?region=${region}`;
  const [, noun, name] = /^(server group|instance|target group|launch template|image) ([^ ,]+)$/.exec(resource) ?? [];
  if (!noun || !name) return null;
  const id = encodeURIComponent(name);
  switch (noun) {
    case 'server group':
      return `${ec2}#AutoScalingGroupDetails:id=${id};view=activity`;
    case 'instance':
      return `${ec2}#InstanceDetails:instanceId=${id}`;
    case 'image':
      return `${ec2}#ImageDetails:imageId=${id}`;
    case 'target group':
      return name.startsWith('arn:') ? `${ec2}#TargetGroup:targetGroupArn=${id}` : `${ec2}#TargetGroups:search=${id}`;
    default:
      return `${ec2}#LaunchTemplates:search=${id}`;
  }
}
