import { clusterOf, type InstanceView, type ServerGroupView } from './server-group.ts';

/** What can be done with one instance. */
export type InstanceAction = 'deregister' | 'register' | 'reboot' | 'detach' | 'terminate' | 'terminateAndShrink';

interface Words {
  readonly label: string;
  readonly type: string;
  readonly title: (id: string) => string;
  readonly button: string;
  readonly danger: boolean;
}

export const INSTANCE_ACTIONS: Readonly<Record<InstanceAction, Words>> = {
  deregister: {
    label: 'Take out of traffic…',
    type: 'deregisterInstancesFromLoadBalancer',
    title: (id) => `Take ${id} out of traffic`,
    button: 'Deregister instance',
    danger: true,
  },
  register: {
    label: 'Put into traffic…',
    type: 'registerInstancesWithLoadBalancer',
    title: (id) => `Put ${id} into traffic`,
    button: 'Register instance',
    danger: false,
  },
  reboot: {
    label: 'Reboot…',
    type: 'rebootInstances',
    title: (id) => `Reboot ${id}`,
    button: 'Reboot instance',
    danger: true,
  },
  detach: {
    label: 'Detach…',
    type: 'detachInstances',
    title: (id) => `Detach ${id}`,
    button: 'Detach instance',
    danger: true,
  },
  terminate: {
    label: 'Terminate…',
    type: 'terminateInstances',
    title: (id) => `Terminate ${id}`,
    button: 'Terminate instance',
    danger: true,
  },
  terminateAndShrink: {
    label: 'Terminate and shrink…',
    type: 'terminateInstanceAndDecrementServerGroup',
    title: (id) => `Terminate ${id} and shrink its group`,
    button: 'Terminate and shrink',
    danger: true,
  },
};

/** The one stage that an action on an instance runs as. */
export function instanceJob(action: InstanceAction, group: ServerGroupView, id: string, reason: string) {
  const { type, title } = INSTANCE_ACTIONS[action];
  const { account, region, name, targetGroups } = group;
  const inTraffic = action === 'deregister' || action === 'register';
  return {
    ...{ type, name: title(id), cloudProvider: 'aws', credentials: account, region, regions: [region] },
    ...{ cluster: clusterOf(group), serverGroupName: name, instanceIds: [id] },
    ...(action === 'terminateAndShrink' ? { instance: id } : {}),
    ...(inTraffic ? { targetGroupNames: targetGroups } : {}),
    ...(reason ? { comments: reason } : {}),
  };
}

/** Why an action makes no sense for the instance now. */
export function instanceOff(
  action: InstanceAction,
  group: ServerGroupView,
  instance: InstanceView,
): string | undefined {
  if (group.beingDeleted) return 'Its server group is being removed';
  const isOut = instance.health === 'OutOfService' || instance.health === 'Draining';
  if ((action === 'deregister' || action === 'register') && group.targetGroups.length === 0)
    return 'Its server group is in no target group';
  if (action === 'deregister' && isOut) return 'It is out of traffic already';
  if (action === 'register' && !isOut) return 'It is in traffic already';
  const { capacity } = group;
  if (action === 'terminateAndShrink' && capacity && capacity.desired <= capacity.min)
    return `The group has its least size of ${capacity.min}`;
  return undefined;
}

/** What an action on an instance will do, what refuses it, and how to undo it, as sentences. */
export function instancePlan(action: InstanceAction, group: ServerGroupView): string[] {
  const targets = group.targetGroups.join(', ');
  const guard = 'It is refused when nothing else of the cluster would serve.';
  const another = `${group.name} starts another in its place.`;
  const desired = group.capacity?.desired;
  switch (action) {
    case 'deregister':
      return [
        `It leaves ${targets} after its last requests. It keeps running, as a member of ${group.name}.`,
        `${guard} To undo: put it into traffic.`,
      ];
    case 'register':
      return [`It gets requests of ${targets} as soon as it is healthy there. To undo: take it out of traffic.`];
    case 'reboot':
      return ['It answers nothing while it restarts. The execution ends when it is healthy again.'];
    case 'detach':
      return [
        `It leaves ${group.name} and goes on running: from then on nobody replaces it, and nobody ends it. ${another}`,
        guard,
      ];
    case 'terminate':
      return [`It ends. ${another}`, `${guard} This cannot be undone.`];
    case 'terminateAndShrink':
      return [
        `It ends, and ${group.name} becomes one smaller${desired === undefined ? '' : `: ${desired - 1} wanted`}.`,
        `${guard} This cannot be undone.`,
      ];
  }
}
