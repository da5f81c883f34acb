import type * as z from 'zod';
import type { TaskRun } from '../../kit/index.ts';
import { DEAD_STACKS, listenerNamed } from '../../leftovers/network.ts';
import { isUnused } from '../../leftovers/server-group.ts';
import { EXECUTION_TAG, isAsBefore } from '../../leftovers/thing.ts';
import { refusalOf, standingNow, type Undo } from '../../leftovers/undo.ts';
import type { cleanUpStage } from './definition.ts';

type Context = z.output<typeof cleanUpStage.context>;
export type CleanUpRun = TaskRun<
  Context,
  | 'serverGroups'
  | 'scaling'
  | 'instances'
  | 'images'
  | 'loadBalancers'
  | 'securityGroups'
  | 'stacks'
  | 'leases'
  | 'traces'
>;
export type Rest = Context['leftovers'][number];
type Reason = Promise<string | null>;

const GONE = 'gone already';

async function serverGroupReason({ ports }: CleanUpRun, rest: Rest): Reason {
  const { account, region, name, action, min, operationKey } = rest;
  const now = await ports.serverGroups.read({ account, region, name });
  if (now && operationKey && now.operationKey !== operationKey) return `${name} is somebody else’s.`;
  if (action === 'sweep') return now ? `${name} is there again.` : null;
  if (!now || now.beingDeleted) return `${name} is ${GONE}.`;
  if (action === 'enable') return now.traffic === 'disabled' ? `${name} was taken out of traffic since.` : null;
  if (action === 'settle') return null;
  if (action === 'unpin') {
    const given = typeof min === 'number' && min < now.capacity.min;
    return given ? null : `${name} has a least size of ${now.capacity.min}, as before or chosen since.`;
  }
  return isUnused(now) ? null : `${name} takes traffic now.`;
}

async function imageReason({ ports }: CleanUpRun, { account, region, name, ids }: Rest): Reason {
  const image = await ports.images.readImage({ account, region, id: ids?.[0] ?? '' });
  if (!image) return `Image ${name} is ${GONE}.`;
  return image.state === 'available' ? `Image ${name} is finished: a bake of the same content finds it.` : null;
}

/** Only machines that say themselves that they were started for a while are ended so. */
async function machineReason({ ports }: CleanUpRun, { account, region, ids }: Rest): Reason {
  const traces = await ports.traces.find({ account, region });
  const temporary = new Set(traces.filter(({ kind }) => kind === 'machine').map(({ id }) => id));
  const others = (ids ?? []).filter((id) => !temporary.has(id));
  return others.length > 0 ? `${others.join(', ')} is ${GONE}, or was not started for a while.` : null;
}

async function instanceReason({ ports }: CleanUpRun, { account, region, name }: Rest): Reason {
  const [machine] = await ports.instances.find({ account, region }, [name]);
  return machine?.state === 'running' ? null : `${name} does not run any more.`;
}

async function listenerReason({ ports }: CleanUpRun, { account, region, name, actions }: Rest): Reason {
  const ref = listenerNamed(name);
  const now = ref && (await ports.loadBalancers.readShares({ account, region, ...ref }));
  if (!now) return `Listener ${name} is ${GONE}.`;
  return isAsBefore({ actions: actions ?? {} }, { actions: now.actions }) ? `Listener ${name} is as it was.` : null;
}

async function stackReason({ ports }: CleanUpRun, { account, region, name }: Rest): Reason {
  const stack = await ports.stacks.read({ account, region, name });
  if (!stack) return `Stack ${name} is ${GONE}.`;
  return DEAD_STACKS.includes(stack.status) ? null : `CloudFormation says ${stack.status} of stack ${name}.`;
}

const unmarked = (noun: string, { name, executionId }: Rest, tags: Readonly<Record<string, string>>): string | null =>
  executionId && tags[EXECUTION_TAG] === executionId
    ? null
    : `${noun} ${name} is not marked as made by ${executionId}.`;

