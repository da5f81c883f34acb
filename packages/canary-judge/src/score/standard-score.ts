import type { GroupArithmetic, SummaryArithmetic, Thresholds, Verdict } from '../judgment.ts';
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
import { classOf, type Score, type ScoreInput } from './parity-score.ts';

/**
 * The score of a run in standard mode. What is undecided does not count in it, but holds the verdict open as long as
 * it could change it; groups without a decided result leave their weight to the others.
 */
export function scoreStandard({ results, weights, thresholds }: ScoreInput): Score {
  const unmuted = results.filter((result) => !result.isMuted);
  const groups = weighted(unmuted, weights);
  const score = sumOf(groups);
  const critical = unmuted.filter((result) => result.isCritical && !isPassed(result));
  const facts = {
    groups: inOrder(groups),
    passed: unmuted.filter(isPassed).length,
    counted: unmuted.filter(isCounted).length,
    criticalIds: critical.map((result) => result.id),
    noDataCount: unmuted.filter((result) => result.classification === 'Nodata').length,
    unmutedCount: unmuted.length,
  };
  const made = (
    verdict: Verdict,
    reason: string,
    rule: SummaryArithmetic['rule'] = 'weighted',
    value = score,
  ): Score => ({
    score: value,
    verdict,
    classification: classes[verdict],
    reason,
    summary: { rule, ...facts },
  });
  if (!areUsable(thresholds))
    return made(
      'error',
      `The thresholds pass ${thresholds.pass} and marginal ${thresholds.marginal} are no scores in order from 0 to 100. Correct them.`,
      'weighted',
      0,
    );
  if (critical.length > 0)
    return made('fail', `The critical metric ${namesOf(critical)} failed, so the run scores 0.`, 'critical', 0);
  if (unmuted.length === 0)
    return made('no-data', 'No metric with a say was judged, so nothing is known.', 'no-data', 0);
  if (facts.noDataCount * 2 >= unmuted.length)
    return made(
      'no-data',
      `${facts.noDataCount} of ${counted(unmuted.length, 'result')} have no data. At half or more nothing is decided.`,
      'no-data',
      0,
    );
  return openVerdict({ unmuted, weights, thresholds, score, made });
}

const classes = {
  pass: 'Pass',
  marginal: 'Marginal',
  fail: 'Fail',
  inconclusive: 'Inconclusive',
  'no-data': 'Fail',
  error: 'Fail',
} as const;

const areUsable = ({ pass, marginal }: Thresholds): boolean =>
  marginal >= 0 && marginal <= pass && pass > 0 && pass <= 100;

const namesOf = (results: readonly ScoredResult[]): string =>
  [...new Set(results.map((result) => `"${result.name}"`))].join(', ');

interface Open {
  readonly unmuted: readonly ScoredResult[];
  readonly weights: GroupWeights;
  readonly thresholds: Thresholds;
  readonly score: number;
  readonly made: (verdict: Verdict, reason: string) => Score;
}

function openVerdict({ unmuted, weights, thresholds, score, made }: Open): Score {
  const undecided = unmuted.filter((result) => !isCounted(result));
  const errors = undecided.filter((result) => result.classification === 'Error');
  if (errors.length === unmuted.length) return made('error', `No metric could be judged: ${namesOf(errors)}.`);
  if (unmuted.every((result) => result.groups.length === 0))
    return made('error', 'No metric with a say is in a group, so there is no score. Put one in a group.');
  if (undecided.length === 0) {
    const { verdict, reason } = classOf(score, thresholds);
    return made(verdict, reason);
  }
  const ifAll = (classification: 'Pass' | 'High'): number =>
    sumOf(
      weighted(
        unmuted.map((result) => (isCounted(result) ? result : { ...result, classification })),
        weights,
      ),
    );
  const best = classOf(ifAll('Pass'), thresholds);
  const worst = classOf(undecided.some((result) => result.isCriticalMetric) ? 0 : ifAll('High'), thresholds);
  const open = `${namesOf(undecided)} ${undecided.length === 1 ? 'is' : 'are'} undecided`;
  if (best.verdict === 'fail') return made('fail', `${best.reason.slice(0, -1)}, even if what is undecided were fine.`);
  if (best.verdict === worst.verdict && errors.length === 0)
    return made(worst.verdict, `${worst.reason.slice(0, -1)}, even if all that is undecided were harm (${open}).`);
  return made('inconclusive', `The score so far is ${score}, but ${open}, and that could change the verdict.`);
}

/** Groups with their share of 100, which those with a decided result have between them. */
function weighted(results: readonly ScoredResult[], weights: GroupWeights): GroupArithmetic[] {
  const scores = groupScores(results);
  const rest = Math.max(0, weightOfOthers(scores, weights));
  const given = (name: string): number => Math.max(0, Object.hasOwn(weights, name) ? weights[name]! : rest);
  const decided = scores.filter((group) => !group.hasNoData);
  const total = decided.reduce((sum, group) => sum + given(group.name), 0);
  return scores.map((group) => {
    const share = total > 0 ? (100 * given(group.name)) / total : 100 / decided.length;
    const weight = group.hasNoData ? 0 : share;
    return { ...group, weight, contribution: (group.score * weight) / 100 };
  });
}

const sumOf = (groups: readonly GroupArithmetic[]): number =>
  roundHalfUp(
    groups.reduce((sum, group) => sum + group.contribution, 0),
    2,
  );
