import { type Failure, FailureError } from '@gennaker/pipeline-dsl';
import type { Analysis } from './fields.ts';

const MINUTE_MS = 60_000;

/** A stretch of time that is judged. Epoch ms. */
export interface AnalysisWindow {
  readonly start: number;
  readonly end: number;
}

export interface Windows {
  /** When the warm-up ends; null where there is none to wait for. */
  readonly warmUpUntil: number | null;
  /** One for each judgment, in order. */
  readonly windows: readonly AnalysisWindow[];
  /** Judges times gone by: nothing is waited for. */
  readonly isRetrospective: boolean;
  /** Windows have a length of their own and move on, rather than grow from the start. */
  readonly isSliding: boolean;
}

const badTime = (message: string): FailureError =>
  new FailureError({
    code: 'canary.bad-time',
    message,
    advice: 'Correct the times of the analysis in the stage.',
  } satisfies Failure);

const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;

/** Whole minutes of an ISO 8601 duration such as PT1H30M; null when it is none. */
export function minutesOf(duration: string): number | null {
  const match = DURATION.exec(duration.trim());
  if (!match || match.slice(1).every((part) => part === undefined)) return null;
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return Math.floor(((weeks! * 7 + days!) * 24 + hours!) * 60 + minutes! + seconds! / 60);
}

function moment(field: string, value: string | null | undefined): number | null {
  if (!value) return null;
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw badTime(`The ${field} of the analysis, "${value}", is no date and time.`);
  return time;
}

function lifetimeOf(analysis: Analysis, start: number, end: number | null): number {
  if (end !== null) {
    if (end <= start) throw badTime('The analysis ends before it starts.');
    return Math.floor((end - start) / MINUTE_MS);
  }
  const { lifetimeDuration, lifetimeHours } = analysis;
  if (!lifetimeDuration) return Math.round((lifetimeHours ?? 0) * 60);
  const minutes = minutesOf(lifetimeDuration);
  if (minutes === null)
    throw badTime(`The lifetime of the analysis, "${lifetimeDuration}", is no ISO 8601 duration such as PT1H.`);
  return minutes;
}

/**
 * When what is judged. Each window begins where the warm-up ended, or `lookbackMins` before its end but never before
 * that; the last one ends with the lifetime, so that no part of it goes without a judgment. `now` is the start where
 * the analysis names none. Fails with `canary.bad-time`.
 */
export function planWindows(analysis: Analysis, now: number): Windows {
  const [first] = analysis.scopes ?? [];
  const end = moment('end', first?.endTimeIso);
  const start = moment('start', first?.startTimeIso) ?? now;
  const isRetrospective = end !== null;
  const lifetime = lifetimeOf(analysis, start, end);
  if (lifetime < 1)
    throw badTime('The analysis has no lifetime of a minute or more. Set lifetimeDuration, or start and end.');
  const warmUp = isRetrospective ? 0 : (analysis.beginCanaryAnalysisAfterMins ?? 0);
  const wished = analysis.canaryAnalysisIntervalMins ?? 0;
  const interval = wished > 0 && wished < lifetime ? wished : lifetime;
  const lookback = analysis.lookbackMins ?? 0;
  const begin = start + warmUp * MINUTE_MS;
  const windows = Array.from({ length: Math.ceil(lifetime / interval) }, (_, i): AnalysisWindow => {
    const to = begin + Math.min((i + 1) * interval, lifetime) * MINUTE_MS;
    return { start: lookback > 0 ? Math.max(begin, to - lookback * MINUTE_MS) : begin, end: to };
  });
  return {
    warmUpUntil: warmUp > 0 ? begin : null,
    windows,
    isRetrospective,
    isSliding: lookback > 0,
  };
}
