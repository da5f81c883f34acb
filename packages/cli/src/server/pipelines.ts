import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { usage } from '../problem.ts';
import type { Server } from './server.ts';
import { ServerRefusal } from './server.ts';

/** `application/pipeline`; the pipeline's name may hold slashes. */
export function parsePipelinePath(path: string): { application: string; pipeline: string } {
  const at = path.indexOf('/');
  const application = path.slice(0, at);
  const pipeline = path.slice(at + 1);
  if (at > 0 && pipeline !== '') return { application, pipeline };
  throw usage(`"${path}" names no pipeline.`, "Write application/pipeline, for example 'shop/Deploy web'.");
}

const part = (text: string): string => encodeURIComponent(text);

/** The stored pipeline of that name; null when there is none. */
export const findPipeline = (server: Server, application: string, name: string): Promise<JsonObject | null> =>
  server.find(`/applications/${part(application)}/pipelineConfigs/${part(name)}`);

/** The stored pipeline of that name; an error that says where to look when there is none. */
export async function needPipeline(server: Server, path: string): Promise<JsonObject> {
  const { application, pipeline } = parsePipelinePath(path);
  const found = await findPipeline(server, application, pipeline);
  if (found) return found;
  const others = await namesOf(server, application);
  throw new ServerRefusal(
    404,
    'pipelines.not-found',
    `Application ${application} has no pipeline "${pipeline}".`,
    others.length === 0 ? 'It has no pipelines at all.' : `Its pipelines: ${others.join(', ')}.`,
  );
}

/** The stored version of a pipeline a file holds: by its id where it names one, else by its name. */
export async function findStored(server: Server, pipeline: JsonObject): Promise<JsonObject | null> {
  const { id, application, name } = pipeline;
  if (typeof application !== 'string' || typeof name !== 'string')
    throw usage('The pipeline names no application or has no name.', 'Give it "application" and "name".');
  if (typeof id === 'string') {
    const same = (await listOf(server, application)).find((stored) => stored['id'] === id);
    if (same) return same;
  }
  return findPipeline(server, application, name);
}

/** Versions, newest first. */
export async function historyOf(server: Server, id: string): Promise<readonly JsonObject[]> {
  const answer = await server.ask('GET', `/pipelineConfigs/${part(id)}/history?limit=100`);
  return Array.isArray(answer) ? answer.filter(isJsonObject) : [];
}

export const startPath = (application: string, pipeline: string): string =>
  `/pipelines/${part(application)}/${part(pipeline)}`;

async function listOf(server: Server, application: string): Promise<readonly JsonObject[]> {
  const answer = await server.ask('GET', `/applications/${part(application)}/pipelineConfigs`);
  return Array.isArray(answer) ? answer.filter(isJsonObject) : [];
}

const namesOf = async (server: Server, application: string): Promise<readonly string[]> => {
  try {
    return (await listOf(server, application)).map((stored) => String(stored['name']));
  } catch {
    return [];
  }
};
