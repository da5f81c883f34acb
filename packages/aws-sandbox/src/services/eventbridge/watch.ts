import type { RegionStore } from '../../world/state.ts';
import type { Machine, Step } from '../../world/world.ts';
import { everyMember, isWarm } from '../auto-scaling/members.ts';
import type { Group, HookWait, Member } from '../auto-scaling/state.ts';
import { instanceState } from '../ec2/instance-states.ts';
import { publishFor } from '../sns/publish.ts';
import { deliverToQueue } from '../sqs/deliver.ts';
import { activityFacts, type EndedActivity, endedActivity } from './activity-messages.ts';
import { emitEvent } from './emit.ts';
import type { EventMemory } from './state.ts';

const asService = 'autoscaling.amazonaws.com';

const emptyMemory = (): EventMemory => ({
  instances: {},
  images: {},
  activities: {},
  waits: {},
  stacks: {},
  notifications: {},
});

/**
 * Compares what there is with what was last told, and tells the difference: as events on the bus, as notifications of
 * groups, and to the targets of lifecycle hooks. While nobody listens it remembers nothing and costs nothing.
 */
export const eventMachine: Machine = (step) => {
  const { store } = step;
  if (!isListenedTo(store)) {
    store.eventMemory = null;
    return Number.POSITIVE_INFINITY;
  }
  const quiet = store.eventMemory === null;
  const before = store.eventMemory ?? emptyMemory();
  const after = emptyMemory();
  store.eventMemory = after;
  const told = [
    ...watchInstances(step, before, after),
    ...watchImages(step, before, after),
    ...watchStacks(step, before, after),
    ...Object.values(store.groups).flatMap((group) => watchGroup(step, group, before, after)),
  ];
  for (const tell of told) if (!quiet || tell.always) tell.run();
  if (told.length > 0 && !quiet) step.changed();
  return Number.POSITIVE_INFINITY;
};

function isListenedTo(store: RegionStore): boolean {
  if (Object.keys(store.eventRules).length > 0) return true;
  for (const name in store.groups) {
    const group = store.groups[name];
    if (group !== undefined && group.notifications.length > 0) return true;
    for (const hook in group?.hooks) if (group.hooks[hook]?.targetArn) return true;
  }
  return false;
}

interface Telling {
  /** Also when it is the first look: it was not there before anybody listened. */
  always: boolean;
  run(): void;
}

const tell = (run: () => void, always = false): Telling => ({ run, always });

function watchInstances({ world, store, now }: Step, before: EventMemory, after: EventMemory): Telling[] {
  return Object.values(store.instances).flatMap((instance) => {
    const state = instanceState(instance, now);
    after.instances[instance.id] = state;
    if (before.instances[instance.id] === state) return [];
    const resources = [`arn:aws:ec2:${store.region}:${store.account}:instance/${instance.id}`];
    const detail = { 'instance-id': instance.id, state };
    const event = { source: 'aws.ec2', type: 'EC2 Instance State-change Notification', resources, detail };
    return [tell(() => emitEvent(world, store, event, now))];
  });
}

function watchImages({ world, store, now }: Step, before: EventMemory, after: EventMemory): Telling[] {
  return Object.values(store.images).flatMap((image) => {
    const broken = image.failure !== undefined;
    const ready = now < image.availableAt ? 'pending' : broken ? 'failed' : 'available';
    const state = image.deregisteredAt === null ? ready : 'deregistered';
    after.images[image.id] = state;
    if (before.images[image.id] === state || state === 'pending') return [];
    const resources = [`arn:aws:ec2:${store.region}::image/${image.id}`];
    const detail = { RequestId: image.id, ImageId: image.id, State: state, ErrorMessage: image.failure ?? '' };
    return [
      tell(() => emitEvent(world, store, { source: 'aws.ec2', type: 'EC2 AMI State Change', resources, detail }, now)),
    ];
  });
}

function watchStacks({ world, store, now }: Step, before: EventMemory, after: EventMemory): Telling[] {
  return Object.values(store.stacks).flatMap((stack) => {
    after.stacks[stack.id] = stack.status;
    if (before.stacks[stack.id] === stack.status) return [];
    const detail = {
      'stack-id': stack.id,
      'status-details': { status: stack.status, 'status-reason': stack.statusReason ?? '' },
      'client-request-token': stack.token ?? '',
    };
    const type = 'CloudFormation Stack Status Change';
    return [
      tell(() => emitEvent(world, store, { source: 'aws.cloudformation', type, resources: [stack.id], detail }, now)),
    ];
  });
}

function watchGroup(step: Step, group: Group, before: EventMemory, after: EventMemory): Telling[] {
  const activities = [...group.activities].reverse().flatMap((activity) => {
    after.activities[activity.id] = activity.status;
    const ended = before.activities[activity.id] === activity.status ? null : endedActivity(activity);
    return ended === null ? [] : [tell(() => tellActivity(step, group, ended))];
  });
  const waits = everyMember(group).flatMap((member) =>
    member.waits.flatMap((wait) => {
      after.waits[wait.token] = true;
      return before.waits[wait.token] ? [] : [tell(() => tellWait(step, group, member, wait))];
    }),
  );
  const tests = [...new Set(group.notifications.map(({ topic }) => topic))].flatMap((topic) => {
    const key = `${group.name} ${topic}`;
    after.notifications[key] = true;
    return before.notifications[key] ? [] : [tell(() => tellTest(step, group, topic), true)];
  });
  return [...tests, ...activities, ...waits];
}

