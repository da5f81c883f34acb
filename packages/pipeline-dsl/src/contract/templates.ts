import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { csv, documentId, flag } from './fields.ts';
import * as shape from './shapes.ts';

const templateId = z.object({ id: z.string().max(250) });
const version = z.object({ tag: z.string().max(40).optional(), digest: z.string().max(80).optional() });
const saved = z.object({ tag: z.string().max(40).optional() });

/** Templates of pipelines, and turning pipelines into templates and back. */
export const templates = {
  listTemplates: endpoint({
    method: 'GET',
    path: '/v2/pipelineTemplates',
    tag: 'templates',
    summary: 'Templates, one each, as a reference without tag finds them',
    status: 200,
    query: z.object({ scopes: csv }),
    answer: z.array(shape.storedTemplate),
  }),
  templateVersions: endpoint({
    method: 'GET',
    path: '/v2/pipelineTemplates/versions',
    tag: 'templates',
    summary: 'Every stored version of the templates, by id',
    status: 200,
    query: z.object({ scopes: csv }),
    answer: z.record(z.string(), z.array(shape.storedTemplate)),
  }),
  getTemplate: endpoint({
    method: 'GET',
    path: '/v2/pipelineTemplates/:id',
    tag: 'templates',
    summary: 'A template by id, tag or digest',
    status: 200,
    params: templateId,
    query: version,
    answer: shape.storedTemplate,
  }),
  createTemplate: endpoint({
    method: 'POST',
    path: '/v2/pipelineTemplates/create',
    tag: 'templates',
    summary: 'Store a new template; answers the task that did it',
    status: 200,
    query: saved,
    body: z.looseObject({}),
    answer: shape.taskRun,
  }),
  updateTemplate: endpoint({
    method: 'POST',
    path: '/v2/pipelineTemplates/update/:id',
    tag: 'templates',
    summary: 'Store a new version of a template; answers the task that did it',
    status: 200,
    params: templateId,
    query: saved.extend({ skipPlanDependents: flag(false) }),
    body: z.looseObject({}),
    answer: shape.taskRun,
  }),
  deleteTemplate: endpoint({
    method: 'DELETE',
    path: '/v2/pipelineTemplates/:id',
    tag: 'templates',
    summary: 'Delete a template, or one tag or digest of it; answers the task that did it',
    status: 202,
    params: templateId,
    query: version.extend({ application: z.string().max(200).optional() }),
    answer: shape.taskRun,
  }),
  planTemplate: endpoint({
    method: 'POST',
    path: '/v2/pipelineTemplates/plan',
    tag: 'templates',
    summary: 'The pipeline that an instance of a template comes to; nothing stored',
    status: 200,
    body: z.looseObject({}),
    answer: z.looseObject({}),
  }),
  templateDependents: endpoint({
    method: 'GET',
    path: '/v2/pipelineTemplates/:id/dependents',
    tag: 'templates',
    summary: 'Pipelines made from a template',
    status: 200,
    params: templateId,
    query: version,
    answer: z.array(shape.storedPipeline),
  }),
  convertToTemplate: endpoint({
    method: 'GET',
    path: '/pipelineConfigs/:id/convertToTemplate',
    tag: 'templates',
    summary: 'A pipeline as a template; nothing stored',
    status: 200,
    params: documentId,
    answer: z.looseObject({}),
  }),
  convertToPlain: endpoint({
    method: 'POST',
    path: '/pipelineConfigs/:id/convertToPlain',
    tag: 'templates',
    summary: 'Save what an instance of a template comes to as a pipeline of its own',
    status: 200,
    params: documentId,
    answer: shape.storedPipeline,
  }),
} as const;
