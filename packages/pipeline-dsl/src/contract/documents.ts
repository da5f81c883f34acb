import * as z from 'zod';
import { canary } from './canary.ts';
import { endpoint } from './endpoint.ts';
import { app, csv, documentId, empty, flag, whole } from './fields.ts';
import * as shape from './shapes.ts';

const name = z.string().trim().min(1).max(500);
const moveBody = z.object({ application: z.string().min(1).max(200), from: name, to: name });
const reorderBody = z.object({
  application: z.string().min(1).max(200),
  idsToIndices: z.record(z.string().max(200), z.number().int().min(0).max(100_000)),
});
const byName = app.extend({ name: z.string().max(500) });

/** Changes of several pipelines, or of their place and name. */
const pipelineLists = {
  movePipeline: endpoint({
    method: 'POST',
    path: '/pipelines/move',
    tag: 'pipelines',
    summary: 'Rename a pipeline',
    status: 200,
    body: moveBody,
    answer: empty,
  }),
  reorderPipelines: endpoint({
    method: 'POST',
    path: '/actions/pipelines/reorder',
    tag: 'pipelines',
    summary: "Places of pipelines in their application's list",
    status: 200,
    body: reorderBody,
    answer: empty,
  }),
  bulkSavePipelines: endpoint({
    method: 'POST',
    path: '/pipelines/bulksave',
    tag: 'pipelines',
    summary: 'Save several pipelines; each by itself',
    status: 200,
    query: z.object({ application: z.string().max(200).optional() }),
    body: z.array(z.looseObject({})).max(500),
    answer: z.object({
      successful_pipelines_count: z.number(),
      successful_pipelines: z.array(z.string()),
      failed_pipelines_count: z.number(),
      failed_pipelines: z.array(z.looseObject({ errorMsg: z.string() })),
    }),
  }),
} as const;

/** Deployment strategies: pipelines that a deploy stage runs. Stored apart from pipelines. */
const strategies = {
  allStrategies: endpoint({
    method: 'GET',
    path: '/strategyConfigs',
    tag: 'strategies',
    summary: 'All strategies',
    status: 200,
    answer: z.array(shape.storedPipeline),
  }),
  listStrategies: endpoint({
    method: 'GET',
    path: '/applications/:application/strategyConfigs',
    tag: 'strategies',
    summary: 'Strategies of the application',
    status: 200,
    params: app,
    answer: z.array(shape.storedPipeline),
  }),
  getStrategy: endpoint({
    method: 'GET',
    path: '/applications/:application/strategyConfigs/:name',
    tag: 'strategies',
    summary: 'One strategy by name',
    status: 200,
    params: byName,
    answer: shape.storedPipeline,
  }),
  strategyHistory: endpoint({
    method: 'GET',
    path: '/strategyConfigs/:id/history',
    tag: 'strategies',
    summary: 'Versions, newest first',
    status: 200,
    params: documentId,
    query: z.object({ limit: whole(20, 500) }),
    answer: z.array(shape.storedPipeline),
  }),
  saveStrategy: endpoint({
    method: 'POST',
    path: '/strategies',
    tag: 'strategies',
    summary: 'Create or save a strategy',
    status: 200,
    query: z.object({ staleCheck: flag(false) }),
    body: z.looseObject({}),
    answer: empty,
  }),
  updateStrategy: endpoint({
    method: 'PUT',
    path: '/strategies/:id',
    tag: 'strategies',
    summary: 'Save a strategy and get it back',
    status: 200,
    params: documentId,
    body: z.looseObject({}),
    answer: shape.storedPipeline,
  }),
  deleteStrategy: endpoint({
    method: 'DELETE',
    path: '/strategies/:application/:name',
    tag: 'strategies',
    summary: 'Delete a strategy',
    status: 200,
    params: byName,
    answer: empty,
  }),
  moveStrategy: endpoint({
    method: 'POST',
    path: '/strategies/move',
    tag: 'strategies',
    summary: 'Rename a strategy',
    status: 200,
    body: moveBody,
    answer: empty,
  }),
  reorderStrategies: endpoint({
    method: 'POST',
    path: '/actions/strategies/reorder',
    tag: 'strategies',
    summary: "Places of strategies in their application's list",
    status: 200,
    body: reorderBody,
    answer: empty,
  }),
} as const;

/** Projects: applications that are looked at together. Written by the jobs upsertProject and deleteProject. */
const projects = {
  listProjects: endpoint({
    method: 'GET',
    path: '/projects',
    tag: 'projects',
    summary: 'All projects',
    status: 200,
    answer: z.array(shape.project),
  }),
  getProject: endpoint({
    method: 'GET',
    path: '/projects/:idOrName',
    tag: 'projects',
    summary: 'One project by id or name',
    status: 200,
    params: z.object({ idOrName: z.string().max(500) }),
    answer: shape.project,
  }),
  projectPipelines: endpoint({
    method: 'GET',
    path: '/projects/:idOrName/pipelines',
    tag: 'projects',
    summary: 'Newest executions of the pipelines that the project shows',
    status: 200,
    params: z.object({ idOrName: z.string().max(500) }),
    query: z.object({ limit: whole(5, 200), statuses: csv }),
    answer: z.array(shape.execution),
  }),
  projectClusters: endpoint({
    method: 'GET',
    path: '/projects/:idOrName/clusters',
    tag: 'projects',
    summary: "Clusters of the project's applications, with what serves in them",
    status: 200,
    params: z.object({ idOrName: z.string().max(500) }),
    answer: z.array(z.looseObject({ account: z.string() })),
  }),
} as const;

/** Stored documents beside pipelines, and lists of pipelines. */
export const documents = { ...pipelineLists, ...strategies, ...projects, ...canary } as const;
