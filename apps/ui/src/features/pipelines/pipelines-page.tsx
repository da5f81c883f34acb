import type { Execution } from '@gennaker/pipeline-dsl';
import { Ago, Button, type Column, EmptyState, StatusIcon, statusFace, Table } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Hand, Play, Plus, Webhook, Workflow } from 'lucide-react';
import { Loaded } from '../../app/query-states.tsx';
import { executionsQuery, pipelinesQuery, type StoredPipeline } from '../../client/queries.ts';
import { shortId } from '../execution/facts.ts';
import { rowWait } from '../executions/executions-table.tsx';
import { StartDialog } from './start-dialog.tsx';

const route = getRouteApi('/apps/$app/pipelines');

/** Pipelines of an application with how they are started and how they did last. */
export function PipelinesPage() {
  const { app } = route.useParams();
  const { q, start } = route.useSearch();
  const navigate = route.useNavigate();
  const pipelines = useQuery(pipelinesQuery(app));
  const executions = useQuery(executionsQuery(app, { size: 200 }));
  const setStart = (id: string | undefined) => void navigate({ search: (old) => ({ ...old, start: id }) });
  const starting = pipelines.data?.find((pipeline) => pipeline.id === start);
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="gk-title">Pipelines</h1>
        <div className="filter" data-filter>
          <input
            className="gk-input"
            type="search"
            aria-label="Filter pipelines"
            placeholder="Filter by name"
            value={q ?? ''}
            onChange={(event) =>
              void navigate({ search: (old) => ({ ...old, q: event.target.value || undefined }), replace: true })
            }
          />
        </div>
        <Link to="/apps/$app/pipelines/new" params={{ app }} className="gk-button" data-look="primary">
          <Plus size={14} aria-hidden /> New pipeline
        </Link>
      </div>
      <Loaded query={pipelines} what="pipelines">
        {(all) =>
          all.length === 0 ? (
            <EmptyState
              title="No pipelines yet"
              icon={<Workflow size={20} aria-hidden />}
              action={
                <Link to="/apps/$app/pipelines/new" params={{ app }} className="gk-button" data-look="primary">
                  Build the first pipeline
                </Link>
              }
            >
              A pipeline is a graph of stages: find an image, ask a person, deploy, wait, call someone.
            </EmptyState>
          ) : (
            <Pipelines
              app={app}
              all={all}
              q={q ?? ''}
              columns={columnsFor(executions.data ?? [], (id) => setStart(id))}
            />
          )
        }
      </Loaded>
      {starting ? <StartDialog pipeline={starting} onClose={() => setStart(undefined)} /> : null}
    </div>
  );
}

interface PipelinesProps {
  readonly app: string;
  readonly all: readonly StoredPipeline[];
  readonly q: string;
  readonly columns: ReadonlyArray<Column<StoredPipeline>>;
}

function Pipelines({ app, all, q, columns }: PipelinesProps) {
  const rows = all.filter((one) => one.name.toLowerCase().includes(q.toLowerCase()));
  if (rows.length === 0)
    return (
      <EmptyState
        title="No pipelines match"
        action={
          <Link to="/apps/$app/pipelines" params={{ app }}>
            Clear the filter
          </Link>
        }
      >
        {all.length} {all.length === 1 ? 'pipeline' : 'pipelines'} without the filter “{q}”.
      </EmptyState>
    );
  return <Table fixed label="Pipelines" columns={columns} rows={rows} keyOf={(one) => one.id} />;
}

function columnsFor(
  executions: readonly Execution[],
  onStart: (id: string) => void,
): ReadonlyArray<Column<StoredPipeline>> {
  const runsOf = (pipeline: StoredPipeline) => executions.filter((one) => one.pipelineConfigId === pipeline.id);
  return [
    {
      id: 'name',
      label: 'Pipeline',
      cell: (row) => (
        <div className="py-1.5">
          <div className="flex items-center gap-2">
            <Link
              to="/apps/$app/pipelines/$id/edit"
              params={{ app: row.application, id: row.id }}
              className="row-link gk-clip"
              title={row.name}
            >
              {row.name}
            </Link>
            {row.disabled ? <span className="gk-chip flex-none">Disabled</span> : null}
          </div>
          {row.description ? (
            <div className="gk-muted two-lines" title={row.description}>
              {row.description}
            </div>
          ) : null}
        </div>
      ),
    },
    { id: 'triggers', label: 'Started by', width: '16rem', cell: (row) => <Triggers pipeline={row} /> },
    { id: 'runs', label: 'Last runs', width: '9.5rem', cell: (row) => <RunDots runs={runsOf(row)} /> },
    { id: 'last', label: 'Last run', width: '7rem', cell: (row) => <Ago at={runsOf(row)[0]?.buildTime ?? null} /> },
    { id: 'version', label: 'Version', width: '5rem', numeric: true, cell: (row) => `v${row.version}` },
    {
      id: 'actions',
      label: 'Actions',
      quiet: true,
      width: '11.5rem',
      cell: (row) => (
        <span className="flex justify-end gap-2">
          <Link
            className="gk-button"
            data-size="small"
            to="/apps/$app/pipelines/$id/edit"
            params={{ app: row.application, id: row.id }}
          >
            Edit
          </Link>
          <Button
            size="small"
            onPress={() => onStart(row.id)}
            offBecause={row.disabled ? 'This pipeline is disabled' : undefined}
          >
            <Play size={12} aria-hidden /> Start…
          </Button>
        </span>
      ),
    },
  ];
}

function Triggers({ pipeline }: { readonly pipeline: StoredPipeline }) {
  const hooks = (pipeline.triggers ?? []).filter((trigger) => trigger.type === 'webhook' && trigger.enabled !== false);
  if (hooks.length === 0)
    return (
      <span className="gk-muted inline-flex items-center gap-1.5">
        <Hand size={14} aria-hidden /> by hand
      </span>
    );
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      {hooks.map((hook) => (
        <span key={hook.source} className="gk-chip" title={hook.source}>
          <Webhook size={12} className="flex-none" aria-hidden /> <span className="gk-clip">{hook.source}</span>
        </span>
      ))}
    </span>
  );
}

function RunDots({ runs }: { readonly runs: readonly Execution[] }) {
  if (runs.length === 0) return <span className="gk-muted">never run</span>;
  return (
    <span className="flex">
      {runs.slice(0, 5).map((run) => (
        <Link
          key={run.id}
          to="/apps/$app/executions/$id"
          params={{ app: run.application, id: run.id }}
          className="grid size-6 place-items-center"
          aria-label={`#${shortId(run.id)}: ${statusFace(run.status, rowWait(run)).word}`}
        >
          <StatusIcon status={run.status} waitsFor={rowWait(run)} />
        </Link>
      ))}
    </span>
  );
}
