import { FailureError, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import type { Documents, StoredDocument } from '../../persistence/index.ts';
import { toProject } from './project-shape.ts';

const text = (max: number) => z.string().trim().max(max);
const projectSchema = z.looseObject({
  id: text(200).optional(),
  name: text(200).min(1),
  email: text(500).optional(),
  config: z
    .looseObject({
      applications: z.array(text(200)).max(200).optional(),
      clusters: z.array(z.looseObject({})).max(200).optional(),
      pipelineConfigs: z
        .array(z.looseObject({ application: text(200), pipelineConfigId: text(200) }))
        .max(500)
        .optional(),
    })
    .optional(),
});
const SERVER_KEYS: ReadonlySet<string> = new Set(['createTs', 'updateTs', 'lastModifiedBy']);

/** Creates the project of a job, or saves the one that has its id or, without an id, its name. */
export async function upsertProject(projects: Documents, job: JsonObject, user: string): Promise<JsonObject> {
  const parsed = projectSchema.safeParse(projectOf(job));
  const issue = parsed.error?.issues[0];
  if (!parsed.success) throw refuse('projects.invalid', `project.${issue?.path.join('.')}: ${issue?.message}`);
  const project = parsed.data;
  const id = project.id || ((await projects.find('', project.name))?.id ?? null);
  const content = Object.fromEntries(Object.entries(project).filter(([key]) => key !== 'id' && !SERVER_KEYS.has(key)));
  const base = { version: null, updateTs: null };
  const { kind, stored } = await projects.save({ id, scope: '', name: project.name, content, base }, user);
  if (kind === 'duplicate')
    throw refuse(
      'projects.duplicate-name',
      `A project named "${stored.name}" exists already (id ${stored.id}). Use another name, or send that id to save it.`,
    );
  return toProject(stored);
}

/** Deletes the project that a job names by id or name; none is a success, for a job may run twice. */
export async function removeProject(projects: Documents, job: JsonObject, user: string): Promise<void> {
  const { id, name } = projectOf(job);
  const wanted = [id, name].find((each): each is string => typeof each === 'string' && each.trim() !== '');
  if (wanted === undefined)
    throw refuse('projects.no-name', 'The job names no project; give it project.id or project.name.');
  const found: StoredDocument | null = await projects.find('', wanted);
  if (found) await projects.remove(found.id, user);
}

const projectOf = (job: JsonObject): JsonObject => (isJsonObject(job['project']) ? job['project'] : {});

const refuse = (code: string, message: string): FailureError => new FailureError({ code, message });
