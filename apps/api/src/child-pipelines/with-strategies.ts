import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { ChildConfig, PipelineSource } from './child-pipelines.ts';

/** A strategy pipeline as it is stored. */
interface StoredStrategy {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly version: number;
  readonly content: JsonObject;
}

interface Strategies {
  find(application: string, nameOrId: string): Promise<StoredStrategy | null>;
  byId(id: string): Promise<StoredStrategy | null>;
}

const toConfig = (stored: StoredStrategy | null): ChildConfig | null =>
  stored && {
    ...stored.content,
    id: stored.id,
    name: stored.name,
    application: stored.scope,
    version: stored.version,
  };

/** Stored pipelines, and where none is called so, strategy pipelines, which are stored apart. */
export const withStrategies = (pipelines: PipelineSource, strategies: Strategies): PipelineSource => ({
  find: async (application, nameOrId) =>
    (await pipelines.find(application, nameOrId)) ?? toConfig(await strategies.find(application, nameOrId)),
  byId: async (id) => (await pipelines.byId(id)) ?? toConfig(await strategies.byId(id)),
});
