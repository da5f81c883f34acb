import { type Execution, isComplete, type Stage } from '@gennaker/pipeline-dsl';
import { Ago, type Column, Elapsed, StatusMark, Table } from '@gennaker/ui-kit';
import { Link } from '@tanstack/react-router';
import { failureOf, failuresOf, parameterLine, shortId, startedBy, waitingForPeople } from '../execution/facts.ts';
import { executionSentence } from '../execution/sentence.ts';
import { StageBar } from './stage-bar.tsx';

/** Kind of wait that colours a row. */
export const rowWait = (execution: Execution): string | null =>
  waitingForPeople(execution).length > 0 ? 'person' : (execution.wait?.kind ?? null);

/** Lists come without the inputs of stages, and so often without the reason. */
function failedText(stage: Stage): string {
  const reason = failureOf(stage)?.message;
  return reason ? `failed at “${stage.name}”: ${reason}` : `failed at “${stage.name}”`;
}

/** What a row says: what it waits for while it runs, where it failed, else what it was started with. */
export function rowText(execution: Execution): string {
  const parameters = parameterLine(execution);
  if (!isComplete(execution.status)) return executionSentence(execution).text || parameters;
  const failed = execution.status === 'TERMINAL' ? failuresOf(execution)[0] : undefined;
  return [parameters, failed ? failedText(failed.stage) : ''].filter(Boolean).join(' · ');
}

const columns: ReadonlyArray<Column<Execution>> = [
  {
    id: 'status',
    label: 'Status',
    width: '7.5rem',
    cell: (row) => <StatusMark status={row.status} waitsFor={rowWait(row)} />,
  },
  {
    id: 'name',
    label: 'Execution',
    width: '13rem',
    cell: (row) => (
      <Link to="/apps/$app/executions/$id" params={{ app: row.application, id: row.id }} className="row-link">
        {row.name} <span className="gk-muted gk-mono">#{shortId(row.id)}</span>
      </Link>
    ),
  },
  { id: 'stages', label: 'Stages', width: '6.5rem', cell: (row) => <StageBar stages={row.stages} /> },
  {
    id: 'what',
    label: 'What',
    cell: (row) => (
      <span className="gk-muted two-lines" title={rowText(row)}>
        {rowText(row)}
      </span>
    ),
  },
  {
    id: 'by',
    label: 'Started',
    width: '9.5rem',
    cell: (row) => (
      <span className="gk-muted gk-clip block" title={startedBy(row)}>
        {startedBy(row)}
      </span>
    ),
  },
  { id: 'when', label: 'When', width: '6.5rem', cell: (row) => <Ago at={row.startTime ?? row.buildTime} /> },
  {
    id: 'took',
    label: 'Took',
    width: '6rem',
    numeric: true,
    cell: (row) => (row.startTime === null ? null : <Elapsed from={row.startTime} to={row.endTime} />),
  },
];

/** Executions as rows. */
export function ExecutionsTable({ rows, label }: { readonly rows: readonly Execution[]; readonly label: string }) {
  return <Table fixed label={label} columns={columns} rows={rows} keyOf={(row) => row.id} />;
}
