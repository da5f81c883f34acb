import type { ClassifiedPair, PreparedPair } from './classified-pair.ts';
import type { CanaryConfig } from './config/canary-config.ts';
import { judgeModeOf, judgeNames } from './config/judge-mode.ts';
import type { GroupArithmetic, Judge, JudgeMode, Judgment, Look, Thresholds } from './judgment.ts';
import { classifyAsKayenta } from './parity/classify.ts';
import { preparePairs } from './prepare.ts';
import { analysisResult, metricJudgment, scoredResult } from './rows.ts';
import type { ScoredResult } from './score/groups.ts';
import { classOf, type Score, scoreAsKayenta } from './score/parity-score.ts';
import { scoreStandard } from './score/standard-score.ts';
import { counted } from './show-number.ts';
import { classifyPair } from './standard/classify.ts';
import { runSettings } from './standard/run-settings.ts';
import { adjustedPValues } from './statistics/adjust.ts';

/**
 * Judges a window. Pure: no clock and no randomness, so a stored run can be judged again, by another config too. Pairs
 * of metrics that the config does not have are left out.
 */
export const judge: Judge = (config, pairs, thresholds, options = {}) => {
  const mode = options.mode ?? judgeModeOf(config);
  const look = soundLook(options.look);
  const prepared = preparePairs(config, pairs, mode);
  const classified = classifyAll(config, prepared.pairs, mode, look);
  const weights = config.classifier?.groupWeights ?? {};
  const scoreRun = mode === 'parity' ? scoreAsKayenta : scoreStandard;
  const scoreOf = (results: readonly ScoredResult[]): Score => scoreRun({ results, weights, thresholds });
  const results = classified.map(scoredResult);
  const score = scoreOf(results);
  const without = scoresWithout(results, scoreOf);
  const adjusted = adjustedPValues(classified.map((pair) => pair.pValue));
  return {
    mode,
    verdict: score.verdict,
    reason: score.reason,
    thresholds,
    look,
    judgeResult: {
      judgeName: judgeNames[mode],
      score: { score: score.score, classification: score.classification, classificationReason: score.reason },
      groupScores: score.summary.groups.map((group) => ({
        name: group.name,
        score: group.score,
        ...groupClass(mode, group, thresholds),
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

/** A look beyond the planned ones is the last of them; what is no look at all is the only one. */
function soundLook({ number, planned, isSliding }: Look = { number: 1, planned: 1 }): Look {
  const most = planned >= 1 && Number.isFinite(planned) ? Math.floor(planned) : 1;
  const index = number >= 1 ? Math.min(most, Math.floor(number)) : 1;
  return { number: index, planned: most, ...(isSliding && { isSliding }) };
}

function classifyAll(
  config: CanaryConfig,
  pairs: readonly PreparedPair[],
  mode: JudgeMode,
  look: Look,
): ClassifiedPair[] {
  if (mode === 'parity') return pairs.map((pair) => ({ ...pair, ...classifyAsKayenta(pair) }));
  const run = runSettings(config, pairs, look);
  return pairs.map((pair) => ({ ...pair, ...classifyPair(pair, run) }));
}

/** Kayenta leaves the class of a group empty. */
function groupClass(mode: JudgeMode, group: GroupArithmetic, thresholds: Thresholds) {
  if (mode === 'parity') return { classification: '', classificationReason: '' };
  if (group.hasNoData) return { classification: 'Nodata', classificationReason: 'No metric of the group is decided.' };
  const { classification } = classOf(group.score, thresholds);
  return { classification, classificationReason: `${group.passed} of ${counted(group.counted, 'result')} passed.` };
}

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
