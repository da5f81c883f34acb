import * as z from 'zod';
import { parameterSchema } from '../format/parameter.ts';
import { pipelineExtras, pipelineSchema } from '../format/pipeline.ts';
import { stageFrameFields } from '../format/stage.ts';
import { triggerKinds } from '../format/trigger.ts';

const {
  application: _application,
  name: _name,
  stages: _stages,
  parameterConfig: _parameterConfig,
  ...pipelineShape
} = pipelineSchema.shape;

/** What a pipeline says beside its name, its parameters and its stages. */
export const pipelineFields = z.looseObject({ ...pipelineShape, ...pipelineExtras });

/** Fields of a stage of any type. */
export const commonFields = z.looseObject(stageFrameFields);

/** Fields of a parameter beside its name. */
export const parameterFields = z.looseObject(parameterSchema.shape).omit({ name: true });

export { triggerKinds };
