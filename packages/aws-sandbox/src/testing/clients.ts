import { AutoScaling, type AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Credentials, STS } from '@aws-sdk/client-sts';
import type { Sandbox } from '../sandbox.ts';

export interface Clients {
  ec2: EC2;
  autoScaling: AutoScaling;
  elb: ElasticLoadBalancingV2;
  sts: STS;
  cloudWatch: CloudWatch;
  destroy(): void;
}

/** Real SDK clients for the demo account, signing with the sandbox's own time. */
export function clientsOf(
  sandbox: Sandbox,
  options: {
    region?: string;
    maxAttempts?: number;
    secretAccessKey?: string;
    credentials?: Credentials;
  } = {},
): Clients {
  const { credentials: given } = options;
  const config = {
    endpoint: sandbox.url,
    region: options.region ?? 'us-east-1',
    maxAttempts: options.maxAttempts ?? 1,
    systemClockOffset: sandbox.clock.now() - Date.now(),
    credentials: {
      accessKeyId: given?.AccessKeyId ?? 'SANDBOXKEY',
      secretAccessKey: given?.SecretAccessKey ?? options.secretAccessKey ?? 'sandbox-secret',
      sessionToken: given?.SessionToken,
    },
  };
  const clients = {
    ec2: new EC2(config),
    autoScaling: new AutoScaling(config),
    elb: new ElasticLoadBalancingV2(config),
    sts: new STS(config),
    cloudWatch: new CloudWatch(config),
  };
  return { ...clients, destroy: () => Object.values(clients).forEach((client) => void client.destroy()) };
}

export async function groupNamed(aws: Clients, name: string): Promise<AutoScalingGroup | undefined> {
  const { AutoScalingGroups } = await aws.autoScaling.describeAutoScalingGroups({ AutoScalingGroupNames: [name] });
  return AutoScalingGroups?.[0];
}

/** The states of all targets of the demo's target group. */
export async function targetStates(aws: Clients): Promise<string[]> {
  const { TargetHealthDescriptions } = await aws.elb.describeTargetHealth({
    TargetGroupArn: await targetGroupArn(aws),
  });
  return (TargetHealthDescriptions ?? []).map((each) => each.TargetHealth?.State ?? '');
}

export async function targetGroupArn(aws: Clients): Promise<string> {
  const { TargetGroups } = await aws.elb.describeTargetGroups({ Names: ['demo-web-tg'] });
  return TargetGroups?.[0]?.TargetGroupArn ?? '';
}

/** Makes a template and a group of three from an image, as a deploy does: at zero first, then sized. */
export async function deployGroup(aws: Clients, name: string, imageId: string, size = 3): Promise<void> {
  const { LaunchTemplate } = await aws.ec2.createLaunchTemplate({
    LaunchTemplateName: `${name}-template`,
    LaunchTemplateData: {
      ImageId: imageId,
      InstanceType: 't3.micro',
      NetworkInterfaces: [{ DeviceIndex: 0, Groups: ['sg-0e0e000000000000'] }],
    },
  });
  const { Subnets } = await aws.ec2.describeSubnets({});
  await aws.autoScaling.createAutoScalingGroup({
    AutoScalingGroupName: name,
    MinSize: 0,
    MaxSize: size,
    DesiredCapacity: 0,
    LaunchTemplate: { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId, Version: '1' },
    VPCZoneIdentifier: (Subnets ?? []).map((subnet) => subnet.SubnetId).join(','),
    TargetGroupARNs: [await targetGroupArn(aws)],
    HealthCheckType: 'ELB',
    HealthCheckGracePeriod: 300,
    Tags: [{ Key: 'cd:cluster', Value: 'demo-web', PropagateAtLaunch: true }],
  });
  await aws.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, MinSize: size, DesiredCapacity: size });
}
