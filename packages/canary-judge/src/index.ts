export {
  type CanaryConfig,
  type CanaryMetric,
  canaryConfigSchema,
  canaryMetricSchema,
} from './config/canary-config.ts';
export { checkCanaryConfig } from './config/check-config.ts';
export type { ConfigFinding } from './config/finding.ts';
export { judgeModeOf, judgeNames } from './config/judge-mode.ts';
export { type MetricSettings, metricSettings } from './config/metric-settings.ts';
export { expandTemplate, queryTemplateOf, templateVariables } from './config/query-template.ts';
export { judge } from './judge.ts';
export type * from './judgment.ts';
export {
  type MetricSet,
  type MetricSetPair,
  metricSetPairSchema,
  metricSetSchema,
  type StoredNumber,
  toStoredNumber,
  toStoredPair,
} from './metric-sets.ts';
export { type Pairing, type PairingInput, pairMetricSets } from './pair-metric-sets.ts';
export { detectableChange, type Plan, pointsToDetect, shareOfShift } from './plan.ts';
