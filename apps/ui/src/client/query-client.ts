import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

const isWorthRetrying = (error: unknown): boolean =>
  error instanceof ApiProblem ? error.status === 0 || error.status >= 502 : false;

/** How often what could not be asked is asked again, ms. */
const SILENCE_MS = 5_000;

/** The server did not answer at all, and nothing is there to show meanwhile. */
export const isSilent = ({ state }: { readonly state: { readonly data: unknown; readonly error: unknown } }): boolean =>
  state.data === undefined && state.error instanceof ApiProblem && state.error.status === 0;

/**
 * Memory of what the server said. Refusals are final; silence and a proxy's errors are tried twice more, and silence
 * again and again while a screen has nothing to show.
 */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < 2 && isWorthRetrying(error),
        retryDelay: (failures) => 1_000 * 2 ** failures,
        refetchInterval: (query) => (isSilent(query) ? SILENCE_MS : false),
        staleTime: 1_000,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
