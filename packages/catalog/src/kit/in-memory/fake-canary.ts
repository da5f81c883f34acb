import { type CanaryConfig, expandTemplate, type MetricSet } from '@gennaker/canary-judge';
import { FailureError, isJsonObject } from '@gennaker/pipeline-dsl';
import type {
  CanaryConfigRef,
  CanaryVerdict,
  CanaryWindow,
  Judge,
  MetricQuestion,
  Metrics,
  Operation,
  StoredCanaryConfig,
} from '../ports/index.ts';
import { Trouble } from './trouble.ts';

const wordsOf = ({ query, scope }: MetricQuestion): Readonly<Record<string, string>> => ({
  scope: scope.scope,
  location: scope.location,
  ...Object.fromEntries(
    Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  ),
  ...scope.params,
});

const dimensionsOf = ({ query }: MetricQuestion): ReadonlyArray<readonly [string, string]> =>
  Object.entries(isJsonObject(query['dimensions']) ? query['dimensions'] : {}).map(([name, value]) => [
    name,
    String(value),
  ]);

function faultsOf(question: MetricQuestion): readonly string[] {
  const { query, metric } = question;
  if (query['type'] !== 'cloudwatch') return [`Metric "${metric}" is read from a source that is not known.`];
  const words = wordsOf(question);
  return dimensionsOf(question)
    .flatMap(([, value]) => expandTemplate(value, words).missing)
    .map((word) => `Metric "${metric}": nothing says what \${${word}} is.`);
}

/** A source of metrics named `cloudwatch` that knows the points a test gives it. */
export class FakeMetrics implements Metrics {
  readonly trouble = new Trouble();
  /** Every question so far. */
  readonly asked: MetricQuestion[] = [];
  private readonly points = new Map<string, Array<readonly [at: number, value: number]>>();

  /** A point of a metric; `at` in epoch ms. */
  add(metricName: string, dimensions: Readonly<Record<string, string>>, at: number, value: number): void {
    const key = keyOf(metricName, Object.entries(dimensions));
    this.points.set(key, [...(this.points.get(key) ?? []), [at, value]]);
  }

  async fetch(_account: string, questions: readonly MetricQuestion[]): Promise<ReadonlyArray<readonly MetricSet[]>> {
    return this.trouble.run('fetch', () => {
      this.asked.push(...questions);
      return questions.map((question) => {
        const [problem] = faultsOf(question);
        if (problem) throw new FailureError({ code: 'metrics.bad-query', message: problem });
        return [this.setOf(question)];
      });
    });
  }

  async problemsOf(question: MetricQuestion): Promise<readonly string[]> {
    return faultsOf(question);
  }

  private setOf(question: MetricQuestion): MetricSet {
    const { metric, query, scope } = question;
    const words = wordsOf(question);
    const dimensions = dimensionsOf(question).map(
      ([name, value]) => [name, expandTemplate(value, words).text] as const,
    );
    const step = Math.max(60, Math.ceil(scope.stepSeconds / 60) * 60) * 1_000;
    const from = Math.ceil(scope.start / step) * step;
    const to = Math.max(from, Math.floor(scope.end / step) * step);
    const values = Array.from({ length: (to - from) / step }, () => Number.NaN);
    for (const [at, value] of this.points.get(keyOf(String(query['metricName']), dimensions)) ?? []) {
      const index = Math.floor((at - from) / step);
      if (index >= 0 && index < values.length) values[index] = value;
    }
    return {
      name: metric,
      tags: {},
      startTimeMillis: from,
      startTimeIso: new Date(from).toISOString(),
      endTimeMillis: to,
      endTimeIso: new Date(to).toISOString(),
      stepMillis: step,
      values,
      attributes: { query: `${String(query['metricName'])} of ${scope.scope}` },
    };
  }
}

const keyOf = (metricName: string, dimensions: ReadonlyArray<readonly [string, string]>): string =>
  JSON.stringify([metricName, [...dimensions].sort(([a], [b]) => (a < b ? -1 : 1))]);

/** What a fake judge says of one window: a score, or a score with a verdict of its own. */
export type FakeScore = number | { readonly score: number; readonly verdict: CanaryVerdict['verdict'] };

/** A judge that says what it was told to, in order; the last word stays. It keeps what it was asked. */
export class FakeJudge implements Judge {
  readonly trouble = new Trouble();
  readonly windows: CanaryWindow[] = [];
  scores: readonly FakeScore[] = [100];
  private readonly configs: StoredCanaryConfig[] = [];
  private readonly answered = new Map<string, CanaryVerdict>();

  /** Stores a config, or the next version of it. */
  store(id: string, config: CanaryConfig): StoredCanaryConfig {
    const version = this.configs.filter((one) => one.id === id).length + 1;
    const stored = { id, version, config };
    this.configs.push(stored);
    return stored;
  }

  async config({ application, id, name, version }: CanaryConfigRef): Promise<StoredCanaryConfig> {
    return this.trouble.run('config', () => {
      const found = this.configs.findLast(
        (one) =>
          (id ? one.id === id : one.config.name === name && one.config.applications.includes(application)) &&
          (version === undefined || one.version === version),
      );
      if (found) return found;
      throw new FailureError({ code: 'canary.unknown-config', message: `There is no canary config ${id ?? name}.` });
    });
  }

  async judge(window: CanaryWindow, { key }: Operation): Promise<CanaryVerdict> {
    return this.trouble.run('judge', () => {
      const known = this.answered.get(key);
      if (known) return known;
      const told = this.scores[Math.min(this.answered.size, this.scores.length - 1)] ?? 100;
      const verdict = this.verdictOf(window, told);
      this.windows.push(window);
      this.answered.set(key, verdict);
      return verdict;
    });
  }

  private verdictOf({ thresholds, config }: CanaryWindow, told: FakeScore): CanaryVerdict {
    const score = typeof told === 'number' ? told : told.score;
    const usual = score >= thresholds.pass ? 'pass' : score >= thresholds.marginal ? 'marginal' : 'fail';
    const verdict = typeof told === 'number' ? usual : told.verdict;
    const metric = config.config.metrics[0]?.name ?? 'metric';
    return {
      id: `report-${this.answered.size + 1}`,
      verdict,
      score,
      reason: `The score is ${score}.`,
      telling: verdict === 'pass' ? [] : [{ metric, classification: 'High', reason: 'the canary is higher' }],
      warnings: [],
    };
  }
}
