import { queryOptions } from '@tanstack/react-query';
import { type Answer, call } from '../../client/call.ts';
import { keys } from '../../client/queries.ts';

const REFRESH_MS = 15_000;

export type GroupSettings = Answer<'serverGroupSettings'>;

/** Where a server group is. */
export interface GroupRef {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

/** What a server group is made of, what scales it and what was done to its size lately. */
export const serverGroupSettingsQuery = (application: string, { account, region, name }: GroupRef) =>
  queryOptions({
    queryKey: [...keys.inventory(application), account, region, name],
    queryFn: ({ signal }) => call('serverGroupSettings', { params: { application, account, region, name }, signal }),
    refetchInterval: REFRESH_MS,
  });
