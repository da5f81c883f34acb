import { isAsBefore, type Sight, type Thing, thingKey, thingsOf } from '@gennaker/catalog/executors';
import { type Execution, isComplete, isJsonObject, type Stage, type Status } from '@gennaker/pipeline-dsl';
import type { ExecutionReport } from '@gennaker/pipeline-dsl/contract';
import type { LedgerRow } from '../../persistence/index.ts';

/** What the cloud shows now, by `thingKey`; what could not be read is missing. */
export type Sights = ReadonlyMap<string, Sight>;

/** One thing of the cloud, all that the execution did to it, and what the cloud shows of it now. */
interface Touched {
  readonly thing: Thing;
  readonly rows: readonly LedgerRow[];
  readonly now: Sight | undefined;
}

/** What an execution did to the cloud, what of it is still there, and why. */
export function reportOf(execution: Execution, rows: readonly LedgerRow[], sights: Sights): ExecutionReport {
  const stages = new Map(execution.stages.map((stage) => [stage.id, stage]));
  const ended = isComplete(execution.status);
  const things = thingsOf(execution, rows).map((thing): Touched => {
    const own = rows.filter((row) => thingKey(row) === thingKey(thing));
    return { thing, rows: own, now: sights.get(thingKey(thing)) };
  });
  const entry = ({ rows: own }: Touched) => {
    const { kind, account, region, name, stageId, at } = own.at(-1)!;
    return { kind, account, region, name, stageId, stageName: stages.get(stageId)?.name ?? '', at };
  };
  const created = things.filter(isCreated);
  const removed = things.filter(isRemoved);
  const changed = things.filter((each) => !removed.includes(each) && changesOf(each).length > 0);
  const kept = created.filter((each) => !removed.includes(each) && each.now?.there !== false);
  const cleanUp = ended ? things.flatMap(({ now }) => (now?.leftovers ?? []).map((rest) => ({ ...rest }))) : [];
  return {
    executionId: execution.id,
    ended,
    summary: summaryOf(execution, { touched: things.length, left: cleanUp.length }),
    created: created.map((each) => ({ ...entry(each), there: isThere(each), why: whyCreated(each, removed, stages) })),
    changed: changed.map((each) => ({ ...entry(each), ...comparison(each), why: whyChanged(each) })),
    removed: removed.map((each) => ({ ...entry(each), why: whyRemoved(each, stages) })),
    kept: kept.map((each) => ({ ...entry(each), why: whyKept(each) })),
    unsettled: things.flatMap((each) => unsettledOf(each).map((row) => ({ ...entry(each), ...unknown(row) }))),
    cleanUp,
  };
}

/** Entries that a look has shown to be so, or not. Of a change to a thing that is gone nothing is left. */
export function settledBy(rows: readonly LedgerRow[], sights: Sights): Array<LedgerRow & { state: 'done' | 'absent' }> {
  return rows.flatMap((row) => {
    const now = row.state === 'intended' ? sights.get(thingKey(row)) : undefined;
    if (!now) return [];
    if (row.action === 'create') return [{ ...row, state: now.there ? ('done' as const) : ('absent' as const) }];
    if (row.action === 'remove') return now.there ? [] : [{ ...row, state: 'done' as const }];
    if (!now.there) return [{ ...row, state: 'absent' as const }];
    return [{ ...row, state: isAsBefore(row.before, now.picture) ? ('absent' as const) : ('done' as const) }];
  });
}

const isCreated = ({ rows, now }: Touched): boolean =>
  rows.some(({ action, state }) => action === 'create' && (state === 'done' || (state === 'intended' && now?.there)));
const isRemoved = ({ rows, now }: Touched): boolean =>
  rows.some(({ action, state }) => action === 'remove' && (state === 'done' ? !now?.there : now?.there === false));
const changesOf = ({ rows }: Touched): readonly LedgerRow[] =>
  rows.filter(({ action, state }) => action === 'change' && state !== 'absent');
