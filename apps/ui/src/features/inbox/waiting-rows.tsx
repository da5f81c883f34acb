import type { Execution, Stage } from '@gennaker/pipeline-dsl';
import { Ago, type Column, plainText, Remaining, StatusMark, Table } from '@gennaker/ui-kit';
import { Link } from '@tanstack/react-router';
import { parameterLine, topOf, waitingForPeople } from '../execution/facts.ts';
import { Starter } from '../executions/starter.tsx';

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

const columnsFor = (inOneApplication: boolean): ReadonlyArray<Column<WaitingRow>> => [
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
          className="row-link two-lines"
          title={row.stage.name}
        >
          {row.stage.name}
        </Link>
        <span className="gk-muted gk-clip block" title={instructionsOf(row)}>
          {instructionsOf(row)}
        </span>
      </>
    ),
  },
  {
    id: 'where',
    label: 'Pipeline',
    width: '13rem',
    cell: ({ execution }) => (
      <>
        <span className="gk-clip block" title={execution.name}>
          {execution.name}
        </span>
        {inOneApplication ? null : <span className="gk-muted gk-clip block">in {execution.application}</span>}
      </>
    ),
  },
  {
    id: 'what',
    label: 'With',
    width: '11rem',
    cell: ({ execution }) => (
      <span className="gk-muted two-lines" title={parameterLine(execution)}>
        {parameterLine(execution)}
      </span>
    ),
  },
  {
    id: 'by',
    label: 'Started by',
    width: '9rem',
    cell: ({ execution }) => <Starter execution={execution} />,
  },
  {
    id: 'since',
    label: 'Waits since',
    width: '6.5rem',
    cell: ({ stage }) => <Ago at={stage.wait?.since ?? null} />,
  },
  {
    id: 'deadline',
    label: 'Times out',
    width: '6.5rem',
    cell: ({ stage }) => (stage.wait?.until ? <Remaining until={stage.wait.until} /> : null),
  },
];

interface WaitingRowsProps {
  readonly executions: readonly Execution[];
  /** The screen is about one application: its name is not said again in each row. */
  readonly inOneApplication?: boolean;
}

/** Stages that wait for people, as rows. */
export function WaitingRows({ executions, inOneApplication = false }: WaitingRowsProps) {
  return (
    <Table
      fixed
      label="Waiting for a person"
      columns={columnsFor(inOneApplication)}
      rows={waitingRowsOf(executions)}
      keyOf={(row) => row.stage.id}
    />
  );
}
