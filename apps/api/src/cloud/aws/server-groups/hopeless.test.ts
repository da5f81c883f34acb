import type { Activity, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { HealthReason, Instance, ServerGroup } from '@gennaker/catalog/kit';
import { describe, expect, it } from 'vitest';
import { judgeProspects, type Prospects } from './hopeless.ts';

const NOW = 1_800_000_000_000;
const minutesAgo = (minutes: number) => NOW - minutes * 60_000;

const instance = (id: string, target: Partial<HealthReason>, launchTime = minutesAgo(8)): Instance => ({
  id,
  zone: 'us-east-1a',
  launchTime,
  health: target.health ?? 'Down',
  reasons: [{ source: 'target', where: 'web-tg', health: 'Down', state: 'unhealthy', ...target }],
});

const group = (facts: Partial<ServerGroup> = {}): ServerGroup => ({
  account: 'test',
  region: 'us-east-1',
  name: 'web-v003',
  moniker: { app: 'web', stack: null, detail: null, cluster: 'web', sequence: 3 },
  createdTime: minutesAgo(8),
  capacity: { min: 2, desired: 2, max: 4 },
  image: { id: 'ami-1', name: null, version: null },
  instances: [],
  targetGroups: ['web-tg'],
  loadBalancers: ['web'],
  suspendedProcesses: [],
  traffic: 'partial',
  draining: 0,
  beingDeleted: false,
  operationKey: 'op',
  intendedCapacity: null,
  ...facts,
});

const live = (facts: Partial<AutoScalingGroup> = {}) =>
  ({ AutoScalingGroupName: 'web-v003', HealthCheckGracePeriod: 300, ...facts }) as AutoScalingGroup;

const judge = (facts: Partial<Prospects> = {}) =>
  judgeProspects({
    group: group(),
    live: live(),
    frozen: [],
    activities: [],
    requests: { group: 'req-group', activities: 'req-activities', targets: 'req-targets' },
    sinceMs: minutesAgo(7),
    now: NOW,
    ...facts,
  });

const failedLaunch = (StatusMessage: string, minutes: number): Activity =>
  ({
    ActivityId: `act-${minutes}`,
    StatusCode: 'Failed',
    Description: 'Launching a new EC2 instance.  Status Reason: refused.',
    StatusMessage,
    StartTime: new Date(minutesAgo(minutes)),
  }) as Activity;

const ended = (id: string, minutes: number): Activity =>
  ({
    StatusCode: 'Successful',
    Description: `Terminating EC2 instance: ${id}`,
    Cause:
      'At 2027-01-15T08:00:00Z an instance was taken out of service in response to an ELB system health check failure.',
    StartTime: new Date(minutesAgo(minutes)),
  }) as Activity;

const shrunk = (id: string): Activity => ({
  ...ended(id, 1),
  Cause:
    'At 2027-01-15T08:00:00Z a user request update of AutoScalingGroup constraints to min: 0, max: 0, desired: 0 changing the desired capacity from 3 to 0. At the same time an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 3 to 2.',
});

const NO_ROOM =
  'We currently do not have sufficient t3.micro capacity in the Availability Zone you requested (us-east-1a). Launching EC2 instance failed.';

describe('there is hope', () => {
  it.each<[string, Partial<Prospects>]>([
    [
      'while instances still start',
      { group: group({ instances: [instance('i-1', { health: 'Starting', state: 'initial' })] }) },
    ],
    ['while a new group is not described yet', { group: group({ createdTime: NOW - 60_000 }), live: undefined }],
    ['for a short while without capacity', { activities: [failedLaunch(NO_ROOM, 1)] }],
    [
      'when a launch failed long before the wait',
      {
        group: group({ createdTime: minutesAgo(90) }),
        activities: [failedLaunch('The image id ami-1 does not exist', 60)],
      },
    ],
    [
      'when a later launch succeeded',
      { activities: [{ ...failedLaunch(NO_ROOM, 1), StatusCode: 'Successful' } as Activity, failedLaunch(NO_ROOM, 5)] },
    ],
    ['after two strange failures', { activities: [failedLaunch('Odd.', 3), failedLaunch('Odd.', 4)] }],
    ['after two instances died', { activities: [ended('i-1', 2), ended('i-2', 3)] }],
    [
      'while some instances serve although three were replaced',
      {
        group: group({ instances: [instance('i-9', { health: 'Up', state: 'healthy' })] }),
        activities: [ended('i-1', 2), ended('i-2', 3), ended('i-3', 4)],
      },
    ],
    ['within the grace time of failing targets', { group: group({ instances: [instance('i-1', {}, minutesAgo(2))] }) }],
    [
      'when one of two targets passes',
      { group: group({ instances: [instance('i-1', {}), instance('i-2', { health: 'Up', state: 'healthy' })] }) },
    ],
    [
      'when we suspended launching ourselves',
      { live: live({ SuspendedProcesses: [{ ProcessName: 'Launch' }] }), frozen: ['Launch'] },
    ],
    ['when instances went because the group was made smaller', { activities: ['i-1', 'i-2', 'i-3'].map(shrunk) }],
  ])('%s', (_name, facts) => {
    expect(judge(facts)).toBeNull();
  });
});

describe('there is none', () => {
  it.each<[string, Partial<Prospects>, string, RegExp]>([
    ['the group is gone', { live: undefined }, 'aws.gone', /does not exist any more/],
    [
      'the group is being deleted',
      { live: live({ Status: 'Delete in progress' }) },
      'aws.being-deleted',
      /Delete in progress/,
    ],
    [
      'somebody suspended launching',
      { live: live({ SuspendedProcesses: [{ ProcessName: 'Launch', SuspensionReason: 'User suspended at …' }] }) },
      'aws.process-suspended',
      /User suspended/,
    ],
    [
      'the image is missing',
      { activities: [failedLaunch("The image id '[ami-1]' does not exist. Launching EC2 instance failed.", 1)] },
      'aws.launch-refused',
      /ami-1/,
    ],
    [
      'the key of the volume may not be used',
      {
        activities: [
          failedLaunch(
            'Instance became unhealthy while waiting. Termination Reason: Client.InternalError: Client error on launch',
            1,
          ),
        ],
      },
      'aws.launch-refused',
      /Client.InternalError/,
    ],
    [
      'the vCPU quota is used up',
      {
        activities: [
          failedLaunch(
            'You have requested more vCPU capacity than your current vCPU limit of 32 allows (VcpuLimitExceeded).',
            1,
          ),
        ],
      },
      'aws.quota',
      /vCPU.*\(VcpuLimitExceeded; request req-activities\)/,
    ],
    [
      'there was no room for long',
      { activities: [failedLaunch(NO_ROOM, 1), failedLaunch(NO_ROOM, 4)] },
      'aws.no-capacity',
      /t3.micro/,
    ],
    [
      'launches fail again and again',
      { activities: [2, 3, 4].map((n) => failedLaunch('Odd.', n)) },
      'aws.launch-failed',
      /Odd/,
    ],
    [
      'instances boot and die',
      { activities: ['i-1', 'i-2', 'i-3'].map((id, n) => ended(id, n + 1)) },
      'aws.instances-die',
      /target group web-tg.*i-1.*health check failure/,
    ],
    [
      'the target group is on no listener',
      {
        group: group({
          instances: [instance('i-1', { health: 'OutOfService', state: 'unused', code: 'Target.NotInUse' })],
        }),
      },
      'aws.target-group-unused',
      /web-tg/,
    ],
    [
      'every target fails past the grace time',
      {
        group: group({
          instances: [
            instance('i-1', {
              code: 'Target.ResponseCodeMismatch',
              description: 'Health checks failed with these codes: [500]',
            }),
          ],
        }),
      },
      'aws.targets-failing',
      /\[500\].*i-1/,
    ],
  ])('when %s', (_name, facts, code, words) => {
    const failure = judge(facts);
    expect(failure).toMatchObject({ code, retry: false });
    expect(failure?.message).toMatch(words);
    expect(failure?.message).toMatch(/^Server group web-v003 in test us-east-1 /);
    expect(failure?.advice).toBeTruthy();
    expect(failure?.details?.['requestId']).toMatch(/^req-/);
  });

  it.each([
    ["The image id '[ami-1]' does not exist. Launching EC2 instance failed.", /image/],
    ["The security group 'sg-1' does not exist. Launching EC2 instance failed.", /security groups/],
    ["The key pair 'k' does not exist. Launching EC2 instance failed.", /key pair/],
    ['Invalid IamInstanceProfile: web. Launching EC2 instance failed.', /instance profile/],
    ['Client.InternalError: Client error on launch', /key that encrypts/],
    ['You are not authorized to perform this operation. Launching EC2 instance failed.', /Allow what AWS names/],
    ["The architecture 'arm64' of the specified instance type does not match", /instance type that runs/],
    ['Your requested instance type (x9) is not supported in your requested zone', /these zones offer/],
    ['There are not enough free addresses in subnet', /subnet with free addresses/],
  ])('when AWS says "%s", the advice is about just that', (words, advice) => {
    const failure = judge({ activities: [failedLaunch(words, 1), failedLaunch(words, 4)] });
    expect(failure?.advice).toMatch(advice);
    expect(failure?.message).toContain(words);
    expect(failure?.details).toMatchObject({
      requestId: 'req-activities',
      activityId: 'act-1',
      providerMessage: words,
    });
  });

  it('names instances, target group and reason when targets fail', () => {
    const failing = [
      instance('i-1', { code: 'Target.Timeout', description: 'Request timed out' }),
      instance('i-2', {}),
    ];
    expect(judge({ group: group({ instances: failing }) })?.details).toMatchObject({
      instanceIds: ['i-1', 'i-2'],
      targetGroup: 'web-tg',
      reasonCode: 'Target.Timeout',
      reasonDescription: 'Request timed out',
    });
  });

  it('a group that is to shrink below the number of protected members cannot', () => {
    const member = (InstanceId: string, ProtectedFromScaleIn = true) => ({
      InstanceId,
      ProtectedFromScaleIn,
      LifecycleState: 'InService' as const,
      AvailabilityZone: 'us-east-1a',
      HealthStatus: 'Healthy',
    });
    const Instances = ['i-1', 'i-2', 'i-3'].map((id) => member(id));
    expect(judge({ live: live({ Instances }) })).toMatchObject({
      code: 'aws.protected-from-scale-in',
      message: expect.stringContaining('cannot shrink to 2: 3 instances are protected from scale-in (i-1, i-2, i-3)'),
    });
    expect(judge({ live: live({ Instances: [...Instances.slice(1), member('i-4', false)] }) })).toBeNull();
    expect(judge({ live: live({ Instances: Instances.slice(1) }) })).toBeNull();
  });
});
