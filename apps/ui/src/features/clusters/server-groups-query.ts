import { queryOptions } from '@tanstack/react-query';
import { type Answer, call } from '../../client/call.ts';
import { keys } from '../../client/queries.ts';
import { type ServerGroupView, serverGroupSchema } from './server-group.ts';

const REFRESH_MS = 5_000;

export type Inventory = Answer<'applicationInventory'>;
/** The inventory with server groups as screens read them. */
export type LiveInventory = Omit<Inventory, 'serverGroups'> & { readonly serverGroups: readonly ServerGroupView[] };
export type LoadBalancerView = NonNullable<Inventory['loadBalancers']>[number];

/** Server groups with the part of requests each gets, and load balancers, read live. */
export const inventoryQuery = (application: string) =>
  queryOptions({
    queryKey: keys.inventory(application),
    queryFn: async ({ signal }): Promise<LiveInventory> => {
      const answer = await call('applicationInventory', { params: { application }, signal });
      return { ...answer, serverGroups: answer.serverGroups.map((row) => serverGroupSchema.parse(row)) };
    },
    refetchInterval: REFRESH_MS,
  });

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
