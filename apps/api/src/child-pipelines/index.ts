export { ChildPipelines, type PipelineSource } from './child-pipelines.ts';
