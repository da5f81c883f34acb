import type { Execution, Stage } from '@gennaker/pipeline-dsl';
import { Ago, type Column, plainText, Remaining, StatusMark, Table } from '@gennaker/ui-kit';
import { Link } from '@tanstack/react-router';
import { parameterLine, startedBy, topOf, waitingForPeople } from '../execution/facts.ts';

interface WaitingRow {
  readonly execution: Execution;
  readonly stage: Stage;
}

/** Everything that waits, nearest deadline first, then oldest first. */
export function waitingRowsOf(executions: readonly Execution[]): WaitingRow[] {
  return executions
    .flatMap((execution) => waitingForPeople(execution).map((stage) => ({ execution, stage })))
    .sort((a, b) => {
      const deadlines = (a.stage.wait?.until ?? Infinity) - (b.stage.wait?.until ?? Infinity);
      return deadlines || (a.stage.wait?.since ?? 0) - (b.stage.wait?.since ?? 0);
    });
}

const instructionsOf = ({ stage }: WaitingRow): string =>
  typeof stage.context.instructions === 'string' ? plainText(stage.context.instructions) : '';

const columns: ReadonlyArray<Column<WaitingRow>> = [
  { id: 'status', label: 'Status', width: '7rem', cell: () => <StatusMark status="RUNNING" waitsFor="person" /> },
  {
    id: 'asked',
    label: 'Asked',
    cell: (row) => (
      <>
        <Link
          to="/apps/$app/executions/$id"
          params={{ app: row.execution.application, id: row.execution.id }}
          search={{ stage: topOf(row.execution.stages, row.stage).refId }}
          className="row-link"
        >
          {row.stage.name}
        </Link>
        <span className="gk-muted two-lines" title={instructionsOf(row)}>
          {instructionsOf(row)}
        </span>
      </>
    ),
  },
  {
    id: 'where',
    label: 'Pipeline',
    cell: ({ execution }) => (
      <span>
        {execution.name} <span className="gk-muted">in {execution.application}</span>
      </span>
    ),
  },
  { id: 'what', label: 'With', cell: ({ execution }) => <span className="gk-muted">{parameterLine(execution)}</span> },
  { id: 'by', label: 'Started', cell: ({ execution }) => <span className="gk-muted">{startedBy(execution)}</span> },
  { id: 'since', label: 'Waits since', cell: ({ stage }) => <Ago at={stage.wait?.since ?? null} /> },
  {
    id: 'deadline',
    label: 'Times out',
    cell: ({ stage }) => (stage.wait?.until ? <Remaining until={stage.wait.until} /> : null),
  },
];

/** Stages that wait for people, as rows. */
export function WaitingRows({ executions }: { readonly executions: readonly Execution[] }) {
  return (
    <Table
      label="Waiting for a person"
      columns={columns}
      rows={waitingRowsOf(executions)}
      keyOf={(row) => row.stage.id}
    />
  );
}
