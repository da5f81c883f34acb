import { RadioCards } from '@gennaker/ui-kit';
import { strategyDefinitions } from '../definitions.ts';
import type { StageFieldProps } from '../kit/ui/index.ts';

const OPTIONS = Object.values(strategyDefinitions).map((strategy) => ({
  id: strategy.name,
  label: strategy.label,
  note: strategy.description,
}));

/** Deploy strategies as cards, each with one sentence. */
export function StrategyField({ label, help, value, onChange }: StageFieldProps) {
  const chosen = value === undefined || value === null || value === '' ? 'none' : String(value);
  const known = OPTIONS.some((option) => option.id === chosen);
  const options = known
    ? OPTIONS
    : [...OPTIONS, { id: chosen, label: chosen, note: 'This build does not know this strategy.' }];
  return <RadioCards label={label} help={help} options={options} value={chosen} onChange={onChange} />;
}
