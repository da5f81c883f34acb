import type { TailEvidence } from '../judgment.ts';
import { percentile, sortedCopy } from '../statistics/describe.ts';
import { logChoose } from '../statistics/log-gamma.ts';

/**
 * One-sided Fisher test that the canary has more points above `threshold` (both samples sorted). `worth` below 1
 * shrinks all counts to what independent points would have been.
 */
export function pointsAbove(
  control: Float64Array,
  experiment: Float64Array,
  { percent, threshold, worth }: { readonly percent: number; readonly threshold: number; readonly worth: number },
): TailEvidence {
  const above = (values: Float64Array): number => values.reduce((sum, value) => (value > threshold ? sum + 1 : sum), 0);
  const [controlAbove, experimentAbove] = [above(control), above(experiment)];
  const scaled = (count: number): number => Math.round(count * worth);
  return {
    percent,
    threshold,
    controlAbove,
    experimentAbove,
    pValue: fisherUpper({
      marked: scaled(experimentAbove),
      drawn: scaled(experiment.length),
      otherMarked: scaled(controlAbove),
      otherDrawn: scaled(control.length),
    }),
  };
}

/** The 90th and 99th percentile of both sides together as thresholds. */
export function upperTails(control: Float64Array, experiment: Float64Array, worth: number): TailEvidence[] {
  const pooled = sortedCopy([...control, ...experiment]);
  return [90, 99].map((percent) =>
    pointsAbove(control, experiment, { percent, threshold: percentile(pooled, percent), worth }),
  );
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
