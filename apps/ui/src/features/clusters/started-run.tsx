import { isComplete } from '@gennaker/pipeline-dsl';
import { Notice, StatusMark } from '@gennaker/ui-kit';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { problemOf } from '../../client/problem.ts';
import { executionQuery, keys } from '../../client/queries.ts';
import { type FailureFacts, failuresOf } from '../execution/facts.ts';
import { executionSentence } from '../execution/sentence.ts';

const LOOK_MS = 1_000;

interface StartedRunProps {
  readonly app: string;
  readonly id: string;
  /** What can be done about a failure. */
  readonly children?: (failure: FailureFacts) => ReactNode;
}

/** How a run that was just started goes on, until it has ended: a sentence, why it was refused, and where it is. */
export function StartedRun({ app, id, children }: StartedRunProps) {
  const client = useQueryClient();
  const query = useQuery({
    ...executionQuery(id),
    refetchInterval: ({ state }) => (state.data && isComplete(state.data.status) ? false : LOOK_MS),
  });
  const run = query.data;
  const ended = run !== undefined && isComplete(run.status);
  useEffect(() => {
    if (!ended) return;
    void client.invalidateQueries({ queryKey: keys.inventory(app) });
    void client.invalidateQueries({ queryKey: keys.serverGroups(app) });
  }, [app, client, ended]);
  const failure = run && run.status !== 'SUCCEEDED' ? failuresOf(run)[0] : undefined;
  return (
    <section aria-label="The execution" aria-live="polite" className="flex flex-col gap-2">
      {run ? <StatusMark status={run.status} /> : <span className="gk-muted">Starting…</span>}
      {failure ? (
        <Notice tone="fail" alert>
          {failure.message}
          {failure.advice ? <p className="mt-1 mb-0">{failure.advice}</p> : null}
        </Notice>
      ) : run ? (
        <p className="m-0">{executionSentence(run).text}</p>
      ) : null}
      {failure && ended ? children?.(failure) : null}
      {query.isError ? (
        <Notice tone="warn">It was started, but cannot be read now: {problemOf(query.error).message}</Notice>
      ) : null}
      <Link to="/apps/$app/executions/$id" params={{ app, id }}>
        Open the execution
      </Link>
    </section>
  );
}
