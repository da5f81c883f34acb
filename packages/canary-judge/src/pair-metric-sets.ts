import type { JudgeMode } from './judgment.ts';
import type { MetricSet, MetricSetPair } from './metric-sets.ts';

export interface PairingInput {
  readonly metricName: string;
  readonly control: readonly MetricSet[];
  readonly experiment: readonly MetricSet[];
  /** `parity` drops the points of a series without tags that stands beside tagged ones; `standard` keeps them. */
  readonly mode: JudgeMode;
  /** A new id for each pair. */
  readonly newId: () => string;
}

export type Pairing =
  | { readonly outcome: 'paired'; readonly pairs: readonly MetricSetPair[]; readonly warnings: readonly string[] }
  | {
      readonly outcome: 'refused';
      readonly code: 'canary-pairing.no-series' | 'canary-pairing.different-tags';
      readonly message: string;
    };

type Side = 'control' | 'experiment';

/**
 * Puts the series of both sides together by their tags. A series whose tags the other side does not have is paired with
 * an empty one. Refused when a side has no series at all, or when the two sides are told apart by different tags.
 */
export function pairMetricSets(input: PairingInput): Pairing {
  for (const side of ['control', 'experiment'] as const)
    if (input[side].length === 0)
      return {
        outcome: 'refused',
        code: 'canary-pairing.no-series',
        message: `The source answered no series for metric "${input.metricName}" of the ${nameOf(side)}. A source must answer at least an empty one; check the source.`,
      };
  const keys = { control: tagKeys(input.control), experiment: tagKeys(input.experiment) };
  if (keys.control !== '' && keys.experiment !== '' && keys.control !== keys.experiment)
    return {
      outcome: 'refused',
      code: 'canary-pairing.different-tags',
      message: `The series of metric "${input.metricName}" carry the tags ${keys.control} for the baseline but ${keys.experiment} for the canary, so they cannot be paired. Group both queries by the same labels.`,
    };
  const tagMaps = new Map<string, Readonly<Record<string, string>>>();
  for (const set of [...input.control, ...input.experiment]) tagMaps.set(tagsKey(set.tags), set.tags);
  const warnings: string[] = [];
  const lonely = untaggedSide(input);
  if (lonely !== undefined && !keepsUntagged(input, lonely, warnings)) tagMaps.delete('');
  const pairs = [...tagMaps.values()].map((tags) => pairOf(input, tags));
  const unpaired = pairs.filter(
    (pair) => pair.values.control.every(isMissing) !== pair.values.experiment.every(isMissing),
  );
  if (pairs.length > 1 && unpaired.length > 0)
    warnings.push(
      `${unpaired.length} of ${pairs.length} series of metric "${input.metricName}" have points on one side only. If a label names the server group, drop it in the query, or the series never pair.`,
    );
  return { outcome: 'paired', pairs, warnings };
}

const nameOf = (side: Side): string => (side === 'control' ? 'baseline' : 'canary');
const isMissing = (value: number): boolean => Number.isNaN(value);

const sortedKeys = (tags: Readonly<Record<string, string>>): string[] => Object.keys(tags).sort();
const tagKeys = (sets: readonly MetricSet[]): string =>
  [...new Set(sets.flatMap((set) => Object.keys(set.tags)))].sort().join(', ');
const tagsKey = (tags: Readonly<Record<string, string>>): string => {
  const keys = sortedKeys(tags);
  return keys.length === 0 ? '' : JSON.stringify(keys.map((key) => [key, tags[key]]));
};

/** The side that has a series without tags while the other has none such. */
function untaggedSide(input: PairingInput): Side | undefined {
  const hasUntagged = (side: Side): boolean => input[side].some((set) => tagsKey(set.tags) === '');
  if (hasUntagged('control') === hasUntagged('experiment')) return undefined;
  return hasUntagged('control') ? 'control' : 'experiment';
}

function keepsUntagged(input: PairingInput, side: Side, warnings: string[]): boolean {
  const hasPoints = input[side].some((set) => tagsKey(set.tags) === '' && !set.values.every(isMissing));
  if (!hasPoints) return false;
  const isKept = input.mode === 'standard';
  warnings.push(
    `Metric "${input.metricName}" has a series without tags for the ${nameOf(side)} only; ${
      isKept ? 'it is judged as a series of its own' : 'its points are not judged'
    }. Group both queries by the same labels.`,
  );
  return isKept;
}

function pairOf(input: PairingInput, tags: Readonly<Record<string, string>>): MetricSetPair {
  const control = seriesOf(input.control, tags);
  const experiment = seriesOf(input.experiment, tags);
  return {
    name: input.metricName,
    id: input.newId(),
    tags: { ...tags },
    values: { control: control.values, experiment: experiment.values },
    scopes: { control: scopeOf(control.set), experiment: scopeOf(experiment.set) },
    attributes: { control: control.set.attributes, experiment: experiment.set.attributes },
  };
}

/** The series with these tags, or an empty one after the first of the side, as long as its window. */
function seriesOf(
  sets: readonly MetricSet[],
  tags: Readonly<Record<string, string>>,
): { readonly set: MetricSet; readonly values: number[] } {
  const key = tagsKey(tags);
  const found = sets.find((set) => tagsKey(set.tags) === key);
  const set = found ?? sets[0]!;
  const values = found ? [...found.values] : [];
  const missing = expectedLength(set) - values.length;
  for (let i = 0; i < missing; i += 1) values.push(Number.NaN);
  return { set, values };
}

/** More steps than any source answers; a window that claims more is not filled up. */
const longestSeries = 1_000_000;

const expectedLength = (set: MetricSet): number => {
  if (!(set.stepMillis > 0)) return 0;
  const length = Math.floor((set.endTimeMillis - set.startTimeMillis) / set.stepMillis);
  return length > 0 && length <= longestSeries ? length : 0;
};

const scopeOf = (set: MetricSet): MetricSetPair['scopes']['control'] => ({
  startTimeIso: set.startTimeIso,
  startTimeMillis: set.startTimeMillis,
  stepMillis: set.stepMillis,
});
