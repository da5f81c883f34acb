import type { TailEvidence } from '../judgment.ts';
import { percentile, sortedCopy } from '../statistics/describe.ts';
import { logChoose } from '../statistics/log-gamma.ts';

export interface Samples {
  /** Sorted, as is the other. */
  readonly control: Float64Array;
  readonly experiment: Float64Array;
  /** Share of the points that is independent; all counts shrink by it. */
  readonly worth: number;
}

/** Whether the canary has more points above a threshold, or below it: Fisher's exact test, one-sided. */
export function pointsBeyond(
  { control, experiment, worth }: Samples,
  {
    percent,
    threshold,
    side,
  }: { readonly percent: number; readonly threshold: number; readonly side: 'above' | 'below' },
): TailEvidence {
  const isBeyond = (value: number): boolean => (side === 'above' ? value > threshold : value < threshold);
  const beyond = (values: Float64Array): number => values.reduce((sum, value) => (isBeyond(value) ? sum + 1 : sum), 0);
  const [controlBeyond, experimentBeyond] = [beyond(control), beyond(experiment)];
  const scaled = (count: number): number => Math.round(count * worth);
  return {
    percent,
    threshold,
    controlBeyond,
    experimentBeyond,
    pValue: fisherUpper({
      marked: scaled(experimentBeyond),
      drawn: scaled(experiment.length),
      otherMarked: scaled(controlBeyond),
      otherDrawn: scaled(control.length),
    }),
  };
}

/** The worst points of both sides, each way that can be harm: percentiles of both sides together as thresholds. */
export function tailsOf(samples: Samples, harm: { readonly up: boolean; readonly down: boolean }): TailEvidence[] {
  const pooled = sortedCopy([...samples.control, ...samples.experiment]);
  const at = (side: 'above' | 'below') => (percent: number) =>
    pointsBeyond(samples, { percent, threshold: percentile(pooled, percent), side });
  return [...(harm.up ? [90, 99].map(at('above')) : []), ...(harm.down ? [10, 1].map(at('below')) : [])];
}

interface Table {
  readonly marked: number;
  readonly drawn: number;
  readonly otherMarked: number;
  readonly otherDrawn: number;
}

/** Probability of at least so many marked among the drawn when marks are spread by chance. */
function fisherUpper({ marked, drawn, otherMarked, otherDrawn }: Table): number {
  const [all, allMarked] = [drawn + otherDrawn, marked + otherMarked];
  const ways = logChoose(all, allMarked);
  let sum = 0;
  for (let count = marked; count <= Math.min(drawn, allMarked); count += 1) {
    if (allMarked - count > otherDrawn) continue;
    sum += Math.exp(logChoose(drawn, count) + logChoose(otherDrawn, allMarked - count) - ways);
  }
  return Math.min(1, sum);
}
