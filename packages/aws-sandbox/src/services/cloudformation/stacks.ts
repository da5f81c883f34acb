import type {
  CreateStackInput,
  DeleteStackInput,
  GetTemplateInput,
  UpdateStackInput,
  UpdateTerminationProtectionInput,
  ValidateTemplateInput,
} from '@aws-sdk/client-cloudformation';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { Call, Handler } from '../service.ts';
import { changesAnything, changesBetween } from './changes.ts';
import { beginOperation, leave, removal, setStatus } from './progress.ts';
import { capabilitiesOf, scopeOf, specFrom, templateText, wantedResources } from './request.ts';
import type { Stack, StackSpec, StackStep } from './state.ts';
import { creationOrder, readTemplate } from './template.ts';

const invalid = (message: string): never => refuse('ValidationError', message);

/** The living stack of a name, or any stack of an id. */
export function findStack(store: RegionStore, asked: string | undefined): Stack | undefined {
  const name = asked ?? '';
  if (name.startsWith('arn:')) return store.stacks[name];
  return Object.values(store.stacks).find((stack) => stack.name === name && stack.deletedAt === null);
}

/** As `findStack`; refused when there is none. */
export function stackOf(store: RegionStore, asked: string | undefined): Stack {
  return findStack(store, asked) ?? invalid(`Stack with id ${asked ?? ''} does not exist`);
}

/** A stack that has nothing yet. */
export function newStack(call: Call, name: string, spec: StackSpec, status: string): Stack {
  const { store, world, now } = call;
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name))
    invalid(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  const id = `arn:aws:cloudformation:${store.region}:${store.account}:stack/${name}/${world.random.uuid()}`;
  const stack: Stack = {
    id,
    name,
    status,
    statusReason: null,
    createdAt: now,
    updatedAt: null,
    deletedAt: null,
    spec,
    onFailure: 'ROLLBACK',
    terminationProtection: false,
    timeoutMinutes: null,
    resources: {},
    outputs: [],
    events: [],
    changeSets: {},
    token: null,
    tokens: {},
    operation: null,
  };
  store.stacks[id] = stack;
  return stack;
}

/** True when this token came before with the same request; refused when it came with another. */
export function isRepeated(stack: Stack | undefined, token: string | undefined, request: object): boolean {
  const known = token === undefined ? undefined : stack?.tokens[token];
  if (known === undefined) return false;
  if (known !== JSON.stringify(request))
    refuse('TokenAlreadyExistsException', `Token ${token} already exists with different parameters.`);
  return true;
}

/** Remembers the token a change of a stack came with. */
export function keepToken(stack: Stack, token: string | undefined, request: object): void {
  stack.token = token ?? null;
  if (token !== undefined) stack.tokens[token] = JSON.stringify(request);
}

function createStack(call: Call, input: CreateStackInput) {
  const { store, now, world } = call;
  const { StackName: name = '', ClientRequestToken: token } = input;
  const existing = findStack(store, name);
  if (existing !== undefined && isRepeated(existing, token, input)) return { StackId: existing.id };
  if (existing !== undefined) refuse('AlreadyExistsException', `Stack [${name}] already exists`);
  if (input.OnFailure !== undefined && input.DisableRollback !== undefined)
    invalid('You cannot specify both OnFailure and DisableRollback.');
  const spec = specFrom(call, input, null);
  const stack = newStack(call, name, spec, 'CREATE_IN_PROGRESS');
  stack.onFailure = input.DisableRollback === true ? 'DO_NOTHING' : (input.OnFailure ?? 'ROLLBACK');
  stack.terminationProtection = input.EnableTerminationProtection ?? false;
  stack.timeoutMinutes = input.TimeoutInMinutes ?? null;
  keepToken(stack, token, input);
  setStatus(world, stack, 'CREATE_IN_PROGRESS', 'User Initiated', now);
  beginOperation(stack, 'create', creation(call, stack, spec), now);
  return { StackId: stack.id };
}

/** The steps that make a stack from nothing. */
export function creation({ world, store }: Call, stack: Stack, spec: StackSpec): StackStep[] {
  const scope = scopeOf(world, store, stack, spec);
  const order = creationOrder(scope.template, wantedResources(scope));
  return order.map((logicalId) => ({ logicalId, action: 'create' }));
}

