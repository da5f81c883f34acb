import { executeStage, failed, type StageExecutor, succeeded, type TaskResult } from '@gennaker/catalog/kit';
import { defineStage, FailureError, isJsonObject, type JsonObject, monikerProblem } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import type { Applications, Documents, PipelineConfigs } from '../../persistence/index.ts';
import { ProblemError } from '../http/problem.ts';
import { removeProject, upsertProject } from '../projects/save-project.ts';
import type { TemplateSaver } from '../templates/template-saver.ts';

/** What housekeeping jobs act on. */
export interface Housekeeping {
  readonly applications: Applications;
  readonly pipelines: PipelineConfigs;
  readonly projects: Documents;
  readonly templates: TemplateSaver;
  readonly savePipeline: (document: JsonObject, user: string) => Promise<unknown>;
  readonly now: () => number;
}

type Work = (context: JsonObject, user: string) => Promise<JsonObject | undefined>;

const job = (type: string, label: string, description: string, work: Work): StageExecutor =>
  executeStage(
    defineStage({
      type,
      version: 1,
      label,
      description,
      group: 'Control',
      icon: 'clipboard-list',
      context: z.looseObject({}),
      outputs: z.looseObject({}),
      internal: true,
      rawFields: ['application', 'pipeline', 'project', 'pipelineTemplate'],
    }),
    {
      needs: [],
      tasks: [
        {
          name: type,
          timeoutMs: 60_000,
          run: async ({ context, execution }) => attempt(() => work(context, execution.user)),
        },
      ],
    },
  );

/** Refusals end the job with their sentence; anything else is an outage, to be tried again. */
async function attempt(work: () => Promise<JsonObject | undefined>): Promise<TaskResult> {
  try {
    return succeeded(undefined, await work());
  } catch (error) {
    if (error instanceof FailureError) return failed(error.failure);
    if (error instanceof ProblemError) return failed({ code: error.code, message: error.message });
    throw error;
  }
}

function nameOf(context: JsonObject): { application: JsonObject; name: string } {
  const application = isJsonObject(context['application']) ? context['application'] : {};
  const name = typeof application['name'] === 'string' ? application['name'].trim() : '';
  if (name !== '') return { application, name };
  throw new FailureError({
    code: 'applications.no-name',
    message: 'The job names no application; give it application.name.',
  });
}

/** Jobs that keep house: they change what is stored, never the world outside. Each may run twice. */
export function housekeepingExecutors(at: Housekeeping): Readonly<Record<string, StageExecutor>> {
  const save: Work = async (context, user) => {
    const { application, name } = nameOf(context);
    const problem = monikerProblem({ app: name });
    if (problem !== null) throw new FailureError({ code: 'applications.bad-name', message: problem });
    return { application: await at.applications.save({ ...application, name }, user), newState: { name } };
  };
  const remove: Work = async (context, user) => {
    await at.applications.remove(nameOf(context).name, user, at.now());
    return undefined;
  };
  const savePipeline: Work = async (context, user) => {
    await at.savePipeline(documentOf(context['pipeline'], 'pipeline'), user);
    return undefined;
  };
  const deletePipeline: Work = async (context, user) => {
    const { application, name } = documentOf(context['pipeline'], 'pipeline');
    await at.pipelines.remove(String(application ?? ''), String(name ?? ''), user);
    return undefined;
  };
  const saveProject: Work = async (context, user) => ({ project: await upsertProject(at.projects, context, user) });
  const deleteProject: Work = async (context, user) => {
    await removeProject(at.projects, context, user);
    return undefined;
  };
  const saveTemplate: Work = async (context, user) => {
    const template = documentOf(context['pipelineTemplate'], 'pipelineTemplate');
    const tag = textOf(context['tag']) ?? null;
    at.templates.check(template, tag);
    await at.templates.save(template, tag, user);
    return { 'pipelineTemplate.id': template['id'] };
  };
  const deleteTemplate: Work = async (context) => {
    const id = textOf(context['pipelineTemplateId']);
    if (id === undefined)
      throw new FailureError({
        code: 'templates.no-id',
        message: 'The job names no template; give it pipelineTemplateId.',
      });
    await at.templates.remove({ id, tag: textOf(context['tag']), digest: textOf(context['digest']) });
    return { 'pipelineTemplate.id': id };
  };
  const templateJob = (type: string, label: string, work: Work) => job(type, label, `${label}.`, work);
  return {
    createV2PipelineTemplate: templateJob('createV2PipelineTemplate', 'Create pipeline template', saveTemplate),
    updateV2PipelineTemplate: templateJob('updateV2PipelineTemplate', 'Update pipeline template', saveTemplate),
    deleteV2PipelineTemplate: templateJob('deleteV2PipelineTemplate', 'Delete pipeline template', deleteTemplate),
    createApplication: job('createApplication', 'Create application', 'Creates or changes an application.', save),
    updateApplication: job('updateApplication', 'Update application', 'Changes an application.', save),
    deleteApplication: job(
      'deleteApplication',
      'Delete application',
      'Deletes an application and its pipelines.',
      remove,
    ),
    savePipeline: job('savePipeline', 'Save pipeline', 'Creates or saves a pipeline.', savePipeline),
    deletePipeline: job('deletePipeline', 'Delete pipeline', 'Deletes a pipeline.', deletePipeline),
    upsertProject: job('upsertProject', 'Save project', 'Creates or saves a project.', saveProject),
    deleteProject: job('deleteProject', 'Delete project', 'Deletes a project.', deleteProject),
  };
}

/** A document as an object, or as the base64 JSON that older clients send. */
function documentOf(value: unknown, key: string): JsonObject {
  if (isJsonObject(value)) return value;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(String(value ?? ''), 'base64').toString('utf8'));
    if (isJsonObject(parsed)) return parsed;
  } catch {
    // Told below: neither an object nor base64 of one.
  }
  throw new FailureError({
    code: 'tasks.unreadable-document',
    message: `The job holds no document: give it \`${key}\` as an object.`,
  });
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
