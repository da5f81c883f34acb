import { type Execution, isComplete } from '@gennaker/pipeline-dsl';
import { type Column, Table } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import type { Answer } from '../../client/call.ts';
import { ledgerQuery } from '../../client/queries.ts';

type Effect = Answer<'executionEffects'>[number];
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const DONE: Readonly<Record<string, string>> = { create: 'Made', change: 'Changed', remove: 'Removed' };
const MEANT: Readonly<Record<string, string>> = { create: 'Making', change: 'Changing', remove: 'Removing' };

/** "Made", "Changing (not seen yet)", … */
export function effectWord(effect: Readonly<Record<string, unknown>>): string {
  const action = text(effect.action);
  if (effect.state === 'done') return DONE[action] ?? action;
  if (effect.state === 'absent') return `${DONE[action] ?? action}: not found afterwards`;
  return `${MEANT[action] ?? action}: not seen yet`;
}

/** Names of what a run made and that is still there, and of what it made and took away again. */
export function leftBehind(effects: readonly Effect[]): { made: string[]; removed: string[] } {
  const named = (action: string) => effects.filter((one) => text(one.action) === action).map((one) => one.name);
  const gone = new Set(named('remove'));
  const created = [...new Set(named('create'))];
  return { made: created.filter((name) => !gone.has(name)), removed: created.filter((name) => gone.has(name)) };
}

/** What a changed object was like before: "served, 3 instances (2 to 4)". */
export function beforeText(effect: Readonly<Record<string, unknown>>): string {
  const before = effect.before as { traffic?: unknown; capacity?: Record<string, unknown> } | null | undefined;
  if (!before) return '';
  const traffic = { enabled: 'serving', disabled: 'disabled', partial: 'partly serving' }[text(before.traffic)];
  const size = before.capacity;
  const sizes = size ? `wanted ${size.desired}, min ${size.min}, max ${size.max}` : '';
  return [traffic, sizes].filter(Boolean).join(', ');
}

const byStage = (execution: Execution, effect: Effect): string =>
  execution.stages.find((stage) => stage.id === effect.stageId)?.name ?? '';

const columnsFor = (execution: Execution): ReadonlyArray<Column<Effect>> => [
  { id: 'word', label: 'What happened', width: '12rem', cell: effectWord },
  { id: 'kind', label: 'Kind', cell: (row) => row.kind.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase() },
  { id: 'name', label: 'Name', cell: (row) => <span className="gk-mono">{row.name}</span> },
  { id: 'by', label: 'By stage', cell: (row) => byStage(execution, row) },
  { id: 'before', label: 'Was before', cell: (row) => <span className="gk-muted">{beforeText(row)}</span> },
  { id: 'where', label: 'Where', cell: (row) => [text(row.account), text(row.region)].filter(Boolean).join(' · ') },
];

/** What this run made, changed and removed in the cloud. */
export function Ledger({ execution }: { readonly execution: Execution }) {
  const query = useQuery(ledgerQuery(execution.id, !isComplete(execution.status)));
  const rows = query.data ?? [];
  if (rows.length === 0)
    return (
      <p className="ledger ledger-empty gk-muted">
        {query.isPending
          ? 'What this run made, changed and removed'
          : `This run has made, changed and removed nothing in the cloud${isComplete(execution.status) ? '' : ' so far'}.`}
      </p>
    );
  const open = rows.filter((row) => row.state !== 'done').length;
  return (
    <details className="ledger">
      <summary>
        What this run made, changed and removed <span className="gk-muted">· {rows.length}</span>
        {open > 0 ? <span className="gk-chip ml-2">{open} not confirmed</span> : null}
      </summary>
      <div className="max-h-56 overflow-auto px-2">
        <Table
          label="What this run made, changed and removed"
          columns={columnsFor(execution)}
          rows={rows}
          keyOf={(row) => [row.kind, row.name, text(row.region), text(row.action), rows.indexOf(row)].join('|')}
        />
      </div>
    </details>
  );
}
