import { isJsonObject } from '@gennaker/pipeline-dsl';
import { FieldShell } from '@gennaker/ui-kit';
import type { StageFieldProps } from './index.ts';

const PARTS = [
  ['min', 'Fewest'],
  ['desired', 'Wanted'],
  ['max', 'Most'],
] as const;

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** What is wrong with three sizes, or null. Expressions are not judged. */
export function capacityProblem(value: unknown): string | null {
  if (!isJsonObject(value)) return null;
  const [min, desired, max] = [value.min, value.desired, value.max].map(numberOf);
  if (min != null && desired != null && min > desired) return `Wanted (${desired}) is below the fewest (${min}).`;
  if (max != null && desired != null && desired > max) return `Wanted (${desired}) is above the most (${max}).`;
  return null;
}

/** The three sizes of a server group as one control, with a picture of the range. */
export function CapacityField({ label, help, value, onChange, error, required, part }: StageFieldProps) {
  const sizes = isJsonObject(value) ? value : {};
  return (
    <FieldShell label={label} help={help} required={required} error={error ?? capacityProblem(value) ?? undefined}>
      <div className="grid grid-cols-3 gap-2">
        {PARTS.map(([key, word]) => (
          <div key={key}>
            {part({
              label: word,
              kind: 'number',
              value: sizes[key],
              onChange: (next) => onChange({ ...sizes, [key]: next }),
            })}
          </div>
        ))}
      </div>
      <RangePicture sizes={sizes} />
    </FieldShell>
  );
}

function RangePicture({ sizes }: { readonly sizes: Readonly<Record<string, unknown>> }) {
  const [min, desired, max] = [sizes.min, sizes.desired, sizes.max].map(numberOf);
  if (min == null || desired == null || max == null || max <= 0 || desired > max || min > desired) return null;
  const at = (count: number) => `${(count / max) * 100}%`;
  return (
    <div
      role="img"
      aria-label={`${desired} wanted, from ${min} to ${max}`}
      style={{
        position: 'relative',
        height: 8,
        borderRadius: 4,
        background: 'var(--surface)',
        boxShadow: 'inset 0 0 0 1px var(--line)',
      }}
    >
      <span
        style={{
          position: 'absolute',
          insetBlock: 0,
          left: at(min),
          right: `calc(100% - ${at(max)})`,
          borderRadius: 4,
          background: 'color-mix(in srgb, var(--accent) 28%, transparent)',
        }}
      />
      <span
        style={{
          position: 'absolute',
          insetBlock: -3,
          left: `calc(${at(desired)} - 2px)`,
          width: 3,
          borderRadius: 2,
          background: 'var(--accent)',
        }}
      />
    </div>
  );
}
