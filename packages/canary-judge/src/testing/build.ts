import type { CanaryConfig, CanaryMetric } from '../config/canary-config.ts';
import type { MetricSetPair } from '../metric-sets.ts';

type Canary = NonNullable<NonNullable<CanaryMetric['analysisConfigurations']>['canary']>;

interface MetricParts {
  readonly name: string;
  readonly groups?: readonly string[];
  readonly canary?: Canary;
}

interface ConfigParts {
  readonly metrics: readonly MetricParts[];
  readonly groupWeights?: Readonly<Record<string, number | undefined>>;
  readonly judgeConfigurations?: Readonly<Record<string, unknown>>;
}

/** A config with these metrics, each in group `g` unless it says otherwise. */
export function configOf({ metrics, groupWeights = {}, judgeConfigurations }: ConfigParts): CanaryConfig {
  return {
    name: 'checkout',
    applications: ['shop'],
    judge: { name: 'Gennaker-v1.0', ...(judgeConfigurations && { judgeConfigurations: { ...judgeConfigurations } }) },
    metrics: metrics.map(({ name, groups = ['g'], canary = {} }) => ({
      name,
      query: { type: 'cloudwatch' },
      groups: [...groups],
      scopeName: 'default',
      analysisConfigurations: { canary },
    })),
    classifier: {
      groupWeights: Object.fromEntries(Object.entries(groupWeights).map(([group, weight]) => [group, weight ?? 0])),
    },
  };
}

const start = Date.UTC(2026, 0, 5, 12);

/** A pair of series with one point a minute. */
export function pairOf(
  name: string,
  { control, experiment }: { readonly control: readonly number[]; readonly experiment: readonly number[] },
  tags: Readonly<Record<string, string>> = {},
): MetricSetPair {
  const scope = { startTimeIso: new Date(start).toISOString(), startTimeMillis: start, stepMillis: 60_000 };
  return {
    name,
    id: `pair-${name}-${JSON.stringify(tags)}`,
    tags: { ...tags },
    values: { control: [...control], experiment: [...experiment] },
    scopes: { control: scope, experiment: scope },
    attributes: { control: {}, experiment: {} },
  };
}

/** Independent values around `centre`, the same for the same seed. */
export function noise(seed: number, count: number, { centre = 100, spread = 5 } = {}): number[] {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 4294967296;
  };
  const draw = (): number => {
    let sum = -6;
    for (let i = 0; i < 12; i += 1) sum += next();
    return centre + spread * sum;
  };
  return Array.from({ length: count }, draw);
}
