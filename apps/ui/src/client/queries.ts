import type { Execution, Pipeline } from '@gennaker/pipeline-dsl';
import type { Contract } from '@gennaker/pipeline-dsl/contract';
import { queryOptions } from '@tanstack/react-query';
import { type Answer, call } from './call.ts';

export type ApplicationAttributes = Answer<'listApplications'>[number];
export type StoredPipeline = Pipeline & Answer<'listPipelineConfigs'>[number];
export type EndpointName = keyof Contract;

const LIST_POLL_MS = 5_000;
const QUIET_POLL_MS = 20_000;

/** Keys of everything kept in memory. */
export const keys = {
  applications: ['applications'] as const,
  application: (name: string) => ['application', name] as const,
  pipelines: (application: string) => ['pipelines', application] as const,
  executions: (application: string) => ['executions', application] as const,
  execution: (id: string) => ['execution', id] as const,
  ledger: (id: string) => ['ledger', id] as const,
  serverGroups: (application: string) => ['serverGroups', application] as const,
  inventory: (application: string) => ['inventory', application] as const,
  freezes: ['freezes'] as const,
  me: ['me'] as const,
  accounts: ['accounts'] as const,
  leftovers: ['leftovers'] as const,
  report: (id: string) => ['report', id] as const,
  waiting: ['waiting'] as const,
};

/** The contract's open shapes, read as the domain's own. */
const asExecutions = (rows: readonly unknown[]): Execution[] => rows as Execution[];

export const applicationsQuery = () =>
  queryOptions({
    queryKey: keys.applications,
    queryFn: ({ signal }) => call('listApplications', { signal }),
    refetchInterval: QUIET_POLL_MS,
  });

export const applicationQuery = (application: string) =>
  queryOptions({
    queryKey: keys.application(application),
    queryFn: ({ signal }) => call('getApplication', { params: { application }, query: { expand: 'false' }, signal }),
  });

export const pipelinesQuery = (application: string) =>
  queryOptions({
    queryKey: keys.pipelines(application),
    queryFn: async ({ signal }) =>
      (await call('listPipelineConfigs', { params: { application }, signal })) as unknown as StoredPipeline[],
    refetchInterval: QUIET_POLL_MS,
  });

export interface ExecutionFilter {
  readonly pipelineName?: string;
  readonly statuses?: string;
  readonly triggerTypes?: string;
  readonly size?: number;
}

/** Executions of an application, newest first. `*` asks all applications. */
export const executionsQuery = (application: string, filter: ExecutionFilter = {}) =>
  queryOptions({
    queryKey: [...keys.executions(application), filter],
    queryFn: async ({ signal }) =>
      asExecutions(
        await call('searchExecutions', {
          params: { application },
          query: { size: filter.size ?? 50, ...filter, expand: 'false' },
          signal,
        }),
      ),
    refetchInterval: LIST_POLL_MS,
  });

export const executionQuery = (id: string) =>
  queryOptions({
    queryKey: keys.execution(id),
    queryFn: async ({ signal }) => (await call('getExecution', { params: { id }, signal })) as unknown as Execution,
    staleTime: 2_000,
  });

export const ledgerQuery = (id: string, moving: boolean) =>
  queryOptions({
    queryKey: keys.ledger(id),
    queryFn: ({ signal }) => call('executionEffects', { params: { id }, signal }),
    refetchInterval: moving ? LIST_POLL_MS : false,
  });

/** Times in which nothing is changed: those in force. */
export const freezesQuery = () =>
  queryOptions({
    queryKey: keys.freezes,
    queryFn: ({ signal }) => call('listFreezes', { signal }),
    refetchInterval: QUIET_POLL_MS,
  });

/** All freezes: in force, still to come, and over. */
export const allFreezesQuery = () =>
  queryOptions({
    queryKey: [...keys.freezes, 'all'],
    queryFn: ({ signal }) => call('listFreezes', { query: { all: 'true' }, signal }),
    refetchInterval: QUIET_POLL_MS,
  });

/** Executions that wait for the end of a freeze, themselves or with a stage. */
export const heldQuery = () =>
  queryOptions({
    queryKey: [...keys.freezes, 'held'],
    queryFn: async ({ signal }) => {
      const query = { statuses: 'NOT_STARTED,BUFFERED,RUNNING', size: 500, expand: 'false' } as const;
      const found = asExecutions(await call('searchExecutions', { params: { application: '*' }, query, signal }));
      return found.filter(({ wait, stages }) =>
        [wait, ...stages.map((one) => one.wait)].some((one) => one?.kind === 'freeze'),
      );
    },
  });

/** Who the person is, and with which roles. */
export const meQuery = () =>
  queryOptions({
    queryKey: keys.me,
    queryFn: ({ signal }) => call('whoAmI', { signal }),
    staleTime: QUIET_POLL_MS,
  });

export const accountsQuery = () =>
  queryOptions({
    queryKey: keys.accounts,
    queryFn: ({ signal }) => call('listAccounts', { query: { expand: 'true' }, signal }),
  });

/** Pipelines of all applications. */
export const allPipelinesQuery = () =>
  queryOptions({
    queryKey: ['pipelines'],
    queryFn: async ({ signal }) => (await call('allPipelineConfigs', { signal })) as unknown as StoredPipeline[],
  });

/** What dead executions left in the cloud. Every region is read for it: it is not asked again by itself. */
export const leftoversQuery = () =>
  queryOptions({
    queryKey: keys.leftovers,
    queryFn: ({ signal }) => call('janitor', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What an ended execution left in the cloud, and what cleaning up would do. */
export const reportQuery = (id: string) =>
  queryOptions({
    queryKey: keys.report(id),
    queryFn: ({ signal }) => call('executionReport', { params: { id }, signal }),
  });

/**
 * Running executions of all applications, to see which of them wait for a person. `whole` brings what is asked along;
 * without it the answer is small enough to be read all the time.
 */
export const waitingQuery = (whole: boolean) =>
  queryOptions({
    queryKey: [...keys.waiting, whole],
    queryFn: async ({ signal }) =>
      asExecutions(
        await call('searchExecutions', {
          params: { application: '*' },
          query: { statuses: 'RUNNING,PAUSED', size: 200, expand: String(whole) as 'true' | 'false' },
          signal,
        }),
      ),
    refetchInterval: LIST_POLL_MS,
  });
