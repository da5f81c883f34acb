import { fieldWidgets } from '@gennaker/catalog/ui';
import type { Finding } from '@gennaker/pipeline-dsl';
import { isJsonObject } from '@gennaker/pipeline-dsl';
import { Button, IconButton, Select, TextField, useFieldId } from '@gennaker/ui-kit';
import { ArrowUp, Braces, Plus, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Path } from './document.ts';
import { pointerOf } from './document.ts';
import {
  anyFromText,
  anyToText,
  isExpression,
  isTextMap,
  numberFromText,
  zonesFromText,
  zonesToText,
} from './field-values.ts';
import type { FieldSpec } from './schema-fields.ts';
import { JsonField, LinesField, MapField, optionValues, Part, SwitchField, TextAreaField } from './value-controls.tsx';

/** How a form reads and writes the one document. */
export interface FormContext {
  readonly set: (path: Path, value: unknown, label: string) => void;
  readonly findings: ReadonlyMap<string, Finding>;
}

interface FieldProps {
  readonly spec: FieldSpec;
  readonly path: Path;
  readonly value: unknown;
  readonly form: FormContext;
}

const errorAt = ({ form, path }: FieldProps): string | undefined => form.findings.get(pointerOf(path))?.message;

const labelWithUnit = (spec: FieldSpec): string => (spec.unit ? `${spec.label} (${spec.unit})` : spec.label);

/** One field of a generated form: its own control, or a line of text while its value is an expression. */
export function FieldControl(props: FieldProps) {
  const { spec, value, form, path } = props;
  const [asExpression, setAsExpression] = useState(isExpression(value));
  const expressible =
    spec.kind !== 'text' &&
    spec.kind !== 'number' &&
    spec.kind !== 'any' &&
    spec.kind !== 'object' &&
    spec.kind !== 'objects';
  if (!expressible) return <PlainField {...props} />;
  const shown = asExpression || isExpression(value);
  const set = (next: unknown) => form.set(path, next, `set ${spec.label}`);
  const toggle = (
    <IconButton
      size="small"
      label={shown ? `${spec.label}: use its own control` : `${spec.label}: use an expression`}
      aria-pressed={shown}
      onPress={() => {
        setAsExpression(!shown);
        if (shown && isExpression(value)) set(undefined);
      }}
    >
      <Braces size={13} aria-hidden />
    </IconButton>
  );
  if (!shown)
    return (
      <div className="relative" data-pointer={pointerOf(path)}>
        <span className="absolute top-[-2px] right-0 z-1">{toggle}</span>
        <PlainField {...props} />
      </div>
    );
  return (
    <div className="relative" data-pointer={pointerOf(path)}>
      <span className="absolute top-[-2px] right-0 z-1">{toggle}</span>
      <TextField
        label={spec.label}
        mono
        placeholder="${ … }"
        help={spec.help}
        required={spec.required}
        error={errorAt(props)}
        value={typeof value === 'string' ? value : ''}
        onChange={(text) => set(text === '' ? undefined : text)}
      />
    </div>
  );
}

function PlainField(props: FieldProps) {
  return <div data-pointer={pointerOf(props.path)}>{plainControl(props)}</div>;
}

function plainControl(props: FieldProps): ReactNode {
  const { spec, path, value, form } = props;
  const set = (next: unknown) => form.set(path, next, `set ${spec.label}`);
  const face = { label: labelWithUnit(spec), help: spec.help, required: spec.required, error: errorAt(props) };
  const Widget = fieldWidgets[spec.widget ?? ''];
  if (Widget) return <Widget {...face} value={value} onChange={set} part={(part) => <Part {...part} />} />;
  if (spec.widget === 'options')
    return (
      <LinesField
        {...face}
        value={optionValues(value)}
        onChange={(lines) => set(lines?.map((one) => ({ value: one })))}
      />
    );
  if (spec.widget === 'zones')
    return (
      <TextAreaField
        {...face}
        toText={zonesToText}
        fromText={zonesFromText}
        value={value}
        onChange={set}
        placeholder="us-east-1: us-east-1a, us-east-1b"
      />
    );
  switch (spec.kind) {
    case 'switch':
      return <SwitchField {...face} value={value} onChange={set} />;
    case 'choice':
      return (
        <Select
          {...face}
          value={value === undefined || value === null ? null : String(value)}
          onChange={set}
          options={(spec.options ?? []).map((id) => ({ id, label: id }))}
          placeholder="Default"
        />
      );
    case 'list':
      return <LinesField {...face} value={value} onChange={set} />;
    case 'map':
      return <MapField {...face} value={value} onChange={set} />;
    case 'object':
      return <ObjectField {...props} />;
    case 'objects':
      return <ObjectsField {...props} />;
    case 'any':
      return (
        <TextAreaField
          {...face}
          toText={anyToText}
          fromText={anyFromText}
          value={value}
          onChange={set}
          placeholder="text, number, or JSON"
        />
      );
    case 'json':
      if (spec.widget === 'parameters' && isTextMap(value)) return <MapField {...face} value={value} onChange={set} />;
      return <JsonField {...face} value={value} onChange={set} />;
    case 'number':
      return (
        <TextField
          {...face}
          type="number"
          placeholder={spec.placeholder}
          value={value === undefined || value === null ? '' : String(value)}
          onChange={(text) => set(numberFromText(text))}
        />
      );
    default: {
      const long = spec.widget === 'markdown' || spec.widget === 'code';
      return (
        <TextField
          {...face}
          mono={spec.widget === 'code'}
          multiline={long}
          placeholder={spec.placeholder}
          value={value === undefined || value === null ? '' : String(value)}
          onChange={(text) => set(text === '' ? undefined : text)}
        />
      );
    }
  }
}

