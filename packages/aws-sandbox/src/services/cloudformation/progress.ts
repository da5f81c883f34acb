import { ServiceError } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { conditionHolds, evaluate, isReplaced, newPhysicalId } from './evaluate.ts';
import { scopeOf, wantedResources } from './request.ts';
import type { Stack, StackOperation, StackResource, StackStep } from './state.ts';
import { readTemplate, type TemplateResource } from './template.ts';

const words = { create: 'CREATE', update: 'UPDATE', delete: 'DELETE' } as const;

/** Writes an event into the history of a stack, newest first; `resource` null: about the stack itself. */
function addEvent(
  world: World,
  stack: Stack,
  resource: StackResource | null,
  status: string,
  reason: string | null,
  now: number,
): void {
  const id = world.random.uuid();
  stack.events.unshift({
    id: resource === null ? id : `${resource.logicalId}-${status}-${id}`,
    at: now,
    logicalId: resource?.logicalId ?? stack.name,
    physicalId: resource?.physicalId ?? stack.id,
    type: resource?.type ?? 'AWS::CloudFormation::Stack',
    status,
    reason,
    properties: resource?.properties ?? null,
    token: stack.token,
  });
}

/** Gives a stack another status, and tells it in an event. */
export function setStatus(world: World, stack: Stack, status: string, reason: string | null, now: number): void {
  stack.status = status;
  stack.statusReason = reason;
  addEvent(world, stack, null, status, reason, now);
}

function setResource(
  world: World,
  stack: Stack,
  resource: StackResource,
  status: string,
  reason: string | null,
  now: number,
) {
  resource.status = status;
  resource.statusReason = reason;
  resource.at = now;
  addEvent(world, stack, resource, status, reason, now);
}

/** Begins an operation: the steps are made one after another. */
export function beginOperation(
  stack: Stack,
  kind: StackOperation['kind'],
  steps: StackStep[],
  now: number,
  before: StackOperation['before'] = null,
): void {
  stack.operation = { kind, steps, dueAt: now, begun: false, replaced: [], before };
}

/** Makes the steps of a stack that are due; answers when the next one is. */
export function progress(world: World, store: RegionStore, stack: Stack, now: number): number {
  for (;;) {
    const { operation } = stack;
    if (operation === null) return Number.POSITIVE_INFINITY;
    const [step] = operation.steps;
    if (step === undefined) {
      finish(world, store, stack, operation, now);
      continue;
    }
    if (!operation.begun && !begin(world, store, stack, operation, step, now)) continue;
    if (now < operation.dueAt) return operation.dueAt;
    operation.begun = false;
    operation.steps.shift();
    end(world, stack, operation, step, now);
  }
}

/** Begins a step; false when the operation has failed over it, because its expressions cannot be filled in. */
function begin(
  world: World,
  store: RegionStore,
  stack: Stack,
  operation: StackOperation,
  step: StackStep,
  now: number,
): boolean {
  operation.begun = true;
  operation.dueAt = now + Math.round(world.random.between(world.profile.stackResource) * 1000);
  let resource = step.old ?? stack.resources[step.logicalId];
  const refusal =
    step.action === 'delete'
      ? null
      : refusalOf(() => {
          resource = made(world, store, stack, step, now);
        });
  if (refusal !== null) {
    const type = templateOf(stack.spec.template)[step.logicalId]?.type ?? '';
    const { logicalId } = step;
    const empty = { logicalId, type, physicalId: '', status: '', statusReason: null, at: now, properties: '{}' };
    setResource(world, stack, resource ?? empty, `${words[step.action]}_FAILED`, refusal, now);
    fail(world, stack, operation, step, now);
    return false;
  }
  if (resource === undefined) return true;
  const replaced = operation.replaced.some(({ logicalId }) => logicalId === step.logicalId) && step.action === 'update';
  const reason = replaced
    ? 'Requested update requires the creation of a new physical resource; hence creating one.'
    : null;
  setResource(world, stack, resource, `${words[step.action]}_IN_PROGRESS`, reason, now);
  return true;
}