/** Begins the update of a stack to `spec`; refused in states that allow none. */
export function beginUpdate(call: Call, stack: Stack, spec: StackSpec, reason: string): void {
  const { world, store, now } = call;
  const changes = changesBetween(world, store, stack, spec);
  const scope = scopeOf(world, store, stack, spec);
  const order = creationOrder(scope.template, wantedResources(scope));
  const steps = order.flatMap((logicalId): StackStep[] => {
    const change = changes.find((each) => each.logicalId === logicalId);
    return change === undefined ? [] : [{ logicalId, action: change.action === 'Add' ? 'create' : 'update' }];
  });
  const before = { spec: stack.spec, resources: structuredClone(stack.resources) };
  stack.spec = spec;
  stack.updatedAt = now;
  setStatus(world, stack, 'UPDATE_IN_PROGRESS', reason, now);
  beginOperation(stack, 'update', steps, now, before);
}

/** Refuses stacks that are in the middle of something, or were never finished. */
export function checkUpdatable(stack: Stack): void {
  if (!/^(?:CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/.test(stack.status))
    invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
}

function updateStack(call: Call, input: UpdateStackInput) {
  const stack = findStack(call.store, input.StackName) ?? invalid(`Stack [${input.StackName}] does not exist`);
  if (isRepeated(stack, input.ClientRequestToken, input)) return { StackId: stack.id };
  if (stack.deletedAt !== null) invalid(`Stack [${input.StackName}] does not exist`);
  const spec = specFrom(call, input, stack.spec);
  checkUpdatable(stack);
  if (!changesAnything(call.world, call.store, stack, spec)) invalid('No updates are to be performed.');
  keepToken(stack, input.ClientRequestToken, input);
  beginUpdate(call, stack, spec, 'User Initiated');
  return { StackId: stack.id };
}

function deleteStack(call: Call, input: DeleteStackInput): void {
  const { world, store, now } = call;
  const stack = findStack(store, input.StackName);
  if (stack === undefined || stack.deletedAt !== null || stack.operation?.kind === 'delete') return;
  if (stack.terminationProtection)
    invalid(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
  const retained = input.RetainResources ?? [];
  if (retained.length > 0 && stack.status !== 'DELETE_FAILED')
    invalid(
      'Invalid operation on stack [' +
        stack.id +
        ']. RetainResources can be specified only when the stack is in the DELETE_FAILED state.',
    );
  stack.token = input.ClientRequestToken ?? null;
  setStatus(world, stack, 'DELETE_IN_PROGRESS', 'User Initiated', now);
  const gone = leave(world, stack, Object.keys(stack.resources), null, now, retained);
  beginOperation(stack, 'delete', removal(gone), now);
}

export const stackHandlers: Record<string, Handler> = {
  CreateStack: createStack,
  UpdateStack: updateStack,
  DeleteStack: deleteStack,
  UpdateTerminationProtection(call: Call, input: UpdateTerminationProtectionInput) {
    const stack = stackOf(call.store, input.StackName);
    stack.terminationProtection = input.EnableTerminationProtection ?? false;
    return { StackId: stack.id };
  },
  GetTemplate({ view }: Call, input: GetTemplateInput) {
    const stack = stackOf(view, input.StackName);
    const asked = input.ChangeSetName;
    const set = Object.values(stack.changeSets).find(({ id, name }) => id === asked || name === asked);
    if (asked !== undefined && set === undefined)
      refuse('ChangeSetNotFound', `ChangeSet [${asked}] does not exist`, 404);
    return { TemplateBody: (set ?? stack).spec.template, StagesAvailable: ['Original', 'Processed'] };
  },
  ValidateTemplate(call: Call, input: ValidateTemplateInput) {
    const template = readTemplate(templateText(call, input, null));
    const { needed, reason } = capabilitiesOf(template);
    return {
      Description: template.description ?? undefined,
      Parameters: Object.entries(template.parameters).map(([ParameterKey, each]) => ({
        ParameterKey,
        DefaultValue: each.fallback ?? undefined,
        NoEcho: each.noEcho,
        Description: each.description ?? undefined,
      })),
      Capabilities: needed.length === 0 ? undefined : needed,
      CapabilitiesReason: reason,
      DeclaredTransforms: template.transforms,
    };
  },
};
