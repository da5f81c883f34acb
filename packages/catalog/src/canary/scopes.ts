import type { MetricQuestion, MetricScope, StoredCanaryConfig } from '../kit/ports/index.ts';
import type { Analysis, AnalysisScope, WindowScopes } from './fields.ts';
import type { AnalysisWindow } from './windows.ts';

const MINUTE_MS = 60_000;
const DEFAULT_STEP_SECONDS = 60;

type Side = 'control' | 'experiment';
type WindowScope = WindowScopes[string]['controlScope'];

/** Both sides of every scope in one window; the baseline's is moved back by the offset. */
export function scopesIn(analysis: Analysis, { start, end }: AnalysisWindow): WindowScopes {
  const scopes = analysis.scopes ?? [];
  const offset = (analysis.baselineAnalysisOffsetInMins ?? 0) * MINUTE_MS;
  const step = scopes[0]?.step || DEFAULT_STEP_SECONDS;
  const side = (scope: AnalysisScope, which: Side, back: number): WindowScope => ({
    scope: scope[`${which}Scope`] ?? '',
    location: scope[`${which}Location`] ?? '',
    start: start - back,
    end: end - back,
    step,
    extendedScopeParams: { ...scope.extendedScopeParams, ...scope[`${which}ScopeParams`] },
  });
  return Object.fromEntries(
    scopes.map((scope) => [
      scope.scopeName,
      { controlScope: side(scope, 'control', offset), experimentScope: side(scope, 'experiment', 0) },
    ]),
  );
}

const metricScope = ({ scope, location, start, end, step, extendedScopeParams }: WindowScope): MetricScope => ({
  scope,
  location,
  start,
  end,
  stepSeconds: step,
  params: extendedScopeParams,
});

/** What is asked of the source for one side: one question for each metric of the config, in its order. */
export function questionsOf(
  { config }: StoredCanaryConfig,
  scopes: WindowScopes,
  side: Side,
): readonly MetricQuestion[] {
  return config.metrics.map(({ name, query, scopeName }) => ({
    metric: name,
    query: { ...query, type: query.type ?? query.serviceType },
    scope: metricScope(scopes[scopeName ?? '']![`${side}Scope`]),
  }));
}

/** What keeps an analysis from starting, as sentences. */
export function scopeProblems({ config }: StoredCanaryConfig, analysis: Analysis): readonly string[] {
  const scopes = analysis.scopes ?? [];
  const names = new Set(scopes.map(({ scopeName }) => scopeName));
  const wanted = [...new Set(config.metrics.map(({ scopeName }) => scopeName ?? ''))];
  const missing = wanted
    .filter((name) => !names.has(name))
    .map((name) =>
      name === ''
        ? `A metric of canary config "${config.name}" names no scope.`
        : `Canary config "${config.name}" compares scope "${name}", which the stage does not have.`,
    );
  const unused = [...names]
    .filter((name) => !wanted.includes(name))
    .map((name) => `The stage has scope "${name}", which no metric of canary config "${config.name}" compares.`);
  const empty = scopes.flatMap((scope) =>
    (['controlScope', 'controlLocation', 'experimentScope', 'experimentLocation'] as const)
      .filter((field) => !scope[field])
      .map((field) => `Scope "${scope.scopeName}" has no ${field}.`),
  );
  return [...missing, ...unused, ...empty];
}
