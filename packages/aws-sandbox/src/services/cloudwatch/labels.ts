import type { RegionStore } from '../../world/state.ts';
import type { Series } from './series.ts';

/** What a label can tell of. */
export interface Labelled {
  series: Series;
  /** The label it has without a wish. */
  usual: string;
  /** Minutes east of UTC. */
  offset: number;
  store: RegionStore;
}

type Points = Series['points'];

function extreme(points: Points, better: (a: number, b: number) => boolean): Points[number] | undefined {
  return points.reduce<Points[number] | undefined>(
    (best, each) => (best === undefined || better(each.value, best.value) ? each : best),
    undefined,
  );
}

const number = (value: number | undefined): string => (value === undefined ? '' : String(Number(value.toPrecision(6))));

function time(at: number | undefined, offset: number): string {
  return at === undefined ? '' : new Date(at + offset * 60_000).toISOString().slice(0, 16).replace('T', ' ');
}

function property(name: string, { series, store }: Labelled): string {
  const { source, period } = series;
  if (name === 'Region') return store.region;
  if (name === 'AccountId') return store.account;
  if (name === 'Period') return String(period);
  if (name === 'Stat') return source?.stat ?? '';
  if (name === 'MetricName') return source?.metric.name ?? '';
  if (name === 'Namespace') return source?.metric.namespace ?? '';
  const dimension = /^Dim\.(.+)$/.exec(name)?.[1];
  return source?.metric.dimensions.find(({ Name }) => Name === dimension)?.Value ?? '';
}

function placeholder(name: string, about: Labelled): string | undefined {
  const { points } = about.series;
  const named = /^PROP\('([^']*)'\)$/.exec(name)?.[1];
  if (named !== undefined) return property(named, about);
  const picks: Record<string, Points[number] | undefined> = {
    FIRST: points[0],
    LAST: points.at(-1),
    MAX: extreme(points, (a, b) => a > b),
    MIN: extreme(points, (a, b) => a < b),
  };
  const [, picked, timed] = /^(FIRST|LAST|MAX|MIN)(_TIME)?$/.exec(name) ?? [];
  if (picked !== undefined) {
    return timed === undefined ? number(picks[picked]?.value) : time(picks[picked]?.at, about.offset);
  }
  const sum = points.reduce((total, { value }) => total + value, 0);
  if (name === 'SUM') return number(sum);
  if (name === 'AVG') return points.length === 0 ? '' : number(sum / points.length);
  if (name === 'DATAPOINT_COUNT') return String(points.length);
  return name === 'LABEL' ? about.usual : undefined;
}

/** Fills the `${…}` of a wished label; without a wish the usual one. */
export function labelOf(wish: string | undefined, about: Labelled): string {
  if (wish === undefined) return about.usual;
  return wish.replace(/\$\{([^}]*)\}/g, (whole, name: string) => placeholder(name, about) ?? whole);
}
