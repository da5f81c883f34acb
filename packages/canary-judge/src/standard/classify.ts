import type { Classification, PreparedPair } from '../classified-pair.ts';
import { counted } from '../show-number.ts';
import { classifyCounts } from './classify-counts.ts';
import { classifyLevels } from './classify-levels.ts';
import type { RunSettings } from './run-settings.ts';

/** The class of a pair in standard mode: shown to be harm, shown not to be, or not yet known. */
export function classifyPair(prepared: PreparedPair, run: RunSettings): Classification {
  const classification =
    withoutData(prepared, run) ??
    (prepared.settings.dataKind === 'count' ? classifyCounts(prepared, run) : classifyLevels(prepared, run));
  return { ...classification, warnings: [...pointWarnings(prepared), ...(classification.warnings ?? [])] };
}

/** Missing data is what the metric says it is; taken as 0 it is data, unless data was asked for. */
function withoutData({ control, experiment, settings }: PreparedPair, run: RunSettings): Classification | undefined {
  const isMissing = (side: PreparedPair['control']): boolean =>
    side.values.length === 0 || (settings.mustHaveData && side.points.received === side.points.infinite);
  const missing = [isMissing(control) && 'baseline', isMissing(experiment) && 'canary'].filter(Boolean);
  if (missing.length === 0) return undefined;
  const fact = `There are no points of the ${missing.join(' and the ')}`;
  const base = { decidedBy: 'no-data', ratio: 1 } as const;
  if (settings.noData === 'pass')
    return { ...base, classification: 'Pass', isCritical: false, reason: `${fact}; the metric is set to pass then.` };
  if (settings.noData === 'fail' || (settings.noData === 'wait' && run.isLastLook))
    return {
      ...base,
      classification: 'NodataFailMetric',
      isCritical: settings.isCritical,
      reason: `${fact}, and the metric is set to fail ${settings.noData === 'wait' ? 'when none have come by the last look' : 'then'}. Check its query.`,
    };
  return {
    ...base,
    classification: 'Nodata',
    isCritical: false,
    reason: `${fact}, so nothing is known of the metric. Check its query, or set what missing data means.`,
  };
}

function pointWarnings({ control, experiment, settings }: PreparedPair): string[] {
  const warnings: string[] = [];
  for (const [side, { points }] of [
    ['baseline', control],
    ['canary', experiment],
  ] as const) {
    if (points.infinite > 0)
      warnings.push(`${counted(points.infinite, 'point')} of the ${side} were infinite and left out.`);
    if (settings.nanStrategy === 'replace' && points.expected > 0 && points.received === 0)
      warnings.push(`The source answered no point of the ${side}; zeros stand for all of them.`);
    else if (settings.nanStrategy === 'remove' && points.received > 0 && points.missing * 5 > points.expected)
      warnings.push(`${points.missing} of ${counted(points.expected, 'step')} of the ${side} have no point.`);
    if (points.outliers > 0)
      warnings.push(
        `${counted(points.outliers, 'point')} of the ${side} were removed as outliers; look at them before trusting a pass.`,
      );
  }
  return warnings;
}
