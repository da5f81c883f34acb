import type { Classification, PreparedPair } from '../classified-pair.ts';
import type { CountEvidence } from '../judgment.ts';
import { counted, showNumber } from '../show-number.ts';
import { mean } from '../statistics/describe.ts';
import { fewestPoints } from './classify-levels.ts';
import { countEvidence } from './events.ts';
import { allowedShares } from './margins.ts';
import type { RunSettings } from './run-settings.ts';

type Decision = Pick<Classification, 'classification' | 'reason' | 'decidedBy' | 'isCritical'>;

const most = 1e12;

/** Judges totals of events: errors, restarts. Evidence holds at any look, so looks are not spent. */
export function classifyCounts(prepared: PreparedPair, run: RunSettings): Classification {
  const { control, experiment, settings } = prepared;
  const totals = { control: total(control.values), experiment: total(experiment.values) };
  const isCount = [...control.values, ...experiment.values].every((value) => Number.isInteger(value) && value >= 0);
  if (!isCount || totals.control > most || totals.experiment > most)
    return failed(settings.isCritical, 'its values are no counts: whole numbers from 0 up. Judge it as a level');
  const share = exposureShare(prepared, run);
  if (!(share > 0 && share < 1))
    return failed(settings.isCritical, 'one side did no work by its exposure metric. Check the query of that metric');
  const counts = countEvidence({ ...totals, exposureShare: share }, run.alpha);
  const ratio = mean(experiment.values) / mean(control.values);
  return { ...decide(prepared, counts, run), counts, ratio: Number.isFinite(ratio) ? ratio : Number.NaN };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** The canary's share of the work; without a metric that says it, by the points that each side has. */
function exposureShare(prepared: PreparedPair, run: RunSettings): number {
  const exposure = run.exposureOf(prepared);
  if (exposure) return exposure.experiment / (exposure.experiment + exposure.control);
  const ofCanary = prepared.settings.exposureShare * prepared.experiment.values.length;
  return ofCanary / (ofCanary + (1 - prepared.settings.exposureShare) * prepared.control.values.length);
}

const failed = (isCritical: boolean, why: string): Classification => ({
  classification: 'Error',
  reason: `The metric could not be judged: ${why}.`,
  decidedBy: 'error',
  isCritical,
});

function decide({ settings, control, experiment }: PreparedPair, counts: CountEvidence, run: RunSettings): Decision {
  const { controlEvents, experimentEvents, exposureShare, evidence, rateRatio } = counts;
  const shares = allowedShares(settings, run.tolerance);
  const [high, low] = [1 + shares.up, 1 - shares.down];
  const excess = experimentEvents - (controlEvents * exposureShare) / (1 - exposureShare);
  const upper = rateRatio.upper ?? Infinity;
  const facts = `The canary had ${counted(experimentEvents, 'event')}, the baseline ${controlEvents}, with ${showNumber(exposureShare * 100)} % of the work on the canary; its rate is between ${showNumber(rateRatio.lower)} and ${rateRatio.upper === null ? 'any number of' : showNumber(rateRatio.upper)} times the baseline's`;
  const harm = (classification: 'High' | 'Low', limit: number, isCritical: boolean): Decision => ({
    classification,
    decidedBy: 'events',
    isCritical: settings.isCritical && isCritical,
    reason: `${facts}, ${classification === 'High' ? 'above' : 'below'} the allowed ${showNumber(limit)}.`,
  });
  if (settings.direction !== 'decrease' && rateRatio.lower > high && excess > settings.minAbsoluteChange)
    return harm('High', high, rateRatio.lower > settings.criticalIncrease || settings.measure === 'cles');
  if (settings.direction !== 'increase' && upper < low && -excess > settings.minAbsoluteChange)
    return harm('Low', low, upper < settings.criticalDecrease || settings.measure === 'cles');
  const points = Math.min(control.values.length, experiment.values.length);
  if (points < fewestPoints)
    return undecided(
      `${facts}, but there are only ${counted(points, 'point')} a side, and it takes ${fewestPoints}.`,
      'too-few-points',
    );
  const isSafeUp = upper <= high || excess <= settings.minAbsoluteChange;
  const isSafeDown = rateRatio.lower >= low || -excess <= settings.minAbsoluteChange;
  const isSafe = (settings.direction === 'decrease' || isSafeUp) && (settings.direction === 'increase' || isSafeDown);
  if (isSafe || evidence <= 1)
    return {
      classification: 'Pass',
      decidedBy: 'events',
      isCritical: false,
      reason: `${facts}. ${isSafe ? 'That is within what is allowed.' : 'The split speaks for equal rates rather than against them.'}`,
    };
  return undecided(`${facts}. That is neither harm beyond doubt nor its absence; more events may tell.`, 'events');
}

const undecided = (reason: string, decidedBy: 'events' | 'too-few-points'): Decision => ({
  classification: 'Inconclusive',
  reason,
  decidedBy,
  isCritical: false,
});
