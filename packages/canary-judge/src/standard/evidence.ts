import type { Classification, PreparedPair } from '../classified-pair.ts';
import type { Gate, Shift } from '../judgment.ts';
import { showNumber } from '../show-number.ts';
import type { Margins } from './margins.ts';
import type { RunSettings } from './run-settings.ts';

export type Decision = Pick<Classification, 'classification' | 'reason' | 'decidedBy' | 'isCritical'>;

/** What a decision about points rests on. */
export interface Evidence {
  readonly prepared: PreparedPair;
  readonly run: RunSettings;
  readonly shift: Shift;
  readonly margins: Margins;
  /** Share of the points that is independent. */
  readonly worth: number;
  /** Independent points of the smaller side. */
  readonly points: number;
}

export const undecided = (decidedBy: Gate, reason: string): Decision => ({
  classification: 'Inconclusive',
  reason,
  decidedBy,
  isCritical: false,
});

/** The shift as the beginning of a sentence. */
export function intervalText({ shift }: Evidence): string {
  const bound = (value: number | null): string => (value === null ? 'an unknown number' : showNumber(value));
  return `The canary differs by ${showNumber(shift.estimate)}, with ${showNumber(shift.confidence * 100)} % confidence by ${bound(shift.lower)} to ${bound(shift.upper)}`;
}
