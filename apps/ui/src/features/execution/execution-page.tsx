import type { Execution } from '@gennaker/pipeline-dsl';
import { Skeleton } from '@gennaker/ui-kit';
import { getRouteApi, Link } from '@tanstack/react-router';
import './execution.css';
import { Loaded } from '../../app/query-states.tsx';
import type { ExecutionSearch } from '../../app/search.ts';
import { useScreenKeys } from '../../app/shortcuts.ts';
import { useLiveExecution } from '../../live/use-live-execution.ts';
import { WhatItDid } from './end-report.tsx';
import { ExecutionGraph } from './execution-graph.tsx';
import { ExecutionHead } from './execution-head.tsx';
import { failuresOf, topOf } from './facts.ts';
import { FailureBlock } from './failure-block.tsx';
import { StageList } from './stage-list.tsx';
import { StagePanel } from './stage-panel.tsx';

const route = getRouteApi('/apps/$app/executions/$id');

/** One run: what it is, why it stopped, its stages, and the stage looked at. */
export function ExecutionPage() {
  const { app, id } = route.useParams();
  const query = useLiveExecution(id);
  const back = (
    <Link to="/apps/$app/executions" params={{ app }}>
      All executions of {app}
    </Link>
  );
  return (
    <Loaded query={query} what="this execution" skeleton={<ExecutionSkeleton />} back={back}>
      {(execution) => <ExecutionView execution={execution} />}
    </Loaded>
  );
}

function ExecutionSkeleton() {
  return (
    <div className="page flex flex-col gap-3" role="status" aria-label="Loading">
      <Skeleton width="40%" height={28} />
      <Skeleton width="60%" height={20} />
      <Skeleton height={360} />
    </div>
  );
}

function ExecutionView({ execution }: { readonly execution: Execution }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (patch: Partial<ExecutionSearch>) => void navigate({ search: (old) => ({ ...old, ...patch }) });
  const select = (refId: string | null) => change({ stage: refId ?? undefined, attempt: undefined, tab: search.tab });
  const view = search.view ?? 'graph';
  const selected = execution.stages.find((stage) => stage.refId === search.stage);
  const firstFailure = failuresOf(execution)[0];
  useScreenKeys({
    '1': () => change({ view: undefined }),
    '2': () => change({ view: 'list' }),
    f: () => firstFailure && select(topOf(execution.stages, firstFailure.stage).refId),
    escape: () => search.stage && select(null),
  });
  const top = selected ? topOf(execution.stages, selected).refId : null;
  return (
    <div className="execution">
      <ExecutionHead execution={execution} onShow={select} />
      <FailureBlock execution={execution} shown={top} onShow={select} />
      <div className="execution-body">
        <div className="execution-main">
          <ViewSwitch view={view} onView={(next) => change({ view: next === 'graph' ? undefined : next })} />
          {view === 'graph' ? (
            <ExecutionGraph execution={execution} selected={top} onSelect={select} />
          ) : (
            <div className="min-h-0 flex-1 overflow-auto">
              <StageList execution={execution} selected={search.stage ?? null} onSelect={select} />
            </div>
          )}
          <WhatItDid execution={execution} />
        </div>
        {selected ? (
          <StagePanel
            execution={execution}
            stage={selected}
            tab={search.tab ?? 'summary'}
            attempt={Number(search.attempt) || null}
            onTab={(tab) => change({ tab: tab === 'summary' ? undefined : tab })}
            onAttempt={(attempt) => change({ attempt: attempt === null ? undefined : String(attempt) })}
            onSelect={select}
          />
        ) : null}
      </div>
    </div>
  );
}

function ViewSwitch({
  view,
  onView,
}: {
  readonly view: 'graph' | 'list';
  readonly onView: (view: 'graph' | 'list') => void;
}) {
  return (
    <fieldset className="view-switch" aria-label="View">
      {(['graph', 'list'] as const).map((one) => (
        <button key={one} type="button" aria-pressed={view === one} onClick={() => onView(one)}>
          {one === 'graph' ? 'Graph' : 'List'}
        </button>
      ))}
    </fieldset>
  );
}
