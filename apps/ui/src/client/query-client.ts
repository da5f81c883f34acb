import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

const isWorthRetrying = (error: unknown): boolean =>
  error instanceof ApiProblem ? error.status === 0 || error.status >= 502 : false;

/** Memory of what the server said. Refusals are final; silence and a proxy's errors are tried twice more. */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < 2 && isWorthRetrying(error),
        retryDelay: (failures) => 1_000 * 2 ** failures,
        staleTime: 1_000,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