async function securityGroupReason({ ports }: CleanUpRun, rest: Rest): Reason {
  const { account, region, name } = rest;
  const group = await ports.securityGroups.read({ account, region, name });
  return group ? unmarked('Security group', rest, group.tags) : `Security group ${name} is ${GONE}.`;
}

async function loadBalancerReason({ ports }: CleanUpRun, rest: Rest): Reason {
  const { account, region, name } = rest;
  const balancer = await ports.loadBalancers.read({ account, region, name });
  return balancer ? unmarked('Load balancer', rest, balancer.tags) : `Load balancer ${name} is ${GONE}.`;
}

async function targetGroupReason({ ports }: CleanUpRun, rest: Rest): Reason {
  const { account, region, name } = rest;
  const group = await ports.loadBalancers.readTargetGroup({ account, region, targetGroup: name });
  return group ? unmarked('Target group', rest, group.tags) : `Target group ${name} is ${GONE}.`;
}

/** The change it takes back, as a stage needs it to be said. */
export const undoIn = ({ kind, account, region, name, before, wanted }: Rest): Undo => ({
  ...{ kind, account, region, name },
  ...{ before: before ?? {}, wanted: wanted ?? {} },
});

async function changeReason({ ports }: CleanUpRun, rest: Rest): Reason {
  const undo = undoIn(rest);
  return refusalOf(undo, await standingNow(ports, undo));
}

/** Parts of the name of a change set: its stack's, and its own. */
export const changeSetNamed = (name: string): { readonly stack: string; readonly changeSet: string } => {
  const [stack = '', changeSet = ''] = name.split('/');
  return { stack, changeSet };
};

async function changeSetReason({ ports }: CleanUpRun, { account, region, name }: Rest): Reason {
  const { stack, changeSet } = changeSetNamed(name);
  const found = await ports.stacks.readChangeSet({ account, region, name: stack, changeSet });
  if (!found) return `Change set ${name} is ${GONE}.`;
  return found.state === 'executing' ? `Change set ${name} is being executed.` : null;
}

async function snapshotReason({ ports }: CleanUpRun, { account, region, name, ids }: Rest): Reason {
  const traces = await ports.traces.find({ account, region });
  const loose = new Set(traces.filter(({ kind }) => kind === 'snapshot').map(({ id }) => id));
  const others = (ids ?? []).filter((id) => !loose.has(id));
  return others.length > 0 ? `Snapshot ${others.join(', ')} of ${name} is ${GONE}, or an image uses it.` : null;
}

const REASONS: Readonly<Record<Rest['action'], (run: CleanUpRun, rest: Rest) => Reason>> = {
  destroy: serverGroupReason,
  sweep: serverGroupReason,
  unpin: serverGroupReason,
  enable: serverGroupReason,
  settle: serverGroupReason,
  register: instanceReason,
  restoreShares: listenerReason,
  restore: changeReason,
  resize: changeReason,
  deleteChangeSet: changeSetReason,
  deleteSnapshot: snapshotReason,
  terminate: machineReason,
  deleteImage: imageReason,
  deleteSecurityGroup: securityGroupReason,
  deleteLoadBalancer: loadBalancerReason,
  deleteTargetGroup: targetGroupReason,
  deleteStack: stackReason,
};

/** Somebody else goes on with what the execution began; null when nobody does. */
async function takenOver(run: CleanUpRun, { lease, name }: Rest): Reason {
  if (!lease) return null;
  const holder = { executionId: run.execution.id, stageId: run.stage.id, description: `clean-up of ${name}` };
  const answer = await run.ports.leases.take(lease, holder);
  if (!answer.held) return `The ${answer.holder.description} goes on with ${name}.`;
  await run.ports.leases.release(lease, holder);
  return null;
}

/** Why it is better left alone, as it is now; null when the rest can be done. */
export const reasonToLeave = async (run: CleanUpRun, rest: Rest): Reason =>
  (await REASONS[rest.action](run, rest)) ?? (await takenOver(run, rest));
