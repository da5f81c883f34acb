import { Button, toast } from '@gennaker/ui-kit';
import { useState } from 'react';

const LONG = 800;

const ONE_LINE = 60;

/** Text as it is; other values as JSON, in one line when they are short. */
export function shownText(value: unknown): string {
  if (typeof value === 'string') return value;
  const short = JSON.stringify(value) ?? 'null';
  return short.length <= ONE_LINE ? short : JSON.stringify(value, null, 2);
}
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Text of a value; long ones fold. */
function Value({ value }: { readonly value: unknown }) {
  const [open, setOpen] = useState(false);
  const text = shownText(value);
  const folded = text.length > LONG && !open;
  return (
    <>
      <code className="whitespace-pre-wrap break-words">{folded ? `${text.slice(0, LONG)}…` : text}</code>
      {folded ? (
        <Button size="small" look="quiet" onPress={() => setOpen(true)}>
          Show all ({Math.ceil(text.length / 1_024)} KB)
        </Button>
      ) : null}
    </>
  );
}

interface ValueTableProps {
  readonly label: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** The same values as they were written; changed ones are shown first, with both. */
  readonly written?: Readonly<Record<string, unknown>>;
  readonly empty: string;
}

/** Named values. */
export function ValueTable({ label, values, written, empty }: ValueTableProps) {
  const keys = Object.keys(values).filter((key) => values[key] !== undefined);
  if (keys.length === 0) return <p className="gk-muted m-0">{empty}</p>;
  const changed = (key: string) => written !== undefined && key in written && !same(written[key], values[key]);
  const sorted = [...keys].sort((a, b) => Number(changed(b)) - Number(changed(a)) || a.localeCompare(b));
  return (
    <dl className="values" aria-label={label}>
      {sorted.map((key) => (
        <div key={key}>
          <dt>
            {key}
            {changed(key) ? <span className="gk-chip ml-2">resolved</span> : null}
            {written !== undefined && !(key in written) ? (
              <span className="gk-micro ml-2">set while running</span>
            ) : null}
          </dt>
          <dd>
            <Value value={values[key]} />
            {changed(key) ? (
              <div className="gk-muted mt-0.5">
                written <Value value={written?.[key]} />
              </div>
            ) : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A value as JSON with a way to copy it. */
export function JsonBlock({ value }: { readonly value: unknown }) {
  const text = JSON.stringify(value, null, 2);
  return (
    <div className="relative">
      <pre className="gk-json">{text}</pre>
      <span className="absolute top-1.5 right-1.5">
        <Button
          size="small"
          onPress={() => {
            void navigator.clipboard?.writeText(text);
            toast('Copied');
          }}
        >
          Copy
        </Button>
      </span>
    </div>
  );
}
