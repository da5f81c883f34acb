import { EmptyState } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Inbox } from 'lucide-react';
import { Loaded } from '../../app/query-states.tsx';
import { waitingQuery } from '../../client/queries.ts';
import { WaitingRows, waitingRowsOf } from './waiting-rows.tsx';

const route = getRouteApi('/inbox');

/** Everything that waits for a person, in all applications. */
export function InboxPage() {
  const { app } = route.useSearch();
  const query = useQuery(waitingQuery(true));
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="gk-title">Inbox</h1>
      </div>
      <Loaded query={query} what="the inbox">
        {(all) => {
          const executions = app ? all.filter((one) => one.application === app) : all;
          if (waitingRowsOf(executions).length > 0) return <WaitingRows executions={executions} />;
          return (
            <EmptyState
              title="Nothing waits for a person"
              icon={<Inbox size={20} aria-hidden />}
              action={<Link to="/apps">Go to applications</Link>}
            >
              When a run asks for a decision, it appears here, the most urgent first.
            </EmptyState>
          );
        }}
      </Loaded>
    </div>
  );
}
