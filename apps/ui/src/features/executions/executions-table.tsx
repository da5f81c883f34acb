import { type Execution, isComplete } from '@gennaker/pipeline-dsl';
import { Ago, type Column, Elapsed, StatusMark, Table } from '@gennaker/ui-kit';
import { Link } from '@tanstack/react-router';
import { failuresOf, parameterLine, shortId, topOf, waitingForPeople } from '../execution/facts.ts';
import { executionSentence } from '../execution/sentence.ts';
import { StageBar } from './stage-bar.tsx';
import { Starter } from './starter.tsx';

/** Kind of wait that colours a row. */
export const rowWait = (execution: Execution): string | null =>
  waitingForPeople(execution).length > 0 ? 'person' : (execution.wait?.kind ?? null);

/** Why a run did not get to its end: the authored stage that failed and its reason, or who canceled it and why. */
function endedEarly(execution: Execution): string {
  if (execution.status === 'CANCELED') return executionSentence(execution).text;
  const failure = execution.status === 'TERMINAL' ? failuresOf(execution)[0] : undefined;
  return failure ? `${topOf(execution.stages, failure.stage).name}: ${failure.message}` : '';
}

/** What a row says: what it waits for while it runs, where and why it failed or was canceled, else its parameters. */
export function rowText(execution: Execution): string {
  const parameters = parameterLine(execution);
  if (!isComplete(execution.status)) return executionSentence(execution).text || parameters;
  return [endedEarly(execution), parameters].filter(Boolean).join(' · ');
}

const columns: ReadonlyArray<Column<Execution>> = [
  {
    id: 'status',
    label: 'Status',
    width: '7rem',
    cell: (row) => <StatusMark status={row.status} waitsFor={rowWait(row)} />,
  },
  {
    id: 'name',
    label: 'Execution',
    width: '13rem',
    cell: (row) => (
      <Link
        to="/apps/$app/executions/$id"
        params={{ app: row.application, id: row.id }}
        className="row-link row-name"
        title={row.name}
      >
        <span className="gk-clip">{row.name}</span> <span className="gk-muted gk-mono">#{shortId(row.id)}</span>
      </Link>
    ),
  },
  { id: 'stages', label: 'Stages', width: '6.75rem', cell: (row) => <StageBar stages={row.stages} /> },
  {
    id: 'what',
    label: 'What',
    cell: (row) => (
      <span className={row.status === 'TERMINAL' ? 'gk-muted three-lines' : 'gk-muted two-lines'} title={rowText(row)}>
        {rowText(row)}
      </span>
    ),
  },
  {
    id: 'by',
    label: 'Started by',
    width: '9rem',
    cell: (row) => <Starter execution={row} />,
  },
  { id: 'when', label: 'When', width: '6.5rem', cell: (row) => <Ago at={row.startTime ?? row.buildTime} /> },
  {
    id: 'took',
    label: 'Took',
    width: '6.25rem',
    numeric: true,
    cell: (row) => (row.startTime === null ? null : <Elapsed from={row.startTime} to={row.endTime} />),
  },
];

/** Executions as rows. */
export function ExecutionsTable({ rows, label }: { readonly rows: readonly Execution[]; readonly label: string }) {
  return <Table fixed label={label} columns={columns} rows={rows} keyOf={(row) => row.id} />;
}
