import type { CanaryConfig, CanaryMetric } from './canary-config.ts';
import { type ConfigFinding, configError, configWarning } from './finding.ts';
import { queryTemplateOf, templateVariables } from './query-template.ts';

type Analysis = NonNullable<NonNullable<CanaryMetric['analysisConfigurations']>['canary']>;

/** What is wrong with one metric by itself. */
export function* checkMetric(config: CanaryConfig, index: number): Generator<ConfigFinding> {
  const metric = config.metrics[index]!;
  const analysis: Analysis = metric.analysisConfigurations?.canary ?? {};
  const path = ['metrics', index, 'analysisConfigurations', 'canary'];
  const name = `metric "${metric.name}"`;
  if (!metric.scopeName)
    yield configError(
      'no-scope-name',
      ['metrics', index, 'scopeName'],
      `The ${name} names no scope, so no run could start. Name one, such as "default".`,
    );
  yield* checkWords(analysis, path, name);
  yield* checkEffect(analysis, path, name);
  yield* checkStandardFields(config, analysis, path, name);
  yield* checkQuery(config, metric, index, name);
}

function* checkWords(analysis: Analysis, path: readonly PropertyKey[], name: string): Generator<ConfigFinding> {
  const words: readonly [field: readonly string[], value: string | undefined, allowed: readonly string[]][] = [
    [['direction'], analysis.direction, ['increase', 'decrease', 'either']],
    [['nanStrategy'], analysis.nanStrategy, ['remove', 'replace']],
    [['outliers', 'strategy'], analysis.outliers?.strategy, ['remove', 'keep']],
    [['effectSize', 'measure'], analysis.effectSize?.measure, ['meanRatio', 'cles']],
  ];
  if (analysis.direction === undefined)
    yield configError(
      'no-direction',
      [...path, 'direction'],
      `The ${name} does not say which change is bad. Set direction to increase, decrease or either.`,
    );
  for (const [field, value, allowed] of words)
    if (value !== undefined && !allowed.includes(value))
      yield configError(
        'unknown-word',
        [...path, ...field],
        `The ${field.join('.')} of ${name} is "${value}". Use ${allowed.join(' or ')}.`,
      );
  const factor = analysis.outliers?.outlierFactor;
  if (factor !== undefined && !(factor > 0))
    yield configError(
      'outlier-factor',
      [...path, 'outliers', 'outlierFactor'],
      `The outlier factor of ${name} is ${factor}. It must be above 0.`,
    );
}

function* checkEffect(analysis: Analysis, path: readonly PropertyKey[], name: string): Generator<ConfigFinding> {
  const effect = analysis.effectSize;
  if (!effect) return;
  const isCles = effect.measure === 'cles';
  const increase = isCles
    ? { low: 0.5, high: 1, text: 'from 0.5 to 1' }
    : { low: 1, high: Infinity, text: 'at least 1' };
  const decrease = isCles
    ? { low: 0, high: 0.5, text: 'from 0 to 0.5' }
    : { low: 0, high: 1, text: 'above 0 and at most 1' };
  for (const field of ['allowedIncrease', 'criticalIncrease', 'allowedDecrease', 'criticalDecrease'] as const) {
    const value = effect[field];
    const range = field.endsWith('Increase') ? increase : decrease;
    if (value === undefined || (value >= range.low && value <= range.high && (value > 0 || isCles))) continue;
    yield configError(
      'effect-size',
      [...path, 'effectSize', field],
      `The ${field} of ${name} is ${value}. With ${isCles ? 'cles' : 'meanRatio'} it must be ${range.text}.`,
    );
  }
  const noEffect = isCles ? 0.5 : 1;
  const { allowedIncrease = noEffect, allowedDecrease = noEffect, criticalIncrease, criticalDecrease } = effect;
  if (criticalIncrease !== undefined && criticalIncrease < allowedIncrease)
    yield configError(
      'critical-within-allowed',
      [...path, 'effectSize', 'criticalIncrease'],
      `The ${name} is critical from ${criticalIncrease}, which is below the allowed ${allowedIncrease}. Raise criticalIncrease.`,
    );
  if (criticalDecrease !== undefined && criticalDecrease > allowedDecrease)
    yield configError(
      'critical-within-allowed',
      [...path, 'effectSize', 'criticalDecrease'],
      `The ${name} is critical down from ${criticalDecrease}, which is above the allowed ${allowedDecrease}. Lower criticalDecrease.`,
    );
}

function* checkStandardFields(
  config: CanaryConfig,
  analysis: Analysis,
  path: readonly PropertyKey[],
  name: string,
): Generator<ConfigFinding> {
  const { minAbsoluteChange, exposureMetric, exposureShare } = analysis;
  if (minAbsoluteChange !== undefined && !(minAbsoluteChange >= 0))
    yield configError(
      'min-absolute-change',
      [...path, 'minAbsoluteChange'],
      `The minAbsoluteChange of ${name} is ${minAbsoluteChange}. It must not be negative.`,
    );
  if (exposureShare !== undefined && !(exposureShare > 0 && exposureShare < 1))
    yield configError(
      'exposure-share',
      [...path, 'exposureShare'],
      `The exposureShare of ${name} is ${exposureShare}. It must lie between 0 and 1.`,
    );
  if (exposureMetric !== undefined && !config.metrics.some((other) => other.name === exposureMetric))
    yield configError(
      'exposure-metric',
      [...path, 'exposureMetric'],
      `The ${name} takes its exposure from "${exposureMetric}", which is no metric of the config. Add it, or name another.`,
    );
}

/** Bindings that sources make from a scope; a run's `extendedScopeParams` may bring more. */
const scopeBindings = ['scope', 'location', 'project', 'resourceType', 'step', 'startEpochSeconds', 'endEpochSeconds'];

function* checkQuery(
  config: CanaryConfig,
  metric: CanaryMetric,
  index: number,
  name: string,
): Generator<ConfigFinding> {
  const path = ['metrics', index, 'query'];
  if (metric.query.type === undefined && metric.query.serviceType === undefined)
    yield configError('no-query-type', [...path, 'type'], `The query of ${name} names no source. Set its type.`);
  if (metric.query['customFilter'])
    yield configError(
      'custom-filter',
      [...path, 'customFilter'],
      `The query of ${name} uses customFilter, which is no longer read. Move its text to customInlineTemplate.`,
    );
  const { text, missing } = queryTemplateOf(metric.query, config.templates);
  if (missing !== undefined)
    yield configError(
      'no-template',
      [...path, 'customFilterTemplate'],
      `The query of ${name} uses the template "${missing}", which the config does not have. Add it, or name another.`,
    );
  const isInline =
    typeof metric.query['customInlineTemplate'] === 'string' && metric.query['customInlineTemplate'] !== '';
  const unknown = templateVariables(text ?? '').filter(
    (variable) => !scopeBindings.includes(variable) && !isBoundByQuery(metric.query, variable),
  );
  if (unknown.length > 0)
    yield configWarning(
      'template-variable',
      [...path, isInline ? 'customInlineTemplate' : 'customFilterTemplate'],
      `The template of ${name} uses ${unknown.map((variable) => `\${${variable}}`).join(', ')}. Every run must bring it in the extended parameters of its scopes.`,
    );
}

const isBoundByQuery = (query: Readonly<Record<string, unknown>>, variable: string): boolean =>
  Object.hasOwn(query, variable) && query[variable] !== '' && query[variable] !== null;
