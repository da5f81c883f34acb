import { judgeNames } from './config/judge-mode.ts';
import type { Judge, Judgment } from './judgment.ts';
import { classifyAsKayenta } from './parity/classify.ts';
import { preparePairs } from './prepare.ts';
import { analysisResult, metricJudgment, scoredResult } from './rows.ts';
import type { ScoredResult } from './score/groups.ts';
import { type Score, scoreAsKayenta } from './score/parity-score.ts';
import { adjustedPValues } from './statistics/adjust.ts';

/**
 * Judges a window. Pure: no clock and no randomness, so a stored run can be judged again, by another config too. Pairs
 * of metrics that the config does not have are left out.
 */
export const judge: Judge = (config, pairs, thresholds, options = {}) => {
  const mode = 'parity';
  const prepared = preparePairs(config, pairs, mode);
  const classified = prepared.pairs.map((pair) => ({ ...pair, ...classifyAsKayenta(pair) }));
  const scoreOf = (results: readonly ScoredResult[]): Score =>
    scoreAsKayenta({ results, weights: config.classifier?.groupWeights ?? {}, thresholds });
  const results = classified.map(scoredResult);
  const score = scoreOf(results);
  const without = scoresWithout(results, scoreOf);
  const adjusted = adjustedPValues(classified.map((pair) => pair.pValue));
  return {
    mode,
    verdict: score.verdict,
    reason: score.reason,
    thresholds,
    look: options.look ?? { number: 1, planned: 1 },
    judgeResult: {
      judgeName: judgeNames[mode],
      score: { score: score.score, classification: score.classification, classificationReason: score.reason },
      groupScores: score.summary.groups.map((group) => ({
        name: group.name,
        score: group.score,
        classification: '',
        classificationReason: '',
      })),
      results: classified.map(analysisResult),
    },
    metrics: classified.map((pair, i) =>
      metricJudgment(pair, {
        adjustedPValue: adjusted[i] ?? null,
        withoutThisMetric: without.get(pair.pair.name) ?? null,
      }),
    ),
    summary: score.summary,
    warnings: prepared.warnings,
  } satisfies Judgment;
};

type Without = Judgment['metrics'][number]['withoutThisMetric'];

/** For each metric, the summary of all others. */
function scoresWithout(
  results: readonly ScoredResult[],
  scoreOf: (results: readonly ScoredResult[]) => Score,
): Map<string, Without> {
  const names = [...new Set(results.map((result) => result.name))];
  return new Map(
    names.map((name) => {
      const others = results.filter((result) => result.name !== name);
      if (!others.some((result) => !result.isMuted)) return [name, null];
      const { score, classification } = scoreOf(others);
      return [name, { score, classification }];
    }),
  );
}
