export { ChildPipelines, type PipelineSource } from './child-pipelines.ts';
export { RecoveryRuns } from './recovery-runs.ts';
