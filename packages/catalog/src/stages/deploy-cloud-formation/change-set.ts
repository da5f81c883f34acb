import { FailureError, type JsonObject } from '@gennaker/pipeline-dsl';
import {
  again,
  type ChangeSet,
  type ChangeSetRef,
  days,
  failed,
  type Operation,
  seconds,
  succeeded,
  type TaskResult,
  waitFor,
} from '../../kit/index.ts';
import { beginAll, outputsOf, specsOf } from './deploy.ts';
import { intendChangeSet, keyOf, type Run, refsOf } from './run.ts';
import { templateOf } from './template.ts';

const POLL_MS = seconds(5);
export const DECISION_LIMIT_MS = days(3);

function changeSetsOf(run: Run): readonly ChangeSetRef[] {
  const { changeSetName } = run.context;
  if (changeSetName) return refsOf(run).map((ref) => ({ ...ref, changeSet: changeSetName }));
  throw new FailureError({
    code: 'stack.no-change-set',
    message: `The stage does not name the change set of stack ${run.context.stackName}.`,
    retry: false,
    advice: 'Set `changeSetName`.',
  });
}

/** Regions whose change set is ready to be executed. */
function plannedIn(run: Run): readonly string[] {
  const known = run.context['plannedIn'];
  return Array.isArray(known) ? known.map(String) : [];
}

const plannedSets = (run: Run): readonly ChangeSetRef[] =>
  changeSetsOf(run).filter(({ region }) => plannedIn(run).includes(region));

/** Makes the change sets; without a template, those of an earlier stage have to be there. */
export async function createChangeSets(run: Run): Promise<TaskResult> {
  const refs = changeSetsOf(run);
  if (!run.context.executeChangeSet || (await templateOf(run))) {
    const wishes = (await specsOf(run)).map((spec) => ({ ...spec, changeSet: refs[0]?.changeSet ?? '' }));
    const plan = (wish: (typeof wishes)[number], operation: Operation) =>
      run.ports.stacks.createChangeSet(wish, operation);
    const made = await beginAll(run, wishes, 'plan', plan, intendChangeSet);
    return made.kind === 'done' ? succeeded() : made;
  }
  const there = await Promise.all(refs.map((ref) => run.ports.stacks.readChangeSet(ref)));
  const missing = refs.filter((_, at) => there[at] === null);
  if (missing.length === 0) return succeeded();
  return failed({
    code: 'stack.no-change-set',
    message: `There is no change set ${missing[0]?.changeSet} of stack ${missing[0]?.name} in ${missing.map(({ region }) => region).join(', ')}, and the stage says no template to make it of.`,
    retry: false,
    advice: 'Make it in an earlier stage, or give the stage a template.',
  });
}

const shown = (set: ChangeSet): JsonObject => ({
  account: set.account,
  region: set.region,
  stackName: set.name,
  changeSetName: set.changeSet,
  changeSetId: set.id,
  state: set.state,
  changes: set.changes,
});

async function drop(run: Run, set: ChangeSet): Promise<void> {
  const { account, region, name, changeSet, state } = set;
  const what = { kind: 'changeSet', account, region, name: `${name}/${changeSet}`, action: 'remove' } as const;
  const settle = await run.intend({ ...what, before: { state } });
  await run.ports.stacks.removeChangeSet(set, run.operation(`drop:${keyOf(set)}`));
  settle('done');
}

/** Waits until the change sets are made. One without changes is removed: there is nothing to execute. */
export async function awaitChangeSets(run: Run): Promise<TaskResult> {
  const refs = changeSetsOf(run);
  const sets = await Promise.all(refs.map((ref) => run.ports.stacks.readChangeSet(ref)));
  const broken = sets.find((set) => set?.state === 'failed');
  if (broken)
    return failed({
      code: 'stack.change-set-failed',
      message: `Change set ${broken.changeSet} of stack ${broken.name} could not be made in ${broken.account} ${broken.region}: ${broken.reason ?? 'AWS gives no reason.'}`,
      retry: false,
      advice: 'Mend the template or its parameters, delete the change set and restart the stage.',
      details: { changeSetId: broken.id, region: broken.region },
    });
  // Removed by an earlier round that was cut short right after.
  const making = sets.filter((set) => set?.state === 'making');
  if (making.length > 0) return again(POLL_MS, `change set ${refs[0]?.changeSet} of stack ${refs[0]?.name}`);
  for (const set of sets) if (set?.state === 'empty') await drop(run, set);
  const ready = sets.filter((set) => set?.state === 'ready');
  const changeSets = sets.flatMap((set) => (set ? [shown(set)] : []));
  return succeeded(
    { ...(await outputsOf(run)), changeSets },
    { plannedIn: ready.flatMap((set) => set?.region ?? []), stackOperations: {} },
  );
}

const replacedBy = (sets: readonly (ChangeSet | null)[]): readonly string[] => [
  ...new Set(
    sets.flatMap((set) =>
      (set?.changes ?? [])
        .filter(({ replacement }) => replacement !== 'no')
        .map(({ resource, replacement }) => (replacement === 'maybe' ? `${resource} (perhaps)` : resource)),
    ),
  ),
];

/** Lets a change set that would replace resources pass, leaves it, fails, or asks a person. */
export async function judgeChangeSets(run: Run): Promise<TaskResult> {
  const sets = await Promise.all(plannedSets(run).map((ref) => run.ports.stacks.readChangeSet(ref)));
  const replaced = replacedBy(sets);
  if (replaced.length === 0) return succeeded();
  const { actionOnReplacement, changeSetExecutionChoice, lastModifiedBy } = run.context;
  const asks = !actionOnReplacement || actionOnReplacement === 'ask';
  const choice = asks ? changeSetExecutionChoice?.toLowerCase() : actionOnReplacement;
  if (choice === 'execute') return succeeded();
  if (choice === 'skip') return succeeded(undefined, { plannedIn: [] });
  if (choice === 'fail')
    return failed({
      code: 'stack.would-replace',
      message: `Change set ${run.context.changeSetName} of stack ${run.context.stackName} would replace ${replaced.join(', ')}, and ${asks ? `${lastModifiedBy || 'the person asked'} decided to fail` : 'the stage is set to fail then'}.`,
      retry: false,
      advice: 'Look at the change set. To let it replace them, restart the stage and decide to execute it.',
    });
  const until = run.task.startTime + DECISION_LIMIT_MS;
  const reason = `a person to decide whether to replace ${replaced.join(', ')}`;
  return waitFor({ kind: 'person', reason, until });
}

export async function executeChangeSets(run: Run): Promise<TaskResult> {
  return beginAll(run, plannedSets(run), 'execute', (ref, operation) =>
    run.ports.stacks.executeChangeSet(ref, operation),
  );
}
