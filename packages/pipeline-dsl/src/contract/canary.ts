import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { app, csv, empty, whole } from './fields.ts';
import * as shape from './shapes.ts';

const configId = z.object({ id: z.string().max(200) });
const account = z.object({ configurationAccountName: z.string().max(200).optional() });
const accounts = account.extend({
  metricsAccountName: z.string().max(200).optional(),
  storageAccountName: z.string().max(200).optional(),
  application: z.string().max(200).optional(),
  parentPipelineExecutionId: z.string().max(200).optional(),
});
const entries = z.array(z.looseObject({}));

/** Stored rules of canary analysis. */
const configs = {
  listCanaryConfigs: endpoint({
    method: 'GET',
    path: '/v2/canaryConfig',
    tag: 'canary',
    summary: 'Canary configs, all or of an application',
    status: 200,
    query: account.extend({ application: z.string().max(200).optional() }),
    answer: z.array(z.looseObject({ id: z.string(), name: z.string() })),
  }),
  getCanaryConfig: endpoint({
    method: 'GET',
    path: '/v2/canaryConfig/:id',
    tag: 'canary',
    summary: 'One canary config',
    status: 200,
    params: configId,
    query: account,
    answer: shape.canaryConfig,
  }),
  createCanaryConfig: endpoint({
    method: 'POST',
    path: '/v2/canaryConfig',
    tag: 'canary',
    summary: 'Store a canary config',
    status: 200,
    query: account,
    body: shape.canaryConfig,
    answer: z.object({ canaryConfigId: z.string() }),
  }),
  updateCanaryConfig: endpoint({
    method: 'PUT',
    path: '/v2/canaryConfig/:id',
    tag: 'canary',
    summary: 'Save a canary config',
    status: 200,
    params: configId,
    query: account,
    body: shape.canaryConfig,
    answer: z.object({ canaryConfigId: z.string() }),
  }),
  deleteCanaryConfig: endpoint({
    method: 'DELETE',
    path: '/v2/canaryConfig/:id',
    tag: 'canary',
    summary: 'Delete a canary config',
    status: 200,
    params: configId,
    query: account,
    answer: empty,
  }),
} as const;

/** Analyses: each judged window with its report. Stages watch what runs; from outside, times gone by are judged at once. */
const analyses = {
  startAnalysis: endpoint({
    method: 'POST',
    path: '/v2/canaries/canary',
    tag: 'canary',
    summary: 'Judge times gone by with a config that is sent; answers when it is done',
    status: 200,
    query: accounts,
    body: z.looseObject({}),
    answer: z.object({ canaryExecutionId: z.string() }),
  }),
  startAnalysisByConfig: endpoint({
    method: 'POST',
    path: '/v2/canaries/canary/:id',
    tag: 'canary',
    summary: 'Judge times gone by with a stored config; answers when it is done',
    status: 200,
    params: configId,
    query: accounts,
    body: z.looseObject({}),
    answer: z.object({ canaryExecutionId: z.string() }),
  }),
  getAnalysis: endpoint({
    method: 'GET',
    path: '/v2/canaries/canary/:id',
    tag: 'canary',
    summary: 'One judged window of an analysis',
    status: 200,
    params: configId,
    query: accounts,
    answer: z.looseObject({}),
  }),
  getMetricSetPairs: endpoint({
    method: 'GET',
    path: '/v2/canaries/metricSetPairList/:id',
    tag: 'canary',
    summary: 'The series that a judged window rests on',
    status: 200,
    params: configId,
    query: accounts,
    answer: entries,
  }),
  listAnalyses: endpoint({
    method: 'GET',
    path: '/v2/canaries/:application/executions',
    tag: 'canary',
    summary: 'Judged windows of an application, newest first',
    status: 200,
    params: app,
    query: z.object({ limit: whole(20, 500), page: whole(1, 100_000), statuses: csv }),
    answer: entries,
  }),
  canaryAccounts: endpoint({
    method: 'GET',
    path: '/v2/canaries/credentials',
    tag: 'canary',
    summary: 'Accounts whose metrics can be read, and where configs and results are kept',
    status: 200,
    answer: entries,
  }),
  canaryJudges: endpoint({
    method: 'GET',
    path: '/v2/canaries/judges',
    tag: 'canary',
    summary: 'Judges',
    status: 200,
    answer: entries,
  }),
} as const;

/** Canary analysis: stored configs, and what was judged. */
export const canary = { ...configs, ...analyses } as const;
