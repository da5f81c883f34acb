import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { type Clients, clientsOf } from '../testing/clients.ts';

const group = 'demo-web-v000';

describe('the page', () => {
  let sandbox: Sandbox;
  let aws: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox({ seed: 8 });
    sandbox.clock.freeze();
    aws = clientsOf(sandbox);
  });
  afterEach(async () => {
    aws.destroy();
    await sandbox.stop();
  });

  const text = async () => (await fetch(`${sandbox.url}/_sandbox/`)).text();

  it('shows groups, instances, load balancers, images, plans, activities, faults and calls', async () => {
    sandbox.faults.add({ effect: { kind: 'boot', seconds: 5 } });
    await aws.autoScaling.putScheduledUpdateGroupAction({
      AutoScalingGroupName: group,
      ScheduledActionName: 'evening',
      Recurrence: '0 20 * * *',
      TimeZone: 'Europe/Berlin',
      MinSize: 1,
    });
    await aws.autoScaling.setDesiredCapacity({ AutoScalingGroupName: group, DesiredCapacity: 4 });
    const page = await text();
    for (const shown of [
      group,
      'demo-alb',
      'demo-web-2.0.0',
      '0 20 * * * Europe/Berlin',
      'Launching a new EC2 instance',
      '&quot;kind&quot;:&quot;boot&quot;',
      'autoscaling:SetDesiredCapacity',
    ])
      expect(page).toContain(shown);
  });

  it('writes names as text, whatever is in them', async () => {
    await aws.ec2.createTags({
      Resources: ['ami-0de0200000000000b'],
      Tags: [{ Key: 'cd:version', Value: '<script>alert(1)</script>' }],
    });
    const page = await text();
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('<script>');
  });
});
