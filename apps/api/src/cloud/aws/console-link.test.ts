import { describe, expect, it } from 'vitest';
import { consoleLink } from './console-link.ts';

describe('the link into the AWS console', () => {
  it.each([
    ['server group web-v003', '#AutoScalingGroupDetails:id=web-v003;view=activity'],
    ['instance i-0a', '#InstanceDetails:instanceId=i-0a'],
    ['image ami-0a', '#ImageDetails:imageId=ami-0a'],
    ['target group web-tg', '#TargetGroups:search=web-tg'],
    ['target group arn:aws:x/y', '#TargetGroup:targetGroupArn=arn%3Aaws%3Ax%2Fy'],
    ['launch template web-v003-1f', '#LaunchTemplates:search=web-v003-1f'],
  ])('leads to %s', (resource, page) => {
    expect(consoleLink('eu-west-1', resource)).toBe(
      `https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1${page}`,
    );
  });

  it('is missing where there is no single page', () => {
    expect(consoleLink('eu-west-1', 'server group a, b')).toBeNull();
    expect(consoleLink('eu-west-1', 'resources')).toBeNull();
  });
});
