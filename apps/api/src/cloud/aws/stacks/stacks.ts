import type { Stack as AwsStack } from '@aws-sdk/client-cloudformation';
import type { Operation, Stack, StackAnswer, StackRef, StackSpec, Stacks } from '@gennaker/catalog/kit';
import { isFailure, providerMessageOf } from '../errors.ts';
import type { Place, PlaceAt } from '../place.ts';
import { refusal } from '../refusal.ts';
import { checkOperation } from '../server-groups/tags.ts';
import { createChangeSet, executeChangeSet, readChangeSet, removeChangeSet } from './change-sets.ts';
import { isGoing, progressOf, tokenOf } from './progress.ts';
import { findStack, isBusy, requestOf } from './request.ts';
import { resourcesOf } from './resources.ts';

/** States of a stack that never came to exist; AWS updates none of them. */
const UNUSABLE = /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED)$/;

const recordOf = <Row>(rows: readonly Row[] | undefined, key: (row: Row) => string, value: (row: Row) => string) =>
  Object.fromEntries((rows ?? []).map((row) => [key(row), value(row)]));

function stackOut(place: Place, stack: AwsStack): Stack {
  return {
    account: place.account.name,
    region: place.region,
    name: stack.StackName ?? '',
    id: stack.StackId ?? '',
    status: stack.StackStatus ?? '',
    statusReason: stack.StackStatusReason ?? null,
    outputs: recordOf(
      stack.Outputs,
      (row) => row.OutputKey ?? '',
      (row) => row.OutputValue ?? '',
    ),
    parameters: recordOf(
      stack.Parameters,
      (row) => row.ParameterKey ?? '',
      (row) => row.ParameterValue ?? '',
    ),
    tags: recordOf(
      stack.Tags,
      (row) => row.Key ?? '',
      (row) => row.Value ?? '',
    ),
  };
}

async function update(place: Place, spec: StackSpec, operation: Operation): Promise<StackAnswer> {
  const how = { abort: operation.abort, resource: `stack ${spec.name}` };
  try {
    const input = { ...(await requestOf(place, spec)), ClientRequestToken: tokenOf(operation) };
    await place.stacks.updateStack(input, how);
    return 'begun';
  } catch (error) {
    if (/no updates are to be performed/i.test(providerMessageOf(error))) return 'unchanged';
    if (isBusy(error)) return 'busy';
    throw error;
  }
}

async function create(place: Place, spec: StackSpec, operation: Operation): Promise<StackAnswer> {
  const how = { abort: operation.abort, resource: `stack ${spec.name}` };
  try {
    const input = { ...(await requestOf(place, spec)), ClientRequestToken: tokenOf(operation) };
    await place.stacks.createStack(input, how);
    return 'begun';
  } catch (error) {
    // Somebody else made it since we looked, or AWS shows our own only now: the next try sees which.
    if (isFailure(error, 'aws.exists')) return 'busy';
    throw error;
  }
}

async function deploy(place: Place, spec: StackSpec, operation: Operation): Promise<StackAnswer> {
  checkOperation(operation);
  const present = await findStack(place, spec.name);
  const status = present?.StackStatus ?? '';
  if (!present || status === 'DELETE_COMPLETE') return create(place, spec, operation);
  if (await progressOf(place, spec.name, tokenOf(operation))) return 'begun';
  if (status === 'REVIEW_IN_PROGRESS' || UNUSABLE.test(status)) {
    const why = status === 'REVIEW_IN_PROGRESS' ? 'has only a change set' : `is in ${status}`;
    throw refusal(
      place,
      'aws.stack-unusable',
      `Stack ${spec.name} in ${spec.account} ${spec.region} ${why}, and AWS does not update such a stack.`,
      'Delete the stack, or execute its change set, and restart the stage.',
    );
  }
  return isGoing(status) ? 'busy' : update(place, spec, operation);
}

async function remove(
  place: Place,
  ref: StackRef & { readonly roleArn?: string | null },
  operation: Operation,
): Promise<'gone' | 'going' | 'failed'> {
  checkOperation(operation);
  const present = await findStack(place, ref.name);
  const status = present?.StackStatus ?? '';
  if (!present || status === 'DELETE_COMPLETE') return 'gone';
  const own = await progressOf(place, ref.name, tokenOf(operation));
  if (own) return own.state === 'failed' ? 'failed' : 'going';
  if (isGoing(status) && status !== 'REVIEW_IN_PROGRESS') return 'going';
  await place.stacks.deleteStack(
    {
      StackName: ref.name,
      ClientRequestToken: tokenOf(operation),
      ...(ref.roleArn ? { RoleARN: ref.roleArn } : {}),
    },
    { abort: operation.abort, resource: `stack ${ref.name}` },
  );
  return 'going';
}

/** Stacks of CloudFormation. */
export function createStacks(placeAt: PlaceAt): Stacks {
  const at = (ref: StackRef) => placeAt(ref.account, ref.region);
  return {
    async read(ref) {
      const place = at(ref);
      const found = await findStack(place, ref.name);
      return found && found.StackStatus !== 'DELETE_COMPLETE' ? stackOut(place, found) : null;
    },
    readResources: async (ref) => resourcesOf(at(ref), ref.name),
    deploy: async (spec, operation) => deploy(at(spec), spec, operation),
    progress: async (ref, operation) => progressOf(at(ref), ref.name, tokenOf(operation)),
    createChangeSet: async (spec, operation) => createChangeSet(at(spec), spec, operation),
    readChangeSet: async (ref) => readChangeSet(at(ref), ref),
    executeChangeSet: async (ref, operation) => executeChangeSet(at(ref), ref, operation),
    removeChangeSet: async (ref, operation) => removeChangeSet(at(ref), ref, operation),
    remove: async (ref, operation) => remove(at(ref), ref, operation),
  };
}
