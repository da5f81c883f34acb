import { type Execution, isComplete } from '@gennaker/pipeline-dsl';
import { Ago, EmptyState, StatusIcon, statusFace } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Plus, Workflow } from 'lucide-react';
import { Loaded } from '../../app/query-states.tsx';
import {
  applicationQuery,
  executionsQuery,
  pipelinesQuery,
  type StoredPipeline,
  waitingQuery,
} from '../../client/queries.ts';
import { shortId, waitingForPeople } from '../execution/facts.ts';
import { ExecutionsTable, rowWait } from '../executions/executions-table.tsx';
import { WaitingRows } from '../inbox/waiting-rows.tsx';
import { Deployed } from './deployed.tsx';

const route = getRouteApi('/apps/$app');

/** What needs a person, what moves, and how each pipeline did last. */
export function HomePage() {
  const { app } = route.useParams();
  const attributes = useQuery(applicationQuery(app));
  const executions = useQuery(executionsQuery(app, { size: 100 }));
  const pipelines = useQuery(pipelinesQuery(app));
  const waiting = useQuery(waitingQuery(true));
  const mine = (waiting.data ?? []).filter((one) => one.application === app && waitingForPeople(one).length > 0);
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="gk-title">{app}</h1>
        {attributes.isSuccess ? (
          <Link to="/apps/$app/pipelines/new" params={{ app }} className="gk-button">
            <Plus size={14} aria-hidden /> New pipeline
          </Link>
        ) : null}
      </div>
      <Loaded query={attributes} what={`application ${app}`}>
        {(application) => (
          <>
            {application.attributes.description ? (
              <p className="gk-muted gk-prose m-0">{application.attributes.description}</p>
            ) : null}
            {mine.length > 0 ? (
              <section className="section">
                <h2>Needs a person</h2>
                <WaitingRows inOneApplication executions={mine} />
              </section>
            ) : null}
            <Loaded query={executions} what="executions">
              {(rows) => (
                <>
                  {rows.length > 0 || pipelines.data?.length ? <Moving rows={rows} /> : null}
                  <Deployed app={app} />
                  <Loaded query={pipelines} what="pipelines">
                    {(all) => <LastRuns app={app} pipelines={all} rows={rows} />}
                  </Loaded>
                </>
              )}
            </Loaded>
          </>
        )}
      </Loaded>
    </div>
  );
}

/** What runs without needing anyone; what waits for a person stands above it. */
function Moving({ rows }: { readonly rows: readonly Execution[] }) {
  const moving = rows.filter((row) => !isComplete(row.status) && waitingForPeople(row).length === 0);
  return (
    <section className="section">
      <h2>Running</h2>
      {moving.length === 0 ? (
        <p className="gk-muted m-0">
          {rows.some((row) => !isComplete(row.status)) ? 'Nothing else runs now.' : 'Nothing runs now.'}
        </p>
      ) : (
        <ExecutionsTable rows={moving} label="Running executions" />
      )}
    </section>
  );
}

interface LastRunsProps {
  readonly app: string;
  readonly pipelines: readonly StoredPipeline[];
  readonly rows: readonly Execution[];
}

function LastRuns({ app, pipelines, rows }: LastRunsProps) {
  if (pipelines.length === 0)
    return (
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
    );
  return (
    <section className="section">
      <h2>Pipelines</h2>
      <div className="grid gap-3" style={{ gridTemplateColumns: 'repeat(auto-fill, minmax(19rem, 1fr))' }}>
        {pipelines.map((pipeline) => (
          <PipelineCard
            key={pipeline.id}
            pipeline={pipeline}
            runs={rows.filter((row) => row.pipelineConfigId === pipeline.id)}
          />
        ))}
      </div>
    </section>
  );
}

function PipelineCard({ pipeline, runs }: { readonly pipeline: StoredPipeline; readonly runs: readonly Execution[] }) {
  const last = runs[0];
  return (
    <div className="gk-card p-3">
      <div className="flex items-center gap-2">
        <Link
          to="/apps/$app/executions"
          params={{ app: pipeline.application }}
          search={{ pipeline: pipeline.name }}
          className="row-link gk-clip"
          title={pipeline.name}
        >
          {pipeline.name}
        </Link>
        {pipeline.disabled ? <span className="gk-chip ml-auto flex-none">Disabled</span> : null}
      </div>
      <div className="mt-2 flex items-center gap-1.5">
        {runs.slice(0, 8).map((run) => (
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
        {runs.length === 0 ? <span className="gk-muted gk-row-text">Never run</span> : null}
        {last ? (
          <span className="gk-muted gk-row-text ml-auto">
            <Ago at={last.startTime ?? last.buildTime} />
          </span>
        ) : null}
      </div>
    </div>
  );
}
