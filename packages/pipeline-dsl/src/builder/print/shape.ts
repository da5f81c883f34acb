import type * as z from 'zod';
import { isJsonObject, type JsonObject } from '../../json.ts';

/**
 * What code may say in a field: the type of its schema, as far as the compiler sees it. Limits on lengths and sizes are
 * no part of it.
 */
export type Shape =
  | { readonly kind: 'anything' }
  | { readonly kind: 'text' | 'number' | 'flag' | 'null' }
  | { readonly kind: 'choice'; readonly values: readonly unknown[] }
  | { readonly kind: 'list'; readonly entry: z.ZodType }
  | { readonly kind: 'record'; readonly entry: z.ZodType }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, z.ZodType>> }
  /** A schema whose type cannot be told here. */
  | { readonly kind: 'unclear' };

interface Inner {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly out?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly values?: readonly unknown[];
}

const definitionOf = (schema: z.ZodType): Inner => schema._zod.def as unknown as Inner;

/** Every shape that a value of the schema may have. */
export function shapesOf(schema: z.ZodType): readonly Shape[] {
  const inner = definitionOf(schema);
  switch (inner.type) {
    case 'unknown':
    case 'any':
      return [{ kind: 'anything' }];
    case 'string':
      return [{ kind: 'text' }];
    case 'number':
      return [{ kind: 'number' }];
    case 'boolean':
      return [{ kind: 'flag' }];
    case 'null':
      return [{ kind: 'null' }];
    case 'enum':
      return [{ kind: 'choice', values: Object.values(inner.entries ?? {}) }];
    case 'literal':
      return [{ kind: 'choice', values: inner.values ?? [] }];
    case 'array':
      return inner.element ? [{ kind: 'list', entry: inner.element }] : [{ kind: 'unclear' }];
    case 'record':
      return inner.valueType ? [{ kind: 'record', entry: inner.valueType }] : [{ kind: 'unclear' }];
    case 'object':
      return [{ kind: 'object', fields: inner.shape ?? {} }];
    case 'union':
      return (inner.options ?? []).flatMap(shapesOf);
    case 'nullable':
      return [...wrapped(inner.innerType), { kind: 'null' }];
    case 'pipe':
      return wrapped(inner.out);
    default:
      return wrapped(inner.innerType);
  }
}

const wrapped = (schema: z.ZodType | undefined): readonly Shape[] =>
  schema ? shapesOf(schema) : [{ kind: 'unclear' }];

/** False for a field that code must give. */
export const mayBeAbsent = (schema: z.ZodType): boolean => schema._zod.optout === 'optional';

/** The only shape beside null; undefined where there are several. */
export function onlyShape(schema: z.ZodType): Shape | undefined {
  const shapes = shapesOf(schema).filter(({ kind }) => kind !== 'null');
  return shapes.length === 1 ? shapes[0] : undefined;
}

/** True when code may say this text here and mean it as it stands. */
const fitsText = (text: string, shape: Shape): boolean => {
  if (shape.kind === 'text' || text.includes('${')) return true;
  if (shape.kind === 'number') return text !== '' && Number.isFinite(Number(text));
  if (shape.kind === 'flag') return text === 'true' || text === 'false';
  return shape.kind === 'choice' && shape.values.includes(text);
};

/** True when a value without objects inside has this shape. */
export function fitsScalar(value: unknown, shape: Shape): boolean {
  if (shape.kind === 'anything') return true;
  if (shape.kind === 'unclear') return false;
  if (typeof value === 'string') return fitsText(value, shape);
  if (value === null) return shape.kind === 'null';
  if (shape.kind === 'choice') return shape.values.includes(value);
  return shape.kind === (typeof value === 'number' ? 'number' : 'flag');
}

/** How well an object suits a shape: how many of its keys the shape knows; -1 where it does not suit at all. */
export function suits(value: JsonObject, shape: Shape): number {
  if (shape.kind === 'anything' || shape.kind === 'record') return 0;
  if (shape.kind !== 'object') return -1;
  return Object.keys(value).filter((key) => Object.hasOwn(shape.fields, key)).length;
}

/** The shape as which a list or an object is best written; undefined where none is possible. */
export function shapeFor(value: JsonObject | readonly unknown[], schema: z.ZodType): Shape | undefined {
  const shapes = shapesOf(schema);
  if (!isJsonObject(value)) return shapes.find(({ kind }) => kind === 'list' || kind === 'anything');
  return shapes.filter((shape) => suits(value, shape) >= 0).sort((a, b) => suits(value, b) - suits(value, a))[0];
}
