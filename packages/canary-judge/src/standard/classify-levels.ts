import type { Classification, PreparedPair } from '../classified-pair.ts';
import { effectOf } from '../effect.ts';
import type { HarmBand, TailEvidence } from '../judgment.ts';
import { counted, showNumber } from '../show-number.ts';
import { mean } from '../statistics/describe.ts';
import { twoSidedPValue } from '../statistics/normal.ts';
import { rankSum, rankSumDeviation } from '../statistics/ranks.ts';
import { sparseHarm, tailEvidence, tailHarm } from './classify-tails.ts';
import { clesInterval } from './cles-interval.ts';
import { type Correlation, correlationOf } from './correlation.ts';
import { type Decision, type Evidence, intervalText, undecided } from './evidence.ts';
import { type Margins, marginsOf } from './margins.ts';
import type { RunSettings } from './run-settings.ts';
import { shiftInterval } from './shift-interval.ts';

/** Independent points a side below which there is no verdict. */
export const fewestPoints = 8;
/** Below this a verdict comes with a warning. */
const fewPoints = 50;
/** Differences of values beyond this leave the range of numbers. */
const largest = 8e307;

/** Judges points: response times, shares, loads. */
export function classifyLevels(prepared: PreparedPair, run: RunSettings): Classification {
  const { control, experiment, settings } = prepared;
  const extreme = Math.max(
    ...[control, experiment].flatMap(({ sorted }) => [Math.abs(sorted[0]!), Math.abs(sorted.at(-1)!)]),
  );
  if (extreme > largest)
    return {
      classification: 'Error',
      reason: `The metric could not be judged: values up to ${showNumber(extreme)} are too large. Check its query.`,
      decidedBy: 'error',
      isCritical: settings.isCritical,
    };
  const correlation = correlationOf(experiment.values, control.values);
  const worth = correlation?.worth ?? 1;
  const effective = { control: control.values.length * worth, experiment: experiment.values.length * worth };
  const shift = shiftInterval(experiment.sorted, control.sorted, run.z, worth);
  const margins = marginsOf(settings, control.sorted, run.tolerance);
  const evidence: Evidence = {
    prepared,
    run,
    shift,
    margins,
    worth,
    points: Math.min(effective.control, effective.experiment),
  };
  const tails = tailEvidence(evidence);
  const ratio = mean(experiment.values) / mean(control.values);
  return {
    ...decide(evidence, tails),
    ratio: Number.isFinite(ratio) ? ratio : Number.NaN,
    effect: effectOf(prepared),
    shift,
    band: bandOf(margins),
    effective,
    tails,
    pValue: pValueOf(prepared, worth),
    ...(correlation && { autocorrelation: correlation.corrected }),
    warnings: warningsOf(evidence, correlation),
  };
}

const bandOf = ({ up, down }: Margins): HarmBand => ({ low: down === null ? null : 0 - down, high: up });

function pValueOf({ control, experiment }: PreparedPair, worth: number): number {
  const [m, n] = [experiment.sorted.length, control.sorted.length];
  const { u, ties } = rankSum(experiment.sorted, control.sorted);
  const deviation = rankSumDeviation(m, n, ties);
  const fromMiddle = Math.max(0, Math.abs(u - (m * n) / 2) - 0.5);
  return deviation > 0 ? twoSidedPValue((fromMiddle / deviation) * Math.sqrt(worth)) : 1;
}

function warningsOf({ points }: Evidence, correlation: Correlation | undefined): string[] {
  if (points >= fewPoints) return [];
  const why = correlation && correlation.corrected > 0.2 ? ', because each point resembles the one before' : '';
  return [
    `The points are worth ${counted(Math.floor(points), 'independent point')} a side${why}; below ${fewPoints} small changes cannot be seen.`,
  ];
}