const isThere = (touched: Touched): boolean | null => (isRemoved(touched) ? false : (touched.now?.there ?? null));
const unsettledOf = ({ rows }: Touched): readonly LedgerRow[] => rows.filter(({ state }) => state === 'intended');

type Stages = ReadonlyMap<string, Stage>;

const nameIn = (stages: Stages, stageId: string | undefined): string => stages.get(stageId ?? '')?.name ?? 'unknown';

function whyCreated(each: Touched, removed: readonly Touched[], stages: Stages): string {
  const { rows, now } = each;
  const maker = `Stage ${nameIn(stages, rows.find(({ action }) => action === 'create')?.stageId)} made it`;
  if (removed.includes(each)) return `${maker}. ${whyRemoved(each, stages)}`;
  if (!now) return `${maker}; whether it is there now could not be read.`;
  return now.there ? `${maker}. ${now.why}` : `${maker}, and it is gone: somebody else has removed it.`;
}

function whyChanged(each: Touched): string {
  const { thing, now } = each;
  if (!now) return 'What it is like now could not be read.';
  if (!now.there) return 'It is gone: somebody else has removed it.';
  if (comparison(each).asBefore) return 'It is as it was before.';
  const { purpose } = thing;
  return purpose?.status === 'SUCCEEDED' ? `Stage ${purpose.name} was to change it.` : now.why;
}

function whyRemoved({ rows }: Touched, stages: Stages): string {
  const removal = rows.findLast(({ action }) => action === 'remove');
  const stage = `Stage ${nameIn(stages, removal?.stageId)}`;
  return removal?.state === 'done'
    ? `${stage} removed it.`
    : `${stage} was to remove it; the call was cut off, and it is gone.`;
}

const ENDINGS: Readonly<Partial<Record<Status, string>>> = {
  SUCCEEDED: 'The execution succeeded',
  CANCELED: 'The execution was canceled',
  TERMINAL: 'The execution failed',
};

/** A stage ran out of time: the failure that the engine gives it then. */
const timedOut = ({ stages }: Execution): Stage | undefined =>
  stages.find(
    ({ status, context }) =>
      status === 'TERMINAL' &&
      isJsonObject(context['exception']) &&
      context['exception']['exceptionType'] === 'TimeoutException',
  );

function endingOf(execution: Execution): string {
  const { status, canceledBy, cancellationReason } = execution;
  if (!isComplete(status)) return `The execution is ${status}; what is told here may change.`;
  const late = status === 'TERMINAL' ? timedOut(execution) : undefined;
  if (late) return `The execution failed: stage ${late.name} ran out of time.`;
  const by = status === 'CANCELED' && canceledBy ? ` by ${canceledBy}` : '';
  const why = status === 'CANCELED' && cancellationReason ? `: ${cancellationReason}` : '';
  return `${ENDINGS[status] ?? `The execution ended as ${status}`}${by}${why}.`;
}

function summaryOf(execution: Execution, { touched, left }: { touched: number; left: number }): string {
  const ending = endingOf(execution);
  if (touched === 0) return `${ending} It has changed nothing in the cloud.`;
  if (!isComplete(execution.status)) return ending;
  if (left === 0) return `${ending} Nothing is left to clean up.`;
  return `${ending} ${left === 1 ? 'One thing is' : `${left} things are`} left to clean up.`;
}

const whyKept = ({ thing, now }: Touched): string =>
  now ? now.why : `Nothing of this execution removes ${thing.kind} ${thing.name}.`;

const unknown = ({ action, kind, name }: LedgerRow) => ({
  action,
  why: `The call to ${action} ${kind} ${name} was cut off or is under way, and nobody has seen yet what became of it.`,
});

function comparison(touched: Touched) {
  const before = changesOf(touched)[0]?.before ?? null;
  const { now } = touched;
  return {
    before,
    now: now?.there ? now.picture : null,
    asBefore: before && now?.there ? isAsBefore(before, now.picture) : null,
  };
}
