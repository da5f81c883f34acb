import type { JsonObject } from '@gennaker/pipeline-dsl';

const KEPT = 500;

/** Documents of pipelines by id and version. A version never changes, so what is kept is never old. */
export class ConfigCache {
  private readonly kept = new Map<string, JsonObject>();
  private readonly load: (pipelineId: string, version: number) => Promise<JsonObject | null>;

  constructor(load: (pipelineId: string, version: number) => Promise<JsonObject | null>) {
    this.load = load;
  }

  async get(pipelineId: string, version: number): Promise<JsonObject | null> {
    const key = `${pipelineId}@${version}`;
    const known = this.kept.get(key);
    if (known) return known;
    const config = await this.load(pipelineId, version);
    if (config === null) return null;
    if (this.kept.size >= KEPT) this.kept.delete(this.kept.keys().next().value ?? '');
    this.kept.set(key, config);
    return config;
  }
}
