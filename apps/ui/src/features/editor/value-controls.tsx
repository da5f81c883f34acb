import { isJsonObject } from '@gennaker/pipeline-dsl';
import { Button, FieldShell, IconButton, Switch, TextField } from '@gennaker/ui-kit';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import {
  jsonFromText,
  listFromText,
  listToText,
  mapFromRows,
  mapToRows,
  numberFromText,
  type Row,
} from './field-values.ts';

/** A number or a text inside a larger field. */
export function Part({
  label,
  kind,
  value,
  onChange,
}: {
  readonly label: string;
  readonly kind: 'text' | 'number';
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}) {
  const shown = value === undefined || value === null ? '' : String(value);
  const read = kind === 'number' ? numberFromText : (text: string) => (text === '' ? undefined : text);
  return <TextField label={label} type={kind} value={shown} onChange={(text) => onChange(read(text))} />;
}

/** Texts of a list of `{ value }`. */
export const optionValues = (value: unknown): string[] =>
  Array.isArray(value) ? value.map((one: unknown) => (isJsonObject(one) ? String(one.value ?? '') : String(one))) : [];

interface ControlFace {
  readonly label: string;
  readonly help?: string;
  readonly required?: boolean;
  readonly error?: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** On or off. */
export function SwitchField({ label, help, error, value, onChange }: ControlFace) {
  return (
    <div className="gk-field pr-8">
      <Switch
        isSelected={value === true || value === 'true'}
        onChange={(on) => onChange(on ? true : undefinedIfAbsent(value))}
      >
        <span className="gk-field-label">{label}</span>
      </Switch>
      {error ? <span className="gk-error-text">{error}</span> : null}
      {help ? <span className="gk-help">{help}</span> : null}
    </div>
  );
}

/** Off is stored as false, so that fields that are on by default can be switched off. */
const undefinedIfAbsent = (value: unknown): boolean | undefined => (value === undefined ? undefined : false);

interface TextAreaFieldProps extends ControlFace {
  readonly toText: (value: unknown) => string;
  readonly fromText: (text: string) => unknown;
  readonly placeholder?: string;
}

/** Text that stands for a value; what is typed stays as typed until it says something else than the document. */
export function TextAreaField({ toText, fromText, value, onChange, placeholder, ...face }: TextAreaFieldProps) {
  const [typed, setTyped] = useState(() => toText(value));
  const agrees = JSON.stringify(fromText(typed)) === JSON.stringify(fromText(toText(value)));
  const shown = agrees ? typed : toText(value);
  return (
    <TextField
      {...face}
      multiline
      mono
      rows={2}
      placeholder={placeholder}
      value={shown}
      onChange={(text) => {
        setTyped(text);
        onChange(fromText(text));
      }}
    />
  );
}

/** A list of texts, one a line. */
export function LinesField({
  onChange,
  ...face
}: Omit<ControlFace, 'onChange'> & { readonly onChange: (lines: string[] | undefined) => void }) {
  return (
    <TextAreaField
      {...face}
      toText={listToText}
      fromText={listFromText}
      onChange={(value) => onChange(value as string[] | undefined)}
      placeholder="one a line"
    />
  );
}

/** Keys and values as rows. */
export function MapField({ label, help, required, error, value, onChange }: ControlFace) {
  const [typed, setTyped] = useState<Row[]>(() => mapToRows(value));
  const agrees = JSON.stringify(mapFromRows(typed)) === JSON.stringify(mapFromRows(mapToRows(value)));
  const rows = agrees ? typed : mapToRows(value);
  const write = (next: Row[]) => {
    setTyped(next);
    onChange(mapFromRows(next));
  };
  const change = (i: number, row: Row) => write(rows.map((old, at) => (at === i ? row : old)));
  return (
    <FieldShell label={label} help={help} required={required} error={error}>
      {rows.map((row, i) => (
        <div key={i} className="flex items-center gap-1.5">
          <input
            className="gk-input"
            data-mono=""
            aria-label={`${label}: key ${i + 1}`}
            placeholder="key"
            value={row[0]}
            onChange={(event) => change(i, [event.target.value, row[1]])}
          />
          <input
            className="gk-input"
            data-mono=""
            aria-label={`${label}: value ${i + 1}`}
            placeholder="value"
            value={row[1]}
            onChange={(event) => change(i, [row[0], event.target.value])}
          />
          <IconButton
            size="small"
            label={`Remove ${row[0] || 'row'}`}
            onPress={() => write(rows.filter((_, at) => at !== i))}
          >
            <Trash2 size={13} aria-hidden />
          </IconButton>
        </div>
      ))}
      <div>
        <Button size="small" onPress={() => write([...rows, ['', '']])}>
          <Plus size={12} aria-hidden /> Add
        </Button>
      </div>
    </FieldShell>
  );
}

/** Any JSON; what is typed stays until it can be read. */
export function JsonField({ label, help, required, error, value, onChange }: ControlFace) {
  const text = value === undefined ? '' : JSON.stringify(value, null, 2);
  const [typed, setTyped] = useState(text);
  const parsed = jsonFromText(typed);
  const agrees = parsed.problem !== null || JSON.stringify(parsed.value) === JSON.stringify(value);
  return (
    <TextField
      label={label}
      help={help ?? 'JSON.'}
      required={required}
      error={error ?? (agrees && parsed.problem ? `Not JSON yet: ${parsed.problem}` : undefined)}
      multiline
      mono
      rows={4}
      value={agrees ? typed : text}
      onChange={(next) => {
        setTyped(next);
        const read = jsonFromText(next);
        if (read.problem === null) onChange(read.value);
      }}
    />
  );
}
