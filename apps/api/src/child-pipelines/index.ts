export { ChildPipelines, type PipelineSource } from './child-pipelines.ts';
export { configuredMonitors } from './configured-monitors.ts';
export { RecoveryRuns } from './recovery-runs.ts';
export { withStrategies } from './with-strategies.ts';