function ObjectField(props: FieldProps) {
  const { spec, path, value, form } = props;
  return (
    <fieldset className="form-group">
      <legend className="gk-field-label">{spec.label}</legend>
      {spec.help ? <span className="gk-help">{spec.help}</span> : null}
      <FieldList fields={spec.fields ?? []} path={path} values={isJsonObject(value) ? value : {}} form={form} />
    </fieldset>
  );
}

function ObjectsField(props: FieldProps) {
  const { spec, path, value, form } = props;
  const items = Array.isArray(value) ? (value as unknown[]) : [];
  const write = (next: unknown[], verb: string) => form.set(path, next, `${verb} ${spec.label}`);
  const swapUp = (i: number) =>
    write(
      items.map((item, at) => (at === i - 1 ? items[i] : at === i ? items[i - 1] : item)),
      'order',
    );
  return (
    <fieldset className="form-group" data-pointer={pointerOf(path)}>
      <legend className="gk-field-label">
        {spec.label} {spec.required ? <span className="gk-required">required</span> : null}
      </legend>
      {spec.help ? <span className="gk-help">{spec.help}</span> : null}
      {errorAt(props) ? <span className="gk-error-text">{errorAt(props)}</span> : null}
      {items.map((item, i) => (
        <div key={i} className="gk-card">
          <div className="gk-card-head">
            <span className="gk-label">
              {spec.label.replace(/s$/, '')} {i + 1}
            </span>
            <span className="ml-auto flex">
              {i > 0 ? (
                <IconButton size="small" label={`Move ${i + 1} up`} onPress={() => swapUp(i)}>
                  <ArrowUp size={13} aria-hidden />
                </IconButton>
              ) : null}
              <IconButton
                size="small"
                label={`Remove ${i + 1}`}
                onPress={() =>
                  write(
                    items.filter((_, at) => at !== i),
                    'remove from',
                  )
                }
              >
                <Trash2 size={13} aria-hidden />
              </IconButton>
            </span>
          </div>
          <div className="p-3">
            <FieldList
              fields={spec.fields ?? []}
              path={[...path, i]}
              values={isJsonObject(item) ? item : {}}
              form={form}
            />
          </div>
        </div>
      ))}
      <div>
        <Button size="small" onPress={() => write([...items, {}], 'add to')}>
          <Plus size={12} aria-hidden /> Add
        </Button>
      </div>
    </fieldset>
  );
}

interface FieldListProps {
  readonly fields: readonly FieldSpec[];
  readonly path: Path;
  readonly values: Readonly<Record<string, unknown>>;
  readonly form: FormContext;
}

const GROUPS_FROM = 9;

/** Fields under their headings. Long forms fold groups that hold nothing. */
export function FieldList({ fields, path, values, form }: FieldListProps) {
  const names = [...new Set(fields.map((field) => field.group))];
  const one = (field: FieldSpec) => (
    <FieldControl key={field.key} spec={field} path={[...path, field.key]} value={values[field.key]} form={form} />
  );
  if (names.length <= 1 || fields.length < GROUPS_FROM) return <div className="form-fields">{fields.map(one)}</div>;
  return (
    <div className="form-fields">
      {names.map((name) => {
        const members = fields.filter((field) => field.group === name);
        if (name === '') return members.map(one);
        const needed = members.some((field) => field.required || values[field.key] !== undefined);
        return (
          <details key={name} className="form-details" open={needed}>
            <summary>{name}</summary>
            <div className="form-fields pt-2">{members.map(one)}</div>
          </details>
        );
      })}
    </div>
  );
}

/** A value of a field outside any schema, as JSON. */
export function RawField({
  label,
  path,
  value,
  form,
}: {
  readonly label: string;
  readonly path: Path;
  readonly value: unknown;
  readonly form: FormContext;
}) {
  const id = useFieldId();
  return (
    <div id={id} data-pointer={pointerOf(path)}>
      <JsonField
        label={label}
        help="Not part of this type's definition; kept as it is."
        value={value}
        onChange={(next) => form.set(path, next, `set ${label}`)}
      />
    </div>
  );
}
