import type {
  CreateChangeSetInput,
  DeleteChangeSetInput,
  DescribeChangeSetInput,
  ExecuteChangeSetInput,
  ListChangeSetsInput,
} from '@aws-sdk/client-cloudformation';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import { page } from '../paging.ts';
import type { Call, Handler } from '../service.ts';
import { changesAnything, changesBetween } from './changes.ts';
import { beginOperation, setStatus } from './progress.ts';
import { specFrom } from './request.ts';
import { beginUpdate, checkUpdatable, creation, findStack, isRepeated, keepToken, newStack } from './stacks.ts';
import type { ChangeSet, Stack } from './state.ts';
import { readTemplate } from './template.ts';

const invalid = (message: string): never => refuse('ValidationError', message);
const readyMs = 2000;
const noChanges =
  "The submitted information didn't contain changes. Submit different information to create a change set.";
const reviewed = 'REVIEW_IN_PROGRESS';

function createChangeSet(call: Call, input: CreateChangeSetInput) {
  const { store, world, now } = call;
  const { StackName: stackName = '', ChangeSetName: name = '', ChangeSetType: kind = 'UPDATE' } = input;
  if (kind !== 'CREATE' && kind !== 'UPDATE')
    return invalid('The sandbox makes change sets of type CREATE and UPDATE.');
  const existing = findStack(store, stackName);
  const repeated = Object.values(existing?.changeSets ?? {}).find(
    (set) => set.name === name && input.ClientToken !== undefined && set.token === input.ClientToken,
  );
  if (existing !== undefined && repeated !== undefined) return { Id: repeated.id, StackId: existing.id };
  if (kind === 'UPDATE' && (existing === undefined || existing.status === reviewed))
    invalid(`Stack [${stackName}] does not exist`);
  if (kind === 'CREATE' && existing !== undefined && existing.status !== reviewed)
    invalid(`Stack [${stackName}] already exists and cannot be created again with the changeSet [${name}].`);
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name))
    invalid(
      `1 validation error detected: Value '${name}' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  if (existing !== undefined && Object.values(existing.changeSets).some((set) => set.name === name))
    refuse('AlreadyExistsException', `ChangeSet ${name} already exists for stack ${existing.id}`);
  const spec = specFrom(call, input, existing?.spec ?? null);
  const stack = existing ?? newStack(call, stackName, { ...spec, tags: {} }, reviewed);
  if (existing === undefined) setStatus(world, stack, reviewed, 'User Initiated', now);
  else if (kind === 'UPDATE') checkUpdatable(stack);
  const set: ChangeSet = {
    id: `arn:aws:cloudformation:${store.region}:${store.account}:changeSet/${name}/${world.random.uuid()}`,
    name,
    kind,
    createdAt: now,
    readyAt: now + readyMs,
    description: input.Description ?? null,
    spec,
    changes: changesBetween(world, store, stack, spec),
    failure: kind === 'UPDATE' && !changesAnything(world, store, stack, spec) ? noChanges : null,
    executed: false,
    token: input.ClientToken ?? null,
  };
  stack.changeSets[set.id] = set;
  return { Id: set.id, StackId: stack.id };
}

function changeSetOf(store: RegionStore, asked: string | undefined, stackName: string | undefined) {
  const stacks = stackName === undefined ? Object.values(store.stacks) : [findStack(store, stackName)];
  for (const stack of stacks) {
    const set = Object.values(stack?.changeSets ?? {}).find(({ id, name }) => id === asked || name === asked);
    if (stack !== undefined && set !== undefined) return { stack, set };
  }
  return refuse('ChangeSetNotFound', `ChangeSet [${asked ?? ''}] does not exist`, 404);
}

function statusOf(set: ChangeSet, stack: Stack, now: number) {
  if (now < set.readyAt) return { Status: 'CREATE_IN_PROGRESS' as const, ExecutionStatus: 'UNAVAILABLE' as const };
  if (set.failure !== null)
    return { Status: 'FAILED' as const, ExecutionStatus: 'UNAVAILABLE' as const, StatusReason: set.failure };
  if (!set.executed) return { Status: 'CREATE_COMPLETE' as const, ExecutionStatus: 'AVAILABLE' as const };
  const going = stack.operation !== null;
  const failed = /ROLLBACK|FAILED/.test(stack.status);
  const ExecutionStatus = failed ? 'EXECUTE_FAILED' : going ? 'EXECUTE_IN_PROGRESS' : 'EXECUTE_COMPLETE';
  return { Status: 'CREATE_COMPLETE' as const, ExecutionStatus: ExecutionStatus as 'EXECUTE_COMPLETE' };
}

function describeChangeSet({ view, now }: Call, input: DescribeChangeSetInput) {
  const { stack, set } = changeSetOf(view, input.ChangeSetName, input.StackName);
  const template = readTemplate(set.spec.template);
  const { items, next } = page(now < set.readyAt ? [] : set.changes, input.NextToken, 100);
  return {
    ChangeSetName: set.name,
    ChangeSetId: set.id,
    StackId: stack.id,
    StackName: stack.name,
    Description: set.description ?? undefined,
    Parameters: Object.entries(set.spec.parameters).map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: template.parameters[ParameterKey]?.noEcho ? '****' : value,
    })),
    CreationTime: new Date(set.createdAt),
    ...statusOf(set, stack, now),
    NotificationARNs: set.spec.notificationArns,
    Capabilities: set.spec.capabilities,
    Tags: Object.entries(set.spec.tags).map(([Key, Value]) => ({ Key, Value })),
    Changes: items.map((change) => ({
      Type: 'Resource' as const,
      ResourceChange: {
        Action: change.action,
        LogicalResourceId: change.logicalId,
        PhysicalResourceId: change.physicalId ?? undefined,
        ResourceType: change.type,
        Replacement: change.action === 'Modify' ? (change.replaces ? 'True' : 'False') : undefined,
        Scope: change.action === 'Modify' ? ['Properties'] : [],
        Details: [],
      },
    })),
    NextToken: next,
  };
}

function executeChangeSet(call: Call, input: ExecuteChangeSetInput) {
  const { store, world, now } = call;
  const { stack, set } = changeSetOf(store, input.ChangeSetName, input.StackName);
  const token = input.ClientRequestToken;
  if (set.executed && isRepeated(stack, token, input)) return {};
  const { Status, ExecutionStatus } = statusOf(set, stack, now);
  if (ExecutionStatus !== 'AVAILABLE')
    refuse(
      'InvalidChangeSetStatus',
      `ChangeSet [${set.id}] cannot be executed in its current status of [${set.executed ? ExecutionStatus : Status}]`,
    );
  if (set.kind === 'UPDATE') checkUpdatable(stack);
  set.executed = true;
  stack.changeSets = { [set.id]: set };
  keepToken(stack, token, input);
  if (set.kind === 'UPDATE') {
    beginUpdate(call, stack, set.spec, 'User Initiated');
    return {};
  }
  stack.spec = set.spec;
  stack.onFailure = input.DisableRollback === true ? 'DO_NOTHING' : 'ROLLBACK';
  setStatus(world, stack, 'CREATE_IN_PROGRESS', 'User Initiated', now);
  beginOperation(stack, 'create', creation(call, stack, set.spec), now);
  return {};
}

function deleteChangeSet({ store }: Call, input: DeleteChangeSetInput) {
  const known = Object.values(store.stacks).flatMap((stack) => Object.values(stack.changeSets));
  const gone = known.every(({ id, name }) => id !== input.ChangeSetName && name !== input.ChangeSetName);
  if (gone && input.ChangeSetName?.startsWith('arn:')) return {};
  const { stack, set } = changeSetOf(store, input.ChangeSetName, input.StackName);
  if (set.executed && stack.operation !== null)
    refuse('InvalidChangeSetStatus', `ChangeSet [${set.id}] cannot be deleted while it is being executed.`);
  delete stack.changeSets[set.id];
  return {};
}

function listChangeSets({ view, now }: Call, input: ListChangeSetsInput) {
  const stack = findStack(view, input.StackName) ?? invalid(`Stack [${input.StackName}] does not exist`);
  const sets = Object.values(stack.changeSets).sort((a, b) => b.createdAt - a.createdAt);
  const { items, next } = page(sets, input.NextToken, 100);
  const Summaries = items.map((set) => ({
    StackId: stack.id,
    StackName: stack.name,
    ChangeSetId: set.id,
    ChangeSetName: set.name,
    CreationTime: new Date(set.createdAt),
    Description: set.description ?? undefined,
    ...statusOf(set, stack, now),
  }));
  return { Summaries, NextToken: next };
}

export const changeSetHandlers: Record<string, Handler> = {
  CreateChangeSet: createChangeSet,
  DescribeChangeSet: describeChangeSet,
  ExecuteChangeSet: executeChangeSet,
  DeleteChangeSet: deleteChangeSet,
  ListChangeSets: listChangeSets,
};
