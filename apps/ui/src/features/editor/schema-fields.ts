import * as z from 'zod';

export type FieldKind =
  | 'text'
  | 'number'
  | 'switch'
  | 'choice'
  | 'list'
  | 'map'
  | 'object'
  | 'objects'
  | 'json'
  | 'any';

/** One field of a generated form, read from a schema. Plain data. */
export interface FieldSpec {
  readonly key: string;
  readonly label: string;
  readonly help?: string;
  readonly unit?: string;
  readonly group: string;
  readonly order: number;
  readonly widget?: string;
  readonly placeholder?: string;
  readonly required: boolean;
  readonly kind: FieldKind;
  readonly options?: readonly string[];
  /** Fields of an object, or of each object of a list. */
  readonly fields?: readonly FieldSpec[];
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly description?: string;
  readonly [meta: string]: unknown;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** "payloadConstraints" reads "Payload constraints". */
export const labelOf = (key: string): string => {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const oneType = (type: JsonSchema['type'] | readonly string[]): JsonSchema['type'] => {
  const real = Array.isArray(type) ? type.filter((one) => one !== 'null') : [type];
  return real.length === 1 ? real[0] : undefined;
};

/** The one alternative that is not null; several real alternatives stay as they are. */
function withoutNull(raw: JsonSchema): JsonSchema {
  const schema = { ...raw, type: oneType(raw.type) };
  const real = schema.anyOf?.filter((one) => one.type !== 'null');
  if (real?.length !== 1 || !real[0]) return schema;
  return { ...withoutNull(real[0]), ...meta(schema) };
}

function meta(schema: JsonSchema): Record<string, unknown> {
  const { type: _t, anyOf: _a, properties: _p, items: _i, enum: _e, additionalProperties: _ap, ...rest } = schema;
  return rest;
}

function kindOf(schema: JsonSchema): FieldKind {
  if (schema.enum) return 'choice';
  if (schema.type === 'string') return 'text';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.type === 'boolean') return 'switch';
  if (schema.type === 'array') return arrayKind(withoutNull(schema.items ?? {}));
  if (schema.type === undefined && schema.anyOf === undefined && schema['widget'] !== 'json') return 'any';
  if (schema.type !== 'object') return 'json';
  if (schema.properties && Object.keys(schema.properties).length > 0) return 'object';
  return isTextLike(schema.additionalProperties) ? 'map' : 'json';
}

const arrayKind = (items: JsonSchema): FieldKind => {
  if (items.type === 'string' || items.type === 'number' || items.type === 'integer') return 'list';
  return items.type === 'object' ? 'objects' : 'json';
};

const isTextLike = (schema: JsonSchema | boolean | undefined): boolean =>
  typeof schema === 'object' &&
  (schema.type === 'string' || (schema.anyOf?.some((one) => one.type === 'string') ?? false));

function specOf(key: string, raw: JsonSchema): FieldSpec {
  const schema = withoutNull(raw);
  const kind = kindOf(schema);
  const nested = kind === 'object' ? schema : kind === 'objects' ? withoutNull(schema.items ?? {}) : undefined;
  return {
    key,
    label: textOf(schema['label']) ?? labelOf(key),
    help: schema.description,
    unit: textOf(schema['unit']),
    group: textOf(schema['group']) ?? '',
    order: typeof schema['order'] === 'number' ? schema['order'] : 1_000,
    widget: textOf(schema['widget']),
    placeholder: textOf(schema['placeholder']),
    required: schema['required'] === true,
    kind,
    options: schema.enum?.map(String),
    fields: nested ? fieldsOf(nested) : undefined,
  };
}

const fieldsOf = (schema: JsonSchema): FieldSpec[] =>
  Object.entries(schema.properties ?? {})
    .map(([key, property]) => specOf(key, property))
    .filter((field) => field.widget !== 'hidden')
    .sort((a, b) => a.order - b.order);

const known = new WeakMap<z.ZodType, readonly FieldSpec[]>();

/** Fields of an object schema in the order a form shows them; hidden ones are left out. */
export function fieldsOfSchema(schema: z.ZodType): readonly FieldSpec[] {
  const cached = known.get(schema);
  if (cached) return cached;
  const json = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  }) as unknown as JsonSchema;
  const fields = fieldsOf(json);
  known.set(schema, fields);
  return fields;
}
