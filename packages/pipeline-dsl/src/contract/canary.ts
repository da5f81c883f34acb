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
});
const nothing = z.array(z.looseObject({}));

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

/** Analyses. This server keeps their configs and runs none: starts are refused, lists are empty. */
const analyses = {
  startAnalysis: endpoint({
    method: 'POST',
    path: '/v2/canaries/canary',
    tag: 'canary',
    summary: 'Analyse with a config that is sent: refused, no analysis is run',
    status: 200,
    query: accounts,
    body: z.looseObject({}),
    answer: z.object({ canaryExecutionId: z.string() }),
  }),
  startAnalysisByConfig: endpoint({
    method: 'POST',
    path: '/v2/canaries/canary/:id',
    tag: 'canary',
    summary: 'Analyse with a stored config: refused, no analysis is run',
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
    summary: 'One analysis: there are none',
    status: 200,
    params: configId,
    query: accounts,
    answer: z.looseObject({}),
  }),
  listAnalyses: endpoint({
    method: 'GET',
    path: '/v2/canaries/:application/executions',
    tag: 'canary',
    summary: 'Analyses of an application: there are none',
    status: 200,
    params: app,
    query: z.object({ limit: whole(20, 500), page: whole(1, 100_000), statuses: csv }),
    answer: nothing,
  }),
  canaryAccounts: endpoint({
    method: 'GET',
    path: '/v2/canaries/credentials',
    tag: 'canary',
    summary: 'Sources of metrics set up for this installation: none can be',
    status: 200,
    answer: nothing,
  }),
  canaryJudges: endpoint({
    method: 'GET',
    path: '/v2/canaries/judges',
    tag: 'canary',
    summary: 'Judges: there are none',
    status: 200,
    answer: nothing,
  }),
} as const;

/** Canary analysis: stored configs; runs are refused. */
export const canary = { ...configs, ...analyses } as const;
