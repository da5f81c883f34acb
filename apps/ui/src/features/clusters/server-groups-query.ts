import { queryOptions } from '@tanstack/react-query';
import { call } from '../../client/call.ts';
import { keys } from '../../client/queries.ts';
import { serverGroupSchema } from './server-group.ts';

const REFRESH_MS = 5_000;

/** Server groups of an application, read live. */
export const serverGroupsQuery = (application: string) =>
  queryOptions({
    queryKey: keys.serverGroups(application),
    queryFn: async ({ signal }) =>
      (
        await call('applicationInventory', { params: { application }, query: { loadBalancers: 'false' }, signal })
      ).serverGroups.map((row) => serverGroupSchema.parse(row)),
    refetchInterval: REFRESH_MS,
  });