function decide(evidence: Evidence, tails: readonly TailEvidence[]): Decision {
  const { shift, points, prepared } = evidence;
  if (points < fewestPoints || shift.lower === null || shift.upper === null)
    return undecided(
      'too-few-points',
      `The ${counted(prepared.experiment.values.length, 'point')} of the canary and the ${prepared.control.values.length} of the baseline are worth ${counted(Math.floor(points), 'independent point')} a side, too few for a verdict (${fewestPoints} or more). More data may decide.`,
    );
  return (
    harmOf(evidence, shift.lower, shift.upper) ??
    sparseHarm(evidence, tails) ??
    tailHarm(evidence, tails) ??
    safetyOf(evidence, shift.lower, shift.upper)
  );
}

/** Gate by share of pairs, where the metric sets one beyond a half. */
function clesGate({ prepared, run, worth }: Evidence) {
  const { measure, allowedIncrease, allowedDecrease, criticalIncrease, criticalDecrease } = prepared.settings;
  const isSet = measure === 'cles' && (allowedIncrease > 0.5 || allowedDecrease < 0.5);
  if (!isSet) return undefined;
  const { lower, upper } = clesInterval(prepared.experiment.sorted, prepared.control.sorted, run.z, worth);
  return {
    lower,
    upper,
    isHigh: lower > allowedIncrease,
    isLow: upper < allowedDecrease,
    isCriticalHigh: lower > criticalIncrease,
    isCriticalLow: upper < criticalDecrease,
    isSafeUp: upper <= allowedIncrease,
    isSafeDown: lower >= allowedDecrease,
    text: `its points are higher in ${showNumber(lower * 100)} to ${showNumber(upper * 100)} % of pairs`,
  };
}

function harmOf(evidence: Evidence, lower: number, upper: number): Decision | undefined {
  const { margins, prepared } = evidence;
  const floor = prepared.settings.minAbsoluteChange;
  const gate = clesGate(evidence);
  const isCritical = (is: boolean): boolean => prepared.settings.isCritical && is;
  const because = gate ? `; ${gate.text}` : '';
  if (margins.up !== null && (gate ? gate.isHigh && lower > floor : lower > margins.up))
    return {
      classification: 'High',
      decidedBy: gate ? 'effect-size' : 'interval',
      isCritical: isCritical(gate ? gate.isCriticalHigh : lower > margins.criticalUp),
      reason: `${intervalText(evidence)}: all of it above the ${showNumber(gate ? floor : margins.up)} that is allowed${because}.`,
    };
  if (margins.down !== null && (gate ? gate.isLow && upper < -floor : upper < -margins.down))
    return {
      classification: 'Low',
      decidedBy: gate ? 'effect-size' : 'interval',
      isCritical: isCritical(gate ? gate.isCriticalLow : upper < -margins.criticalDown),
      reason: `${intervalText(evidence)}: all of it below the ${showNumber(gate ? -floor : -margins.down)} that is allowed${because}.`,
    };
  return undefined;
}

function safetyOf(evidence: Evidence, lower: number, upper: number): Decision {
  const { margins, prepared } = evidence;
  const floor = prepared.settings.minAbsoluteChange;
  const gate = clesGate(evidence);
  const isSafeUp = margins.up === null || (gate ? gate.isSafeUp || upper <= floor : upper <= margins.up);
  const isSafeDown = margins.down === null || (gate ? gate.isSafeDown || lower >= -floor : lower >= -margins.down);
  const limits = [margins.down !== null && showNumber(-margins.down), margins.up !== null && showNumber(margins.up)];
  const allowed = gate
    ? gate.text
    : `allowed is ${margins.down === null ? 'up to ' : margins.up === null ? 'down to ' : ''}${limits.filter((limit) => limit !== false).join(' to ')}`;
  if (isSafeUp && isSafeDown)
    return {
      classification: 'Pass',
      decidedBy: gate ? 'effect-size' : 'interval',
      isCritical: false,
      reason: `${intervalText(evidence)}; ${allowed}, so it is shown to be no worse than that.`,
    };
  return undecided(
    'interval',
    `${intervalText(evidence)}; ${allowed}, so harm is neither shown nor ruled out. More data may decide.`,
  );
}
