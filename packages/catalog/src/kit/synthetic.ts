import type { JsonObject } from '@gennaker/pipeline-dsl';

/** A stage that another stage plans, named by type. `requires` lists keys of siblings that must end first. */
export interface SyntheticStage {
  readonly key: string;
  readonly type: string;
  readonly name: string;
  readonly context: JsonObject;
  readonly requires: readonly string[];
}

export type SyntheticSpec = Omit<SyntheticStage, 'key' | 'requires'>;

/** One after another. */
export const inSequence = (specs: readonly SyntheticSpec[]): SyntheticStage[] =>
  specs.map((spec, i) => ({ ...spec, key: String(i + 1), requires: i === 0 ? [] : [String(i)] }));

/** All at once. */
export const inParallel = (specs: readonly SyntheticSpec[]): SyntheticStage[] =>
  specs.map((spec, i) => ({ ...spec, key: String(i + 1), requires: [] }));
