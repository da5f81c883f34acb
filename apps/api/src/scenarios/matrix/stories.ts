import type { Sandbox } from '@gennaker/aws-sandbox';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import { IMAGES } from '../shop.ts';

/** A cluster of the shop to be deployed: three instances of a good image. */
export const webCluster = (more: JsonObject = {}): JsonObject => ({
  account: 'prod',
  application: 'shop',
  stack: 'web',
  region: 'us-east-1',
  imageId: IMAGES['2.0.0'],
  capacity: { min: 2, desired: 3, max: 6 },
  instanceType: 'm7g.large',
  targetGroups: ['web-tg'],
  securityGroups: ['sg-1'],
  subnetType: 'internal',
  healthCheckGracePeriod: 30,
  strategy: 'redblack',
  ...more,
});

export const deployOf = (more: JsonObject = {}): JsonObject => ({
  application: 'shop',
  name: 'Deploy',
  stages: [{ refId: '1', type: 'deploy', name: 'Deploy', clusters: [webCluster(more)] }],
});

/** One stage of an operation as a pipeline. */
export const stageOf = (type: string, more: JsonObject = {}): JsonObject => ({
  application: 'shop',
  name: type,
  stages: [{ refId: '1', type, name: type, ...more }],
});

export const WEIGHTED: JsonObject = {
  strategy: 'weighted',
  targetGroups: ['web-tg', 'web-b-tg'],
  steps: [{ weight: 10 }, { weight: 50, afterSeconds: 60 }],
};

export const ROLLING: JsonObject = { strategy: 'rollingredblack', targetPercentages: [34], delayBeforeCleanup: 30 };

/** The lifecycle hook that the group that serves has: a deploy takes hooks from what it is asked for. */
export const HOOKS: JsonObject = {
  lifecycleHooks: [
    {
      name: 'say-goodbye',
      lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      heartbeatTimeout: 30,
      defaultResult: 'CONTINUE',
    },
  ],
};

/** A policy, a scheduled action and a lifecycle hook on the group that serves. */
export function settle(sandbox: Sandbox): void {
  const call = (action: string, input: Record<string, unknown>) =>
    sandbox.do({
      account: '210987654321',
      call: { service: 'autoscaling', action, input: { AutoScalingGroupName: 'shop-web-v001', ...input } },
    });
  call('PutScalingPolicy', {
    PolicyName: 'more',
    PolicyType: 'SimpleScaling',
    AdjustmentType: 'ChangeInCapacity',
    ScalingAdjustment: 1,
  });
  call('PutScheduledUpdateGroupAction', {
    ScheduledActionName: 'night',
    Recurrence: '0 22 * * *',
    MinSize: 2,
    MaxSize: 4,
    DesiredCapacity: 2,
  });
  call('PutLifecycleHook', {
    LifecycleHookName: 'say-goodbye',
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    HeartbeatTimeout: 30,
    DefaultResult: 'CONTINUE',
  });
}
