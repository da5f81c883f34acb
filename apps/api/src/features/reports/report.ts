import { isAsBefore, type Sight, type Thing, thingKey, thingsOf } from '@gennaker/catalog/executors';
import { type Execution, isComplete } from '@gennaker/pipeline-dsl';
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
  return {
    executionId: execution.id,
    ended,
    created: created.map((each) => ({ ...entry(each), there: isThere(each) })),
    changed: changed.map((each) => ({ ...entry(each), ...comparison(each) })),
    removed: removed.map(entry),
    kept: kept.map((each) => ({ ...entry(each), why: whyKept(each) })),
    unsettled: things.flatMap((each) => unsettledOf(each).map((row) => ({ ...entry(each), ...unknown(row) }))),
    cleanUp: ended ? things.flatMap(({ now }) => (now?.leftovers ?? []).map((rest) => ({ ...rest }))) : [],
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
