import { type Execution, isComplete, STATUSES } from '@gennaker/pipeline-dsl';
import { Button, EmptyState, Select, STATUS_FACES } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { History } from 'lucide-react';
import { useState } from 'react';
import { Loaded } from '../../app/query-states.tsx';
import { executionsQuery, pipelinesQuery } from '../../client/queries.ts';
import { executionSentence } from '../execution/sentence.ts';
import { ExecutionsTable } from './executions-table.tsx';

const route = getRouteApi('/apps/$app/executions');
const FILTERABLE = STATUSES.filter(
  (status) => !['REDIRECT', 'SUSPENDED', 'BUFFERED', 'SKIPPED', 'STOPPED', 'FAILED_CONTINUE'].includes(status),
);
const PAGE = 50;
const ANY = '*';

/** All runs of an application: running and waiting ones pinned on top, the rest by time. */
export function ExecutionsPage() {
  const { app } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [size, setSize] = useState(PAGE);
  const query = useQuery(
    executionsQuery(app, {
      pipelineName: search.pipeline,
      statuses: search.status,
      triggerTypes: search.trigger,
      size,
    }),
  );
  const pipelines = useQuery(pipelinesQuery(app));
  const choose = (key: 'pipeline' | 'status' | 'trigger', value: string) =>
    void navigate({ search: (old) => ({ ...old, [key]: value === ANY ? undefined : value }) });
  const names = [
    ...new Set([...(pipelines.data ?? []).map((one) => one.name), ...(search.pipeline ? [search.pipeline] : [])]),
  ];
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="gk-title">Executions</h1>
        <div className="filter" data-filter>
          <input
            className="gk-input"
            type="search"
            aria-label="Filter executions by text"
            placeholder="Name, parameter, id, error text"
            value={search.q ?? ''}
            onChange={(event) =>
              void navigate({ search: (old) => ({ ...old, q: event.target.value || undefined }), replace: true })
            }
          />
        </div>
        <div className="w-44">
          <Select
            label="Pipeline"
            hideLabel
            value={search.pipeline ?? ANY}
            onChange={(id) => choose('pipeline', id)}
            options={[{ id: ANY, label: 'All pipelines' }, ...names.map((name) => ({ id: name, label: name }))]}
          />
        </div>
        <div className="w-36">
          <Select
            label="Status"
            hideLabel
            value={search.status ?? ANY}
            onChange={(id) => choose('status', id)}
            options={[
              { id: ANY, label: 'Any status' },
              ...FILTERABLE.map((id) => ({ id, label: STATUS_FACES[id].word })),
            ]}
          />
        </div>
        <div className="w-36">
          <Select
            label="Trigger"
            hideLabel
            value={search.trigger ?? ANY}
            onChange={(id) => choose('trigger', id)}
            options={[
              { id: ANY, label: 'Any trigger' },
              { id: 'manual', label: 'By hand' },
              { id: 'webhook', label: 'Webhook' },
              { id: 'pipeline', label: 'Pipeline' },
            ]}
          />
        </div>
      </div>
      <Loaded query={query} what="executions">
        {(rows) => (
          <Rows
            all={rows}
            q={search.q ?? ''}
            app={app}
            filtered={Boolean(search.pipeline || search.status || search.trigger)}
            onMore={rows.length >= size ? () => setSize(Math.min(500, size + PAGE)) : undefined}
          />
        )}
      </Loaded>
    </div>
  );
}

/** Does a run speak of these words? */
export function matchesText(execution: Execution, q: string): boolean {
  if (q === '') return true;
  const spoken = [
    execution.name,
    execution.id,
    executionSentence(execution).text,
    JSON.stringify(execution.trigger.parameters ?? {}),
  ];
  return spoken.some((text) => text.toLowerCase().includes(q.toLowerCase()));
}

interface RowsProps {
  readonly all: readonly Execution[];
  readonly q: string;
  readonly app: string;
  readonly filtered: boolean;
  readonly onMore?: () => void;
}

function Rows({ all, q, app, filtered, onMore }: RowsProps) {
  const rows = all.filter((execution) => matchesText(execution, q));
  const open = rows.filter((execution) => !isComplete(execution.status));
  const ended = rows.filter((execution) => isComplete(execution.status));
  if (rows.length === 0 && (filtered || q))
    return (
      <EmptyState
        title="No executions match"
        action={
          <span className="flex items-center gap-3">
            {onMore ? <Button onPress={onMore}>Look further back</Button> : null}
            <Link to="/apps/$app/executions" params={{ app }}>
              Clear the filters
            </Link>
          </span>
        }
      >
        {q && all.length > 0
          ? `None of the newest ${all.length} ${filtered ? 'that fit the other filters ' : ''}speaks of “${q}”.`
          : `${app} has no run that fits these filters.`}
      </EmptyState>
    );
  if (rows.length === 0)
    return (
      <EmptyState
        title="Nothing has run yet"
        icon={<History size={20} aria-hidden />}
        action={
          <Link className="gk-button" data-look="primary" to="/apps/$app/pipelines" params={{ app }}>
            Go to pipelines
          </Link>
        }
      >
        Every run of a pipeline is kept here, with what it did and why it ended.
      </EmptyState>
    );
  return (
    <>
      {open.length > 0 ? (
        <section className="mb-6">
          <h2 className="gk-label mb-1">Running and waiting · {open.length}</h2>
          <ExecutionsTable rows={open} label="Running and waiting executions" />
        </section>
      ) : null}
      {ended.length > 0 ? (
        <section>
          <h2 className="gk-label mb-1">Ended</h2>
          <ExecutionsTable rows={ended} label="Ended executions" />
        </section>
      ) : null}
      {onMore ? (
        <Button className="mt-3" onPress={onMore}>
          Show more
        </Button>
      ) : null}
    </>
  );
}