/** Why something is refused; null when it is not. */
function refusalOf(attempt: () => void): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof ServiceError) return error.message;
    throw error;
  }
}

/** The resource of a step as it is to be: new, changed, put in the place of another, or again what it was. */
function made(
  world: World,
  store: RegionStore,
  stack: Stack,
  { logicalId }: StackStep,
  now: number,
): StackResource | undefined {
  const scope = scopeOf(world, store, stack);
  const wanted = scope.template.resources[logicalId];
  if (wanted === undefined) return undefined;
  const { operation } = stack;
  const held = stack.resources[logicalId];
  const before = operation?.kind === 'update-rollback' ? operation.before?.resources[logicalId] : undefined;
  const properties = evaluate(wanted.properties, scope);
  const anew = held !== undefined && isReplaced(held, wanted.type, properties);
  if (anew) operation?.replaced.push(held);
  const fresh = (): StackResource => ({
    logicalId,
    type: wanted.type,
    physicalId: newPhysicalId(wanted.type, logicalId, properties, scope, (length) => world.random.hex(length)),
    status: '',
    statusReason: null,
    at: now,
    properties: '',
  });
  const resource = anew ? structuredClone(before ?? fresh()) : (held ?? fresh());
  resource.properties = JSON.stringify(properties);
  stack.resources[logicalId] = resource;
  return resource;
}

function failureOf(resource: TemplateResource | undefined, action: StackStep['action'], kind: string): string | null {
  const told = resource?.metadata['Sandbox'] ?? resource?.properties['Sandbox'];
  const fails =
    action === 'delete' ? told === 'fail-delete' && kind === 'delete' : told === 'fail' && !kind.includes('rollback');
  return fails
    ? 'Resource handler returned message: "The template tells the sandbox that this resource fails" (HandlerErrorCode: GeneralServiceException)'
    : null;
}

function end(world: World, stack: Stack, operation: StackOperation, step: StackStep, now: number): void {
  const resource = step.old ?? stack.resources[step.logicalId];
  if (resource === undefined) return;
  const kept = readKept(stack, step.logicalId);
  const failure = failureOf(kept, step.action, operation.kind);
  const word = words[step.action];
  if (failure !== null) {
    setResource(world, stack, resource, `${word}_FAILED`, failure, now);
    fail(world, stack, operation, step, now);
    return;
  }
  setResource(world, stack, resource, `${word}_COMPLETE`, null, now);
  if (step.action === 'delete' && step.old === undefined) delete stack.resources[step.logicalId];
}

const templateOf = (text: string | undefined): Record<string, TemplateResource> =>
  text === undefined ? {} : readTemplate(text).resources;

/** A resource as the template says it, or as the one before did. */
function readKept(stack: Stack, logicalId: string): TemplateResource | undefined {
  const { before } = stack.operation ?? { before: null };
  return templateOf(stack.spec.template)[logicalId] ?? templateOf(before?.spec.template)[logicalId];
}

function fail(world: World, stack: Stack, operation: StackOperation, step: StackStep, now: number): void {
  const told = `The following resource(s) failed to ${step.action}: [${step.logicalId}].`;
  if (operation.kind === 'delete') {
    setStatus(world, stack, 'DELETE_FAILED', `${told} `, now);
    stack.operation = null;
  } else if (operation.kind === 'update') {
    rollBackUpdate(world, stack, operation, `${told} `, now);
  } else if (operation.kind.startsWith('update-rollback')) {
    setStatus(world, stack, 'UPDATE_ROLLBACK_FAILED', `${told} `, now);
    stack.operation = null;
  } else {
    rollBackCreation(world, stack, told, now);
  }
}

function rollBackCreation(world: World, stack: Stack, told: string, now: number): void {
  if (stack.onFailure === 'DO_NOTHING') {
    setStatus(world, stack, 'CREATE_FAILED', `${told} `, now);
    stack.operation = null;
    return;
  }
  const deletes = stack.onFailure === 'DELETE';
  const reason = `${told} ${deletes ? 'Delete' : 'Rollback'} requested by user.`;
  setStatus(world, stack, deletes ? 'DELETE_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS', reason, now);
  beginOperation(stack, deletes ? 'delete' : 'rollback', removal(Object.keys(stack.resources)), now);
}

