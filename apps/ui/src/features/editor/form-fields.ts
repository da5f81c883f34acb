import { stageUi } from '@gennaker/catalog/ui';
import type { AuthoredStage } from '@gennaker/pipeline-dsl';
import { stageType } from '../../app/stage-types.ts';
import { type FieldSpec, fieldsOfSchema } from './schema-fields.ts';

/** Keys every stage may have; the frame of the form shows them, not its type's part. */
export const FRAME_KEYS: ReadonlySet<string> = new Set([
  'type',
  'name',
  'refId',
  'requisiteStageRefIds',
  'startTimeExpiry',
  'stageEnabled',
  'failPipeline',
  'continuePipeline',
  'completeOtherBranchesThenFail',
  'failOnFailedExpressions',
  'restrictExecutionDuringTimeWindow',
  'restrictedExecutionWindow',
  'stageTimeoutMs',
  'overrideTimeout',
  'comments',
  'isNew',
]);

/** Fields the form of a stage shows: all of its type, or its main ones and those that hold a value. */
export function formFields(stage: AuthoredStage): FieldSpec[] {
  const definition = stageType(stage.type);
  const main = stageUi[stage.type]?.mainFields;
  return (definition ? fieldsOfSchema(definition.context) : []).filter(
    (field) => !FRAME_KEYS.has(field.key) && (!main || main.includes(field.key) || stage[field.key] !== undefined),
  );
}