/** Where a launched instance comes from and goes to, by what its activity says. */
function launchWay(description: string): [string, string] {
  if (description.includes('into warm pool')) return ['EC2', 'WarmPool'];
  return [description.includes('from warm pool') ? 'WarmPool' : 'EC2', 'AutoScalingGroup'];
}

function leavingWay(member: Member): [string, string] {
  if (member.returning) return ['AutoScalingGroup', 'WarmPool'];
  return [isWarm(member) ? 'WarmPool' : 'AutoScalingGroup', 'EC2'];
}

const activityOf = (group: Group, member: Member): string =>
  group.activities.find(({ id }) => id === member.activityId)?.description ?? '';

function tellActivity(step: Step, group: Group, ended: EndedActivity): void {
  const { world, store, now } = step;
  const { kind, ok, instanceId } = ended;
  const word = kind === 'launch' ? 'Launch' : 'Terminate';
  const [Origin, Destination] = kind === 'launch' ? launchWay(ended.activity.description) : ['AutoScalingGroup', 'EC2'];
  const facts = activityFacts(group, ended);
  const instanceArn = `arn:aws:ec2:${store.region}:${store.account}:instance/${instanceId}`;
  const resources = instanceId === '' ? [group.arn] : [group.arn, instanceArn];
  const type = `EC2 Instance ${word} ${ok ? 'Successful' : 'Unsuccessful'}`;
  emitEvent(
    world,
    store,
    { source: 'aws.autoscaling', type, resources, detail: { ...facts, Origin, Destination } },
    now,
  );
  const event = `autoscaling:EC2_INSTANCE_${word.toUpperCase()}${ok ? '' : '_ERROR'}`;
  const verb = `${ok ? '' : 'failed '}${kind === 'launch' ? 'launch' : 'termination'}`;
  for (const { topic } of group.notifications.filter((each) => each.type === event)) {
    const message = { Progress: ok ? 50 : 100, AccountId: store.account, ...facts, Event: event };
    notify(step, group, topic, `Auto Scaling: ${verb} for group "${group.name}"`, message);
  }
}

function tellTest(step: Step, group: Group, topic: string): void {
  const message = {
    AccountId: step.store.account,
    RequestId: step.world.random.uuid(),
    AutoScalingGroupName: group.name,
    Event: 'autoscaling:TEST_NOTIFICATION',
  };
  notify(step, group, topic, `Auto Scaling: test notification for group "${group.name}"`, message);
}

function notify(
  { world, store, now }: Step,
  group: Group,
  topic: string,
  subject: string,
  facts: Record<string, unknown>,
): void {
  const message = JSON.stringify({
    ...facts,
    AutoScalingGroupARN: group.arn,
    Service: 'AWS Auto Scaling',
    Time: new Date(now).toISOString(),
  });
  const asker = { service: asService, sourceArn: group.arn, account: store.account };
  publishFor(world, asker, topic, { message, subject: subject.slice(0, 100), attributes: {} }, now);
}

function tellWait(step: Step, group: Group, member: Member, wait: HookWait): void {
  const { world, store, now } = step;
  const hook = group.hooks[wait.hook];
  if (hook === undefined) return;
  const launching = hook.transition === 'autoscaling:EC2_INSTANCE_LAUNCHING';
  const [Origin, Destination] = launching ? launchWay(activityOf(group, member)) : leavingWay(member);
  const facts = {
    LifecycleActionToken: wait.token,
    AutoScalingGroupName: group.name,
    LifecycleHookName: hook.name,
    EC2InstanceId: member.id,
    LifecycleTransition: hook.transition,
    ...(hook.metadata === null ? {} : { NotificationMetadata: hook.metadata }),
    Origin,
    Destination,
  };
  const type = `EC2 Instance-${launching ? 'launch' : 'terminate'} Lifecycle Action`;
  emitEvent(world, store, { source: 'aws.autoscaling', type, resources: [group.arn], detail: facts }, now);
  if (!hook.targetArn) return;
  const more = { Service: 'AWS Auto Scaling', Time: new Date(now).toISOString(), RequestId: wait.token };
  const body = JSON.stringify({ ...facts, AccountId: store.account, ...more });
  const from = { service: asService, sourceArn: group.arn };
  if (hook.targetArn.startsWith('arn:aws:sns:')) {
    const subject = `Auto Scaling:  Lifecycle action '${launching ? 'LAUNCHING' : 'TERMINATING'}' for instance ${member.id} in progress.`;
    const publication = { message: body, subject: subject.slice(0, 100), attributes: {} };
    publishFor(world, { ...from, account: store.account }, hook.targetArn, publication, now);
  } else {
    deliverToQueue(world, { queueArn: hook.targetArn, body, ...from, sourceAccount: store.account }, now, true);
  }
}
