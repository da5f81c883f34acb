import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { StoredDocument } from '../../persistence/index.ts';

/** A project as clients read it. Times are epoch ms. */
export const toProject = (stored: StoredDocument) => ({
  ...stored.content,
  id: stored.id,
  name: stored.name,
  config: {
    applications: [],
    clusters: [],
    pipelineConfigs: [],
    ...(isJsonObject(stored.content['config']) ? stored.content['config'] : {}),
  } as JsonObject,
  createTs: stored.createdAt,
  updateTs: stored.updatedAt,
  lastModifiedBy: stored.updatedBy,
});
