export {
  type Authored,
  type AuthoredObject,
  type CommonFields,
  type ExpressionText,
  extra,
  type StageFields,
  unchecked,
} from './authored.ts';
export { compile, compileAll, type PipelineDocument } from './compile.ts';
export {
  allOf,
  anyOf,
  calc,
  deployedServerGroups,
  execution,
  expr,
  is,
  isNot,
  judgment,
  not,
  trigger,
} from './expressions-in-code.ts';
export {
  isPipelineCode,
  type ParameterFields,
  type ParameterReferences,
  type PipelineCode,
  type PipelineConfig,
  pipeline,
  type RefIdStyle,
  type TriggerFields,
  triggers,
} from './pipeline-code.ts';
export { type CodeVocabulary, printPipeline } from './print/to-code.ts';
export type { OpenReference, Ref, Reference } from './reference.ts';
export {
  type FailurePolicy,
  raw,
  type StageCode,
  type StageHandle,
  type StageList,
  type StageMakers,
  type StageNotes,
  stageMakers,
} from './stage-code.ts';
