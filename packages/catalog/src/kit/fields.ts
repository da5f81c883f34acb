import * as z from 'zod';

/** What a form, the documentation and the API description say about a field. */
export interface Field {
  readonly label: string;
  readonly help: string;
  readonly unit?: string;
  /** Heading under which forms show it. */
  readonly group?: string;
  readonly order?: number;
  /** Hint for a special control; forms fall back to one that fits the type. */
  readonly widget?: string;
  readonly placeholder?: string;
  readonly required?: boolean;
}

/** Attaches label and help to a schema. */
export function describeField<Schema extends z.ZodType>(schema: Schema, { help, ...meta }: Field): Schema {
  return schema.describe(help).meta({ ...meta }) as Schema;
}

const toNumber = (value: unknown): unknown =>
  typeof value === 'string' ? (value.trim() === '' ? null : Number(value)) : value;
const toBoolean = (value: unknown): unknown =>
  value === 'true' ? true : value === 'false' || value === '' ? false : value;

/** True or false, or the text of one, as stored pipelines have it. */
export const yesOrNo = z.preprocess(toBoolean, z.boolean().nullable()).optional();

interface Range {
  readonly min?: number;
  readonly max?: number;
}
const numeric = ({ min = 0, max = 1_000_000_000 }: Range) => z.number().min(min).max(max);

/** Text that must be there. */
export const text = (field: Field) => describeField(z.string().min(1).max(10_000), { ...field, required: true });
export const optionalText = (field: Field, max = 10_000) => describeField(z.string().max(max).nullish(), field);
/** A number, or text that reads as one: stored pipelines keep both. */
export const number = (field: Field, range: Range = {}) =>
  describeField(z.preprocess(toNumber, numeric(range)), { ...field, required: true });
export const optionalNumber = (field: Field, range: Range = {}) =>
  describeField(z.preprocess(toNumber, numeric(range).nullable()).optional(), field);
/** True or false, or the text of one; absent counts as false unless the reader says otherwise. */
export const flag = (field: Field) =>
  describeField(z.preprocess(toBoolean, z.boolean().nullable()).optional(), { widget: 'switch', ...field });
export const optionalChoice = <const Values extends readonly [string, ...string[]]>(values: Values, field: Field) =>
  describeField(z.enum(values).nullish(), { widget: 'select', ...field });
export const textList = (field: Field) => describeField(z.array(z.string().max(2_000)).max(500).nullish(), field);
/** Expected artifacts of a stage: bound when its tasks are done, to what it has published. */
export const expectedArtifacts = (field: Partial<Field> = {}) =>
  describeField(
    z
      .array(z.looseObject({ id: z.string().max(200) }))
      .max(500)
      .nullish(),
    {
      label: 'Expected artifacts',
      help: 'Artifacts the stage must produce, for later stages to use.',
      widget: 'json',
      ...field,
    },
  );
export const textMap = (field: Field) => describeField(z.record(z.string(), z.coerce.string()).nullish(), field);
export const percentage = (field: Field) => optionalNumber({ unit: '%', ...field }, { min: 0, max: 100 });
export const secondsField = (field: Field, max = 31_536_000) =>
  optionalNumber({ unit: 's', ...field }, { min: 0, max });
