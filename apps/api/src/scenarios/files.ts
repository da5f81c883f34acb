import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { ChildConfig } from '../child-pipelines/child-pipelines.ts';
import { findProject } from '../config/index.ts';

const EXAMPLES = join(findProject().root, 'examples');
const FOLDER = join(EXAMPLES, 'pipelines');

export const pipelineFiles = (): readonly string[] => readdirSync(FOLDER).sort();

/** A pipeline exactly as its file has it. */
export const readPipeline = (file: string): JsonObject =>
  JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as JsonObject;

/** A canary config exactly as its file has it. */
export const readCanaryConfig = (file: string): JsonObject =>
  JSON.parse(readFileSync(join(EXAMPLES, 'canary-configs', file), 'utf8')) as JsonObject;

/** The pipeline as it is stored: with an id, if it brings none, and a version. */
export function storedPipeline(pipeline: JsonObject): ChildConfig {
  const { name, application, id } = pipeline;
  return {
    ...pipeline,
    id: typeof id === 'string' ? id : `stored ${String(name)}`,
    name: String(name),
    application: String(application),
    version: 1,
  };
}
