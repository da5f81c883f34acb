import { keptStageDefinitions, stageDefinitions } from '@gennaker/catalog/definitions';
import type { StageDefinition } from '@gennaker/pipeline-dsl';

/** Every stage type this build carries out. */
export const stageTypes: readonly StageDefinition[] = Object.values(stageDefinitions);

const byType = new Map(
  [...Object.values(keptStageDefinitions), ...stageTypes].flatMap((one) =>
    [one.type, ...(one.aliases ?? [])].map((type) => [type, one] as const),
  ),
);

/**
 * Definition of a type, also of one that is kept but not carried out (`runs` is false). Undefined for types this build
 * does not know; they are shown and kept all the same.
 */
export const stageType = (type: string): StageDefinition | undefined => byType.get(type);

/** Name of a type for people. */
export const stageTypeLabel = (type: string): string => stageType(type)?.label ?? type;
