export { type Parameter, parameterSchema } from './format/parameter.ts';
export { type Pipeline, pipelineSchema } from './format/pipeline.ts';
export { type AuthoredStage, authoredStageSchema, STAGE_FRAME_KEYS } from './format/stage.ts';
export { type Trigger, triggerSchema } from './format/trigger.ts';
