import type { Change, DescribeChangeSetOutput } from '@aws-sdk/client-cloudformation';
import type { ChangeSet, ChangeSetRef, Operation, StackResourceChange, StackSpec } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { checkOperation } from '../server-groups/tags.ts';
import { isGoing, tokenOf } from './progress.ts';
import { findStack, isBusy, requestOf } from './request.ts';

const NOTHING = /didn't contain changes|no updates are to be performed/i;
const nounOf = (ref: ChangeSetRef): string => `change set ${ref.changeSet} of stack ${ref.name}`;

const REPLACEMENTS: Readonly<Record<string, StackResourceChange['replacement']>> = {
  True: 'yes',
  Conditional: 'maybe',
};

const changeOut = ({ ResourceChange: change }: Change): StackResourceChange => ({
  action: change?.Action ?? '',
  resource: change?.LogicalResourceId ?? '',
  resourceType: change?.ResourceType ?? '',
  physicalId: change?.PhysicalResourceId ?? null,
  replacement: REPLACEMENTS[change?.Replacement ?? ''] ?? 'no',
});

function stateOf(set: DescribeChangeSetOutput): ChangeSet['state'] {
  const { Status, ExecutionStatus, StatusReason = '' } = set;
  if (ExecutionStatus === 'EXECUTE_IN_PROGRESS') return 'executing';
  if (ExecutionStatus === 'EXECUTE_COMPLETE' || ExecutionStatus === 'EXECUTE_FAILED') return 'executed';
  if (Status === 'FAILED') return NOTHING.test(StatusReason) ? 'empty' : 'failed';
  return Status === 'CREATE_COMPLETE' ? 'ready' : 'making';
}

/** With all pages of its changes; null when it does not exist. */
export async function readChangeSet(place: Place, ref: ChangeSetRef): Promise<ChangeSet | null> {
  const changes: StackResourceChange[] = [];
  const asked = { StackName: ref.name, ChangeSetName: ref.changeSet };
  let NextToken: string | undefined;
  try {
    for (;;) {
      const page = await place.stacks.describeChangeSet({ ...asked, NextToken }, { resource: nounOf(ref) });
      changes.push(...(page.Changes ?? []).map(changeOut));
      NextToken = page.NextToken;
      const { account, region, name, changeSet } = ref;
      const id = page.ChangeSetId ?? '';
      if (!NextToken)
        return {
          account,
          region,
          name,
          changeSet,
          id,
          state: stateOf(page),
          reason: page.StatusReason ?? null,
          changes,
        };
    }
  } catch (error) {
    if (isFailure(error, 'aws.gone')) return null;
    throw error;
  }
}

export async function createChangeSet(
  place: Place,
  spec: StackSpec & ChangeSetRef,
  operation: Operation,
): Promise<'begun' | 'busy'> {
  checkOperation(operation);
  const present = await findStack(place, spec.name);
  const isNew = !present || present.StackStatus === 'REVIEW_IN_PROGRESS';
  const input = {
    ...(await requestOf(place, spec)),
    ChangeSetName: spec.changeSet,
    ChangeSetType: isNew ? ('CREATE' as const) : ('UPDATE' as const),
    ClientToken: tokenOf(operation),
  };
  if (present && !isNew && isGoing(present.StackStatus ?? '')) return 'busy';
  try {
    await place.stacks.createChangeSet(input, { abort: operation.abort, resource: nounOf(spec) });
    return 'begun';
  } catch (error) {
    if (isBusy(error)) return 'busy';
    throw error;
  }
}

export async function executeChangeSet(
  place: Place,
  ref: ChangeSetRef,
  operation: Operation,
): Promise<'begun' | 'busy'> {
  checkOperation(operation);
  const input = { StackName: ref.name, ChangeSetName: ref.changeSet, ClientRequestToken: tokenOf(operation) };
  try {
    await place.stacks.executeChangeSet(input, { abort: operation.abort, resource: nounOf(ref) });
    return 'begun';
  } catch (error) {
    if (isBusy(error)) return 'busy';
    throw error;
  }
}

export async function removeChangeSet(place: Place, ref: ChangeSetRef, operation: Operation): Promise<void> {
  checkOperation(operation);
  const input = { StackName: ref.name, ChangeSetName: ref.changeSet };
  try {
    await place.stacks.deleteChangeSet(input, { abort: operation.abort, resource: nounOf(ref) });
  } catch (error) {
    if (!isFailure(error, 'aws.gone')) throw error;
  }
}