/** Steps that take resources away, the last made first. */
export const removal = (names: string[]): StackStep[] =>
  [...names].reverse().map((logicalId) => ({ logicalId, action: 'delete' }));

/** Steps that take away what was replaced. */
const farewell = (replaced: StackResource[]): StackStep[] =>
  replaced.map((old) => ({ logicalId: old.logicalId, action: 'delete', old }));

/** Lets go of those resources that are to be kept, and answers the others. */
export function leave(
  world: World,
  stack: Stack,
  names: string[],
  before: StackOperation['before'],
  now: number,
  retained: string[] = [],
): string[] {
  const known = templateOf(before?.spec.template ?? stack.spec.template);
  return names.filter((name) => {
    const resource = stack.resources[name];
    const kept = known[name]?.retained || retained.includes(name);
    if (!kept || resource === undefined) return true;
    setResource(world, stack, resource, 'DELETE_SKIPPED', null, now);
    delete stack.resources[name];
    return false;
  });
}

function rollBackUpdate(world: World, stack: Stack, operation: StackOperation, reason: string, now: number): void {
  setStatus(world, stack, 'UPDATE_ROLLBACK_IN_PROGRESS', reason, now);
  const { before } = operation;
  if (before !== null) stack.spec = before.spec;
  const touched = Object.values(stack.resources).filter(({ logicalId, properties, status }) => {
    const was = before?.resources[logicalId];
    return was !== undefined && (was.properties !== properties || status === 'UPDATE_FAILED');
  });
  const steps = touched.map(({ logicalId }): StackStep => ({ logicalId, action: 'update' }));
  beginOperation(stack, 'update-rollback', steps, now, before);
}

function finish(world: World, store: RegionStore, stack: Stack, operation: StackOperation, now: number): void {
  const { kind, before } = operation;
  stack.operation = null;
  switch (kind) {
    case 'create': {
      const refusal = refusalOf(() => setOutputs(world, store, stack));
      if (refusal !== null) return rollBackCreation(world, stack, refusal, now);
      return setStatus(world, stack, 'CREATE_COMPLETE', null, now);
    }
    case 'rollback':
      return setStatus(world, stack, 'ROLLBACK_COMPLETE', null, now);
    case 'delete':
      stack.deletedAt = now;
      return setStatus(world, stack, 'DELETE_COMPLETE', null, now);
    case 'update': {
      const refusal = refusalOf(() => setOutputs(world, store, stack));
      if (refusal !== null) return rollBackUpdate(world, stack, operation, refusal, now);
      setStatus(world, stack, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', null, now);
      const kept = wantedResources(scopeOf(world, store, stack));
      const gone = Object.keys(stack.resources).filter((name) => !kept.includes(name));
      const steps = [...farewell(operation.replaced), ...removal(leave(world, stack, gone, before, now))];
      return beginOperation(stack, 'cleanup', steps, now, before);
    }
    case 'cleanup':
      return setStatus(world, stack, 'UPDATE_COMPLETE', null, now);
    case 'update-rollback': {
      setStatus(world, stack, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', null, now);
      const added = Object.keys(stack.resources).filter((name) => before?.resources[name] === undefined);
      const steps = [...farewell(operation.replaced), ...removal(added)];
      return beginOperation(stack, 'update-rollback-cleanup', steps, now, before);
    }
    case 'update-rollback-cleanup':
      refusalOf(() => setOutputs(world, store, stack));
      return setStatus(world, stack, 'UPDATE_ROLLBACK_COMPLETE', null, now);
  }
}

function setOutputs(world: World, store: RegionStore, stack: Stack): void {
  const scope = scopeOf(world, store, stack);
  stack.outputs = Object.entries(scope.template.outputs)
    .filter(([, { condition }]) => condition === null || conditionHolds(condition, scope))
    .map(([key, { value, description, exportName }]) => ({
      key,
      value: asText(evaluate(value, scope)),
      description,
      exportName: exportName === null ? null : asText(evaluate(exportName, scope)),
    }));
}

const asText = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(String).join(',')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
