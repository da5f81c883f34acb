import type { Classification, PreparedPair } from '../classified-pair.ts';
import type { MetricSettings } from '../config/metric-settings.ts';
import { effectOf } from '../effect.ts';
import type { Effect } from '../judgment.ts';
import { counted, showNumber } from '../show-number.ts';
import { mean, sortedCopy } from '../statistics/describe.ts';
import { normalQuantile, twoSidedPValue } from '../statistics/normal.ts';
import { standardNormals } from './noise.ts';
import { type SearchedShift, searchShift, standardizedRankSum } from './shift-search.ts';

/** Part of the estimate that the interval must clear. */
const tolerance = 0.25;
const confidence = 0.98;
const z = normalQuantile(1 - (1 - confidence) / 2);

/** The class of a pair by the rules of Kayenta's judge. */
export function classifyAsKayenta(prepared: PreparedPair): Classification {
  const { control, experiment, settings } = prepared;
  if (control.values.length === 0 || experiment.values.length === 0) return withoutData(prepared);
  const effect = effectOf(prepared);
  if ([...control.values, ...experiment.values].some((value) => !Number.isFinite(value)))
    return failedTest('it has infinite values');
  if (areIdentical(control.sorted, experiment.sorted))
    return {
      classification: 'Pass',
      reason: 'The values of canary and baseline are identical.',
      decidedBy: 'identical',
      isCritical: false,
      ratio: 1,
      effect,
    };
  const ratio = meanRatio(prepared);
  const shift = shiftOf(control.sorted, experiment.sorted);
  if (shift === undefined) return failedTest('all points tie, or they are too far apart for a number');
  const statistic = standardizedRankSum(experiment.sorted, control.sorted, 0);
  return {
    ...decide(shift, effect, settings, ratio),
    ratio,
    effect,
    shift: { ...shift, confidence, z, method: 'rootSearch' },
    band: bandOf(shift, settings),
    warnings: pointWarnings(prepared),
    ...(statistic !== undefined && { pValue: twoSidedPValue(statistic) }),
  };
}

/** Equal point by point, or the same constant however often it was measured. */
const areIdentical = (control: Float64Array, experiment: Float64Array): boolean =>
  (control.length === experiment.length && control.every((value, i) => value === experiment[i])) ||
  (control[0] === control.at(-1) && experiment[0] === experiment.at(-1) && control[0] === experiment[0]);

/** NaN when a mean is 0. */
function meanRatio({ control, experiment }: PreparedPair): number {
  const [above, below] = [mean(experiment.values), mean(control.values)];
  return above === 0 || below === 0 ? Number.NaN : above / below;
}

function withoutData({ control, experiment, settings }: PreparedPair): Classification {
  const sides = [control.values.length === 0 && 'baseline', experiment.values.length === 0 && 'canary'].filter(Boolean);
  const fact = `There are no points of the ${sides.join(' and the ')}`;
  if (settings.nanStrategy === 'replace')
    return {
      classification: 'Pass',
      reason: `${fact}; missing points are taken as 0 here, so the metric passes.`,
      decidedBy: 'no-data',
      isCritical: false,
      ratio: 1,
      warnings: ['The metric passes without a single point, because missing points are replaced.'],
    };
  const fails = settings.mustHaveData && !settings.isCritical;
  return {
    classification: fails ? 'NodataFailMetric' : 'Nodata',
    reason: fails ? `${fact}, and the metric must have data.` : `${fact}.`,
    decidedBy: 'no-data',
    isCritical: settings.isCritical && !fails,
    ratio: 1,
  };
}

const failedTest = (why: string): Classification => ({
  classification: 'Error',
  reason: `The metric could not be tested: ${why}. It has no say in the score.`,
  decidedBy: 'error',
  isCritical: false,
});

/** Constant sides that differ get a little noise, without which the statistic has no deviation. */
function shiftOf(control: Float64Array, experiment: Float64Array): SearchedShift | undefined {
  const areConstant = control[0] === control.at(-1) && experiment[0] === experiment.at(-1);
  if (!areConstant) return searchShift(experiment, control, z);
  const normals = standardNormals();
  const noisy = (values: Float64Array): Float64Array =>
    sortedCopy(Array.from(values, (value) => value + normals.next().value * 1e-5 * value));
  return searchShift(noisy(experiment), noisy(control), z);
}

const bandOf = (shift: SearchedShift, { direction }: MetricSettings) => ({
  low: direction === 'increase' ? null : 0 - tolerance * Math.abs(shift.estimate),
  high: direction === 'decrease' ? null : tolerance * Math.abs(shift.estimate),
});

/** The effect the gates look at; NaN, which opens every gate, when a mean is 0. */
const gateEffect = (effect: Effect, ratio: number): number =>
  effect.measure === 'cles' && Number.isFinite(ratio) ? (effect.cles ?? Number.NaN) : ratio;

type Decision = Pick<Classification, 'classification' | 'reason' | 'decidedBy' | 'isCritical'>;

function decide(shift: SearchedShift, effect: Effect, settings: MetricSettings, ratio: number): Decision {
  const band = tolerance * Math.abs(shift.estimate);
  const size = gateEffect(effect, ratio);
  const isAbove = shift.lower > band;
  const isBelow = shift.upper < -band;
  const interval = `The shift is ${showNumber(shift.estimate)}, its interval runs from ${showNumber(shift.lower)} to ${showNumber(shift.upper)}`;
  const measure = `the ${effect.measure === 'cles' ? 'share of pairs in which the canary is higher' : 'ratio of the means'} is ${Number.isNaN(size) ? 'unknown' : showNumber(size)}`;
  if (!isAbove && !isBelow)
    return passed('interval', `${interval} and does not leave the band of ${showNumber(band)} around 0.`);
  const word = isAbove ? 'above' : 'below';
  if (settings.direction === (isAbove ? 'decrease' : 'increase'))
    return passed('direction', `${interval}, ${word} the band, but only a change the other way can fail.`);
  const isWithin = (limit: number): boolean => !Number.isNaN(size) && (isAbove ? size < limit : size > limit);
  const allowed = isAbove ? effect.allowedIncrease : effect.allowedDecrease;
  if (isWithin(allowed))
    return passed(
      'effect-size',
      `${interval}, ${word} the band, but ${measure}, within the allowed ${showNumber(allowed)}.`,
    );
  const isCritical = settings.isCritical && !isWithin(isAbove ? effect.criticalIncrease : effect.criticalDecrease);
  return {
    classification: isAbove ? 'High' : 'Low',
    reason: `${interval}, ${word} the band of ${showNumber(band)} around 0, and ${measure}.`,
    decidedBy: 'interval',
    isCritical,
  };
}

const passed = (decidedBy: 'interval' | 'effect-size' | 'direction', reason: string): Decision => ({
  classification: 'Pass',
  reason,
  decidedBy,
  isCritical: false,
});

/** Fewer points than this make a verdict shaky; said once for the run. */
const fewPoints = 50;

/** What a person should know about the points of a metric, as the stage of Spinnaker warns too. */
const pointWarnings = ({ control }: PreparedPair): string[] =>
  control.values.length > 0 && control.values.length < fewPoints
    ? [
        `The baseline has ${counted(control.values.length, 'point')}, fewer than ${fewPoints}; small changes cannot be seen.`,
      ]
    : [];
