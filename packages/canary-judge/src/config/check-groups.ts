import type { CanaryConfig } from './canary-config.ts';
import { type ConfigFinding, configError, configWarning } from './finding.ts';

/** What is wrong with groups and their weights. */
export function* checkGroups(config: CanaryConfig): Generator<ConfigFinding> {
  const weights = config.classifier?.groupWeights ?? {};
  const weighted = Object.keys(weights);
  const voiced = groupsOf(config, (muted) => !muted);
  const all = groupsOf(config, () => true);
  for (const [index, metric] of config.metrics.entries())
    if ((metric.groups ?? []).length === 0 && !isMuted(metric))
      yield configWarning(
        'no-group',
        ['metrics', index, 'groups'],
        `The metric "${metric.name}" is in no group, so it cannot lower the score unless it is critical. Put it in a group.`,
      );
  if (voiced.size === 0 && config.metrics.length > 0)
    yield configError(
      'no-score',
      ['metrics'],
      'No metric has a voice in the score: each is muted or in no group, so every run would score 0. Put one in a group.',
    );
  for (const group of weighted) yield* checkWeight(group, weights[group]!, all, voiced);
  yield* checkTotal(weights, weighted, voiced);
}

const isMuted = (metric: CanaryConfig['metrics'][number]): boolean =>
  metric.analysisConfigurations?.canary?.muted === true;

const groupsOf = (config: CanaryConfig, isWanted: (isMuted: boolean) => boolean): Set<string> =>
  new Set(config.metrics.filter((metric) => isWanted(isMuted(metric))).flatMap((metric) => metric.groups ?? []));

function* checkWeight(
  group: string,
  weight: number,
  all: ReadonlySet<string>,
  voiced: ReadonlySet<string>,
): Generator<ConfigFinding> {
  const path = ['classifier', 'groupWeights', group];
  if (!(weight >= 0))
    yield configError('negative-weight', path, `The group "${group}" weighs ${weight}. A weight must not be negative.`);
  if (!all.has(group))
    yield configError(
      'weight-without-metrics',
      path,
      `The group "${group}" has a weight but no metric, so its share of the score would be lost. Remove the weight.`,
    );
  else if (!voiced.has(group) && weight > 0)
    yield configError(
      'weight-without-voice',
      path,
      `Every metric of the group "${group}" is muted, so its share of the score would be lost. Set its weight to 0.`,
    );
}

function* checkTotal(
  weights: Readonly<Record<string, number>>,
  weighted: readonly string[],
  voiced: ReadonlySet<string>,
): Generator<ConfigFinding> {
  if (weighted.length === 0) return;
  const path = ['classifier', 'groupWeights'];
  const total = weighted.reduce((sum, group) => sum + weights[group]!, 0);
  const rest = [...voiced].filter((group) => !Object.hasOwn(weights, group));
  const isFull = Math.abs(total - 100) < 1e-9;
  const named = rest.map((group) => `"${group}"`).join(', ');
  if (rest.length === 0 && !isFull)
    yield configError('weights-total', path, `The weights of the groups total ${total}. They must total 100.`);
  else if (rest.length > 0 && !isFull && total > 100)
    yield configError(
      'weights-total',
      path,
      `The weights of the groups total ${total}, and ${named} would weigh less than nothing. They must total 100.`,
    );
  else if (rest.length > 0)
    yield configWarning(
      'group-without-weight',
      path,
      isFull
        ? `The weights total 100 already, so ${named} counts for nothing. Give it a weight.`
        : `What is left of 100, ${100 - total}, is shared by the groups without a weight: ${named}.`,
    );
}
