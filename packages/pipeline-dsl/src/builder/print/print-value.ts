import type * as z from 'zod';
import { cutTemplate } from '../../expressions/template.ts';
import { isJsonObject, type JsonObject } from '../../json.ts';
import type { Layout } from './layout.ts';
import { listLayout, objectLayout, propertyLayout, scalarLiteral, templateText, textLiteral } from './literal.ts';
import type { Reading, Recogniser, ValueReading } from './recognise.ts';
import { fitsScalar, mayBeAbsent, onlyShape, type Shape, shapeFor, shapesOf } from './shape.ts';

/** How values are printed in one place. */
export interface Printing {
  /** Finds references in texts; null where the code can hold none. */
  readonly recogniser: Recogniser | null;
  use(name: string): string;
}

/** A JSON value as code for a field; `schema` null: a field that takes anything. */
export function printValue(value: unknown, schema: z.ZodType | null, printing: Printing): Layout {
  if (typeof value === 'string') return printText(value, schema, printing);
  if (isJsonObject(value)) return printObject(value, schema, printing);
  if (Array.isArray(value)) return printList(value, schema, printing);
  const literal = scalarLiteral(value);
  return schema && !shapesOf(schema).some((shape) => fitsScalar(value, shape)) ? unchecked(literal, printing) : literal;
}

const unchecked = (layout: Layout, { use }: Printing): Layout => [`${use('unchecked')}(`, layout, ')'];

function printList(value: readonly unknown[], schema: z.ZodType | null, printing: Printing): Layout {
  const shape = schema ? shapeFor(value, schema) : undefined;
  const entry = shape?.kind === 'list' ? shape.entry : null;
  const list = listLayout(value.map((each) => printValue(each, entry, printing)));
  return schema && !shape ? unchecked(list, printing) : list;
}

function printObject(value: JsonObject, schema: z.ZodType | null, printing: Printing): Layout {
  if (schema === null) return objectLayout(properties(value, () => null, printing));
  const shape = shapeFor(value, schema);
  if (!shape) return unchecked(printObject(value, null, printing), printing);
  if (shape.kind === 'record') return objectLayout(properties(value, () => shape.entry, printing));
  if (shape.kind !== 'object' || Object.keys(shape.fields).length === 0) return printObject(value, null, printing);
  return printFields(value, shape.fields, printing);
}

const properties = (value: JsonObject, schemaOf: (key: string) => z.ZodType | null, printing: Printing): Layout[] =>
  Object.entries(value).map(([key, entry]) => propertyLayout(key, printValue(entry, schemaOf(key), printing)));

/** An object whose known fields are checked; the others are set apart. */
export function printFields(
  value: JsonObject,
  fields: Readonly<Record<string, z.ZodType>>,
  printing: Printing,
  first: readonly Layout[] = [],
): Layout {
  const missing = Object.entries(fields).some(([key, schema]) => !mayBeAbsent(schema) && !Object.hasOwn(value, key));
  const isKnown = (key: string) => Object.hasOwn(fields, key);
  const known = Object.fromEntries(Object.entries(value).filter(([key]) => isKnown(key)));
  const others = Object.fromEntries(Object.entries(value).filter(([key]) => !isKnown(key)));
  if (missing) return unchecked(objectLayout([...first, ...properties(value, () => null, printing)]), printing);
  const rest = Object.keys(others).length === 0 ? [] : [extraOf(others, printing)];
  return objectLayout([...first, ...properties(known, (key) => fields[key]!, printing), ...rest]);
}

const extraOf = (others: JsonObject, printing: Printing): Layout => [
  `...${printing.use('extra')}(`,
  printObject(others, null, printing),
  ')',
];

function printText(text: string, schema: z.ZodType | null, printing: Printing): Layout {
  const found =
    text.includes('${') && printing.recogniser ? printTemplate(text, schema, printing.recogniser, printing) : null;
  if (found !== null) return found;
  const literal = textLiteral(text);
  return schema && !shapesOf(schema).some((shape) => fitsScalar(text, shape)) ? unchecked(literal, printing) : literal;
}

/** A text with references in code; null when it has none that code could say in this field. */
function printTemplate(
  text: string,
  schema: z.ZodType | null,
  recogniser: Recogniser,
  printing: Printing,
): string | null {
  const parts = cut(text);
  if (parts === null) return null;
  const readings = parts.map((part) => (part.isExpression ? recogniser.reading(part.text) : null));
  const [only] = readings;
  if (parts.length === 1) return only && accepts(schema, only) ? told(only, printing) : null;
  if (readings.every((reading) => reading === null) || !acceptsKind(schema, 'text')) return null;
  const code = parts.map((part, at) => {
    const reading = readings[at];
    if (reading) return `\${${told(reading, printing)}}`;
    return templateText(part.isExpression ? `\${${part.text}}` : part.text);
  });
  return `${printing.use('expr')}\`${code.join('')}\``;
}

/** The code of a reading, whose words the file has to import. */
export function told({ code, words }: Reading, { use }: Pick<Printing, 'use'>): string {
  for (const word of words) use(word);
  return code;
}

interface TextPart {
  readonly isExpression: boolean;
  readonly text: string;
}

/** Literal texts and expressions exactly as they stand, blanks included; null when the text cannot be parsed. */
function cut(text: string): readonly TextPart[] | null {
  const template = cutTemplate(text);
  if (!template.ok) return null;
  let at = 0;
  const parts = template.parts.map((part): TextPart => {
    if (part.kind === 'text') {
      at += part.text.length;
      return { isExpression: false, text: part.text };
    }
    const end = text.indexOf('}', text.indexOf(part.text, part.start) + part.text.length);
    at = end + 1;
    return { isExpression: true, text: text.slice(part.start, end) };
  });
  const again = parts.map((part) => (part.isExpression ? `\${${part.text}}` : part.text)).join('');
  return again === text && at === text.length ? parts : null;
}

const acceptsKind = (schema: z.ZodType | null, kind: Shape['kind']): boolean =>
  schema === null || shapesOf(schema).some((shape) => shape.kind === kind || shape.kind === 'anything');

/** True when a field takes what a reference stands for. */
function accepts(schema: z.ZodType | null, reading: ValueReading): boolean {
  if (schema === null || reading.schema === null) return true;
  if (acceptsKind(schema, 'anything')) return true;
  const shape = onlyShape(reading.schema);
  if (!shape) return false;
  if (shape.kind === 'anything') return true;
  if (shape.kind === 'choice') return shapesOf(schema).some((wanted) => holdsAll(wanted, shape.values));
  return ['text', 'number', 'flag'].includes(shape.kind) && acceptsKind(schema, shape.kind);
}

const holdsAll = (wanted: Shape, values: readonly unknown[]): boolean =>
  wanted.kind === 'choice'
    ? values.every((value) => wanted.values.includes(value))
    : values.every((value) =>
        wanted.kind === 'text' ? typeof value === 'string' : wanted.kind === 'number' && typeof value === 'number',
      );
