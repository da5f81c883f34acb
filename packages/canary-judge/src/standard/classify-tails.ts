import type { PreparedPair } from '../classified-pair.ts';
import type { TailEvidence } from '../judgment.ts';
import { counted, showNumber } from '../show-number.ts';
import { percentile } from '../statistics/describe.ts';
import { normalUpperTail } from '../statistics/normal.ts';
import { type Decision, type Evidence, intervalText, undecided } from './evidence.ts';
import { pointsBeyond, tailsOf } from './tails.ts';

/** Below this chance the presence of points above 0 keeps a metric from passing. */
const hint = 0.1;

/** Baseline at 0 in at least half of its steps, and nothing below: a shift says little, presence says more. */
const isSparse = ({ control, experiment }: PreparedPair): boolean =>
  control.sorted[0]! >= 0 && experiment.sorted[0]! >= 0 && percentile(control.sorted, 50) === 0;

export function tailEvidence({ prepared, worth, margins }: Evidence): TailEvidence[] {
  const samples = { control: prepared.control.sorted, experiment: prepared.experiment.sorted, worth };
  if (isSparse(prepared)) return [pointsBeyond(samples, { percent: 0, threshold: 0, side: 'above' })];
  return tailsOf(samples, { up: margins.up !== null, down: margins.down !== null });
}

/** Share of canary points other than 0 that is harm by its mere presence, or at least no proof of health. */
export function sparseHarm({ prepared, run, margins }: Evidence, tails: readonly TailEvidence[]): Decision | undefined {
  const [presence] = tails;
  if (margins.up === null || presence?.percent !== 0 || presence.experimentBeyond === 0) return undefined;
  if (prepared.experiment.sorted.at(-1)! <= prepared.settings.minAbsoluteChange) return undefined;
  const decidedBy = presence.controlBeyond === 0 ? 'zero-baseline' : 'tail';
  const facts = `Of the ${counted(prepared.experiment.values.length, 'point')} of the canary ${presence.experimentBeyond} are above 0, and of the ${prepared.control.values.length} of the baseline ${presence.controlBeyond} (p = ${showNumber(presence.pValue)})`;
  if (presence.pValue <= normalUpperTail(run.z))
    return { classification: 'High', decidedBy, isCritical: prepared.settings.isCritical, reason: `${facts}.` };
  if (presence.controlBeyond === 0 || presence.pValue < hint)
    return undecided(decidedBy, `${facts}. That may be chance or the start of harm; more data may tell.`);
  return undefined;
}

/** The worst points got worse although the middle did not. */
export function tailHarm(evidence: Evidence, tails: readonly TailEvidence[]): Decision | undefined {
  const level = normalUpperTail(evidence.run.z) / tails.length;
  for (const tail of tails) {
    const harm = tail.percent !== 0 && tail.pValue <= level ? harmAt(evidence, tail) : undefined;
    if (harm) return harm;
  }
  return undefined;
}

function harmAt(evidence: Evidence, tail: TailEvidence): Decision | undefined {
  const { prepared, margins } = evidence;
  const isUp = tail.percent > 50;
  const allowed = isUp ? margins.up : margins.down;
  const difference =
    percentile(prepared.experiment.sorted, tail.percent) - percentile(prepared.control.sorted, tail.percent);
  const harm = isUp ? difference : -difference;
  if (allowed === null || harm <= allowed) return undefined;
  return {
    classification: isUp ? 'High' : 'Low',
    decidedBy: 'tail',
    isCritical: prepared.settings.isCritical && harm > (isUp ? margins.criticalUp : margins.criticalDown),
    reason: `${intervalText(evidence)}, but ${counted(tail.experimentBeyond, 'point')} of the canary against ${tail.controlBeyond} of the baseline are ${isUp ? 'above' : 'below'} ${showNumber(tail.threshold)} (p = ${showNumber(tail.pValue)}): its ${ordinal(tail.percent)} percentile is ${isUp ? 'higher' : 'lower'} by ${showNumber(harm)}, and ${showNumber(allowed)} is allowed.`,
  };
}

const ordinal = (percent: number): string => `${percent}${percent === 1 ? 'st' : 'th'}`;
