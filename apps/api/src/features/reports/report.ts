import type { ServerGroup } from '@gennaker/catalog/kit';
import { type Execution, isComplete, isJsonObject, type JsonObject, type Stage } from '@gennaker/pipeline-dsl';
import type { ExecutionReport, Leftover } from '@gennaker/pipeline-dsl/contract';
import type { LedgerRow } from '../../persistence/index.ts';

/** What the cloud says now of a server group; undefined = it could not be read. */
export type Look = (row: LedgerRow) => ServerGroup | null | undefined;

/** One object of the cloud and all that the execution did to it, oldest first. */
interface Touched {
  readonly rows: readonly LedgerRow[];
  readonly last: LedgerRow;
  readonly now: ServerGroup | null | undefined;
}

const PICTURED = ['traffic', 'capacity', 'suspendedProcesses'] as const;

/** What an execution did to the cloud, what of it is still there, and why. */
export function reportOf(execution: Execution, rows: readonly LedgerRow[], look: Look): ExecutionReport {
  const stages = new Map(execution.stages.map((stage) => [stage.id, stage]));
  const ended = isComplete(execution.status);
  const objects = [...byObject(rows).values()].map((each): Touched => {
    const last = each.at(-1)!;
    return { rows: each, last, now: last.kind === 'serverGroup' ? look(last) : undefined };
  });
  const entry = ({ last: { kind, account, region, name, stageId, at } }: Touched) => ({
    kind,
    account,
    region,
    name,
    stageId,
    stageName: stages.get(stageId)?.name ?? '',
    at,
  });
  const created = objects.filter((each) => isCreated(each));
  const removed = objects.filter((each) => isRemoved(each));
  const changed = objects.filter((each) => !removed.includes(each) && changesOf(each).length > 0);
  const kept = created.filter((each) => !removed.includes(each) && each.now !== null);
  return {
    executionId: execution.id,
    ended,
    created: created.map((each) => ({ ...entry(each), there: isThere(each) })),
    changed: changed.map((each) => ({ ...entry(each), ...comparison(each) })),
    removed: removed.map(entry),
    kept: kept.map((each) => ({ ...entry(each), why: whyKept(each, makerOf(each, stages)) })),
    unsettled: objects.flatMap((each) => unsettledOf(each).map((row) => ({ ...entry(each), ...unknown(row) }))),
    cleanUp: ended ? objects.flatMap((each) => leftoverOf(each, makerOf(each, stages))) : [],
  };
}

/** Entries that a look has shown to be so, or not. A change tells nothing by itself unless the object is gone. */
export function settledBy(rows: readonly LedgerRow[], look: Look): Array<LedgerRow & { state: 'done' | 'absent' }> {
  return rows.flatMap((row) => {
    const now = row.state === 'intended' && row.kind === 'serverGroup' ? look(row) : undefined;
    if (now === undefined) return [];
    if (row.action === 'create') return [{ ...row, state: now ? ('done' as const) : ('absent' as const) }];
    if (row.action === 'remove') return now === null ? [{ ...row, state: 'done' as const }] : [];
    return now === null
      ? []
      : [{ ...row, state: isAsBefore(row.before, now) ? ('absent' as const) : ('done' as const) }];
  });
}

function byObject(rows: readonly LedgerRow[]): Map<string, LedgerRow[]> {
  const found = new Map<string, LedgerRow[]>();
  for (const row of rows) {
    const key = [row.kind, row.account, row.region, row.name].join(' ');
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  return found;
}

const isCreated = ({ rows, now }: Touched): boolean =>
  rows.some(({ action, state }) => action === 'create' && (state === 'done' || (state === 'intended' && now)));
const isRemoved = ({ rows, now }: Touched): boolean =>
  rows.some(({ action, state }) => action === 'remove' && (state === 'done' ? !now : now === null));
const changesOf = ({ rows }: Touched): readonly LedgerRow[] =>
  rows.filter(({ action, state }) => action === 'change' && state !== 'absent');
const isThere = (touched: Touched): boolean | null =>
  isRemoved(touched) ? false : touched.now === undefined ? null : touched.now !== null;
const unsettledOf = ({ rows }: Touched): readonly LedgerRow[] => rows.filter(({ state }) => state === 'intended');

const unknown = ({ action, kind, name }: LedgerRow) => ({
  action,
  why: `The call to ${action} ${kind} ${name} was cut off or is under way, and nobody has seen yet what became of it.`,
});

function pictureOf(group: ServerGroup): JsonObject {
  const { traffic, capacity, suspendedProcesses } = group;
  return { traffic, capacity, suspendedProcesses: [...suspendedProcesses] };
}

function comparison(touched: Touched) {
  const before = changesOf(touched)[0]?.before ?? null;
  const { now } = touched;
  return {
    before,
    now: now ? pictureOf(now) : null,
    asBefore: before && now ? isAsBefore(before, now) : null,
  };
}

function isAsBefore(before: JsonObject | null, now: ServerGroup): boolean {
  const picture = pictureOf(now);
  const canonical = (value: unknown): string =>
    JSON.stringify(Array.isArray(value) ? [...value].sort() : sorted(value));
  return PICTURED.every((key) => before?.[key] === undefined || canonical(before[key]) === canonical(picture[key]));
}

const sorted = (value: unknown): unknown =>
  isJsonObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

/** The stage that made the object, if this execution did. */
function makerOf({ rows }: Touched, stages: ReadonlyMap<string, Stage>): Stage | undefined {
  const made = rows.find(({ action, state }) => action === 'create' && state !== 'absent');
  return made && stages.get(made.stageId);
}

const isEmpty = ({ capacity, instances }: ServerGroup): boolean => capacity.max === 0 && instances.length === 0;

/** Nobody uses it: it takes no traffic, or has nothing that could. */
const isUnused = (group: ServerGroup): boolean => group.traffic === 'disabled' || isEmpty(group);

const cameUp = (maker: Stage): boolean =>
  maker.status === 'SUCCEEDED' || typeof maker.context['neededInstances'] === 'number';

function whyKept({ now, last }: Touched, maker: Stage | undefined): string {
  if (now === undefined || now === null) return `Nothing of this execution removes ${last.kind} ${last.name}.`;
  if (!isUnused(now)) {
    const up = now.instances.filter(({ health }) => health === 'Up').length;
    return `It is in traffic: ${up} of ${now.instances.length} instances are healthy.`;
  }
  if (maker && cameUp(maker)) return 'It is out of traffic and came up once: a rollback may restore it.';
  return `It is ${isEmpty(now) ? 'empty' : 'out of traffic'} and never came up; cleaning up removes it.`;
}

function leftoverOf({ rows, now, last }: Touched, maker: Stage | undefined): Leftover[] {
  if (!now || now.beingDeleted) return [];
  const place = { account: last.account, region: last.region, name: last.name };
  if (maker) {
    if (!isUnused(now) || cameUp(maker)) return [];
    return [{ ...place, action: 'destroy', why: 'It takes no traffic and never came up.' }];
  }
  const before = rows.find(({ action, before }) => action === 'change' && before)?.before?.['capacity'];
  const min = isJsonObject(before) ? Number(before['min']) : Number.NaN;
  const isPinned = now.intendedCapacity !== null && now.capacity.max > 0 && min < now.capacity.min;
  if (!isPinned) return [];
  return [
    { ...place, action: 'unpin', min, why: `Its least size was raised to ${now.capacity.min} and not given back.` },
  ];
}
