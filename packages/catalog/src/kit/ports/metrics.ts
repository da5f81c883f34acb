import type { MetricSet } from '@gennaker/canary-judge';

/** One side of a comparison in one window: what is measured, where, and when. */
export interface MetricScope {
  /** What is measured, in the words of the query: the name of a server group, as a rule. */
  readonly scope: string;
  /** Region. */
  readonly location: string;
  /** Epoch ms. */
  readonly start: number;
  /** Epoch ms; the window ends before it. */
  readonly end: number;
  /** Wished distance of the points; a source may have to take a longer one. */
  readonly stepSeconds: number;
  /** Further words that queries may name as `${word}`. */
  readonly params: Readonly<Record<string, string>>;
}

/** One metric of one side. */
export interface MetricQuestion {
  /** Name of the metric in its config. */
  readonly metric: string;
  /** What to ask, in the words of its source, which `type` names. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly scope: MetricScope;
}

/**
 * Sources of metrics. Fails with `metrics.unknown-source`, `metrics.bad-query` (it names the metric and the field),
 * `metrics.denied`, `metrics.incomplete` (worth another try), or what the source's provider says.
 */
export interface Metrics {
  /**
   * Answers in the order of the questions, each with at least one set, empty when there is no data. Points lie on an
   * even grid by their times: NaN where the source has none, or none that is a finite number. Tags tell series of one
   * answer apart and never name the scope.
   */
  fetch(
    account: string,
    questions: readonly MetricQuestion[],
    abort?: AbortSignal,
  ): Promise<ReadonlyArray<readonly MetricSet[]>>;
  /** Words in a query that its scope does not explain, and other faults, as sentences; empty when it can be asked. */
  problemsOf(question: MetricQuestion): Promise<readonly string[]>;
}
