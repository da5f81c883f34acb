import type { SummaryArithmetic, SummaryClass, Thresholds, Verdict } from '../judgment.ts';
import { counted } from '../show-number.ts';
import { roundHalfUp } from '../statistics/round.ts';
import {
  type GroupWeights,
  groupScores,
  inOrder,
  isCounted,
  isPassed,
  type ScoredResult,
  weightOfOthers,
} from './groups.ts';

export interface Score {
  readonly verdict: Verdict;
  readonly score: number;
  readonly classification: SummaryClass;
  readonly reason: string;
  readonly summary: SummaryArithmetic;
}

export interface ScoreInput {
  readonly results: readonly ScoredResult[];
  readonly weights: GroupWeights;
  readonly thresholds: Thresholds;
}

/** The score of a run by the rules of Kayenta's judge. */
export function scoreAsKayenta({ results, weights, thresholds }: ScoreInput): Score {
  const unmuted = results.filter((result) => !result.isMuted);
  const scores = groupScores(unmuted);
  const share = weightOfOthers(scores, weights);
  const groups = scores.map((group) => {
    const weight = Object.hasOwn(weights, group.name) ? weights[group.name]! : share;
    return { ...group, weight, contribution: ((group.hasNoData ? 100 : group.score) * weight) / 100 };
  });
  const facts = {
    groups: inOrder(groups),
    passed: unmuted.filter(isPassed).length,
    counted: unmuted.filter(isCounted).length,
    criticalIds: unmuted.filter((result) => result.isCritical && !isPassed(result)).map((result) => result.id),
    noDataCount: unmuted.filter((result) => result.classification === 'Nodata').length,
    unmutedCount: unmuted.length,
  };
  if (facts.criticalIds.length > 0) {
    const names = unmuted.filter((result) => facts.criticalIds.includes(result.id)).map((result) => `"${result.name}"`);
    return zero(
      'critical',
      facts,
      thresholds,
      `The critical metric ${[...new Set(names)].join(', ')} did not pass, so the run scores 0.`,
    );
  }
  if (facts.unmutedCount > 0 && facts.noDataCount * 2 >= facts.unmutedCount)
    return zero(
      'no-data',
      facts,
      thresholds,
      `${facts.noDataCount} of ${counted(facts.unmutedCount, 'result')} have no data. At half or more the run scores 0.`,
    );
  const score = roundHalfUp(
    groups.reduce((sum, group) => sum + group.contribution, 0),
    2,
  );
  return { score, ...classOf(score, thresholds), summary: { rule: 'weighted', ...facts } };
}

const zero = (
  rule: 'critical' | 'no-data',
  facts: Omit<SummaryArithmetic, 'rule'>,
  thresholds: Thresholds,
  reason: string,
): Score => ({
  score: 0,
  verdict: classOf(0, thresholds).verdict,
  classification: classOf(0, thresholds).classification,
  reason,
  summary: { rule, ...facts },
});

/** Both thresholds are reached by a score that equals them. */
export function classOf(
  score: number,
  { pass, marginal }: Thresholds,
): Pick<Score, 'verdict' | 'classification' | 'reason'> {
  const text = `The score is ${score}`;
  if (score >= pass)
    return { verdict: 'pass', classification: 'Pass', reason: `${text}, at least the ${pass} needed to pass.` };
  if (score >= marginal)
    return {
      verdict: 'marginal',
      classification: 'Marginal',
      reason: `${text}, below the ${pass} needed to pass but at least ${marginal}.`,
    };
  return { verdict: 'fail', classification: 'Fail', reason: `${text}, below ${marginal}.` };
}
