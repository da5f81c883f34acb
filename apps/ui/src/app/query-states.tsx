import { ErrorState, GoneState, RefusedState, SkeletonRows } from '@gennaker/ui-kit';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useRef } from 'react';
import { problemOf } from '../client/problem.ts';

/** Shows loading, refusal or failure of a query; its data once it has some (old data stays while it reloads). */
export function Loaded<Data>({
  query,
  what,
  children,
  skeleton,
  back,
}: {
  readonly query: UseQueryResult<Data>;
  /** Completes "Could not load …". */
  readonly what: string;
  readonly children: (data: Data) => ReactNode;
  readonly skeleton?: ReactNode;
  /** Where to go on when there is no such thing. */
  readonly back?: ReactNode;
}) {
  const lastError = useRef<unknown>(null);
  if (query.error) lastError.current = query.error;
  if (query.data !== undefined) return children(query.data);
  // While a failed query is asked again, its error stays; only the first load shows shapes.
  if (query.isPending && query.errorUpdateCount === 0) return skeleton ?? <SkeletonRows />;
  const problem = problemOf(query.error ?? lastError.current);
  if (problem.status === 403) return <RefusedState message={problem.message} />;
  if (problem.status === 404)
    return (
      <GoneState
        title={`${what[0]?.toUpperCase()}${what.slice(1)} does not exist`}
        message={problem.message}
        action={back ?? <Link to="/apps">Go to applications</Link>}
      />
    );
  return (
    <ErrorState
      failed={{
        title: `Could not load ${what}`,
        message: problem.message,
        code: problem.code,
        requestId: problem.requestId,
      }}
      onRetry={() => void query.refetch()}
    />
  );
}
