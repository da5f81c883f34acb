import type { NormalizedSchema } from '@smithy/core/schema';
import { ServiceError } from './service-error.ts';

/** How JSON names members: AWS JSON by their own names, REST JSON by the `jsonName` trait. */
export interface JsonOptions {
  jsonNames: boolean;
}

const dateTime = 5;
const httpDate = 6;

/**
 * Turns parsed JSON into the input object the SDK client was given, led by a schema. Timestamps become dates, base64
 * becomes bytes. Throws `SerializationException` for a wrong type and `UnknownParameter` for a name the schema lacks.
 */
export function decodeJson(value: unknown, schema: NormalizedSchema, options: JsonOptions, path = ''): unknown {
  if (schema.isDocumentSchema()) return value;
  if (schema.isListSchema()) return readList(value, schema, options, path);
  if (schema.isMapSchema()) return readMap(value, schema, options, path);
  if (schema.isStructSchema()) return readStruct(value, schema, options, path);
  return readScalar(value, schema, path);
}

function readStruct(value: unknown, schema: NormalizedSchema, options: JsonOptions, path: string): unknown {
  if (!isObject(value)) mismatch(path, 'an object');
  const left = new Set(Object.keys(value));
  const result: Record<string, unknown> = {};
  for (const [member, memberSchema] of schema.structIterator()) {
    const name = jsonNameOf(member, memberSchema, options);
    if (!left.delete(name)) continue;
    const given = value[name];
    if (given === null || given === undefined) continue;
    result[member] = decodeJson(given, memberSchema, options, join(path, name));
  }
  left.delete('__type');
  for (const name of left) {
    throw new ServiceError('UnknownParameter', `The parameter ${join(path, name)} is not recognized`);
  }
  return result;
}

function readList(value: unknown, schema: NormalizedSchema, options: JsonOptions, path: string): unknown[] {
  if (!Array.isArray(value)) mismatch(path, 'a list');
  const item = schema.getValueSchema();
  return value.map((each, index) => (each === null ? null : decodeJson(each, item, options, `${path}[${index}]`)));
}

function readMap(value: unknown, schema: NormalizedSchema, options: JsonOptions, path: string): unknown {
  if (!isObject(value)) mismatch(path, 'an object');
  const item = schema.getValueSchema();
  const entries = Object.entries(value).map(([key, each]) => [
    key,
    each === null ? null : decodeJson(each, item, options, join(path, key)),
  ]);
  return Object.fromEntries(entries);
}

function readScalar(value: unknown, schema: NormalizedSchema, path: string): unknown {
  if (schema.isBooleanSchema()) return typeof value === 'boolean' ? value : mismatch(path, 'true or false');
  if (schema.isNumericSchema()) return readNumber(value, path);
  if (schema.isTimestampSchema()) return readTime(value, path);
  if (typeof value !== 'string') mismatch(path, 'a text');
  return schema.isBlobSchema() ? new Uint8Array(Buffer.from(value, 'base64')) : value;
}

function readNumber(value: unknown, path: string): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  return mismatch(path, 'a number');
}

function readTime(value: unknown, path: string): Date {
  const at = typeof value === 'number' ? new Date(value * 1000) : new Date(typeof value === 'string' ? value : '');
  return Number.isNaN(at.getTime()) ? mismatch(path, 'a timestamp') : at;
}

/** Turns an output into what `JSON.stringify` takes, led by a schema. Absent members are left out. */
export function encodeJson(value: unknown, schema: NormalizedSchema, options: JsonOptions): unknown {
  if (value === null || value === undefined || schema.isDocumentSchema()) return value;
  if (schema.isListSchema()) {
    return (value as unknown[]).map((each) => encodeJson(each, schema.getValueSchema(), options));
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(value).map(([key, each]) => [
      key,
      encodeJson(each, schema.getValueSchema(), options),
    ]);
    return Object.fromEntries(entries);
  }
  if (schema.isStructSchema()) return writeStruct(value as Record<string, unknown>, schema, options);
  if (schema.isTimestampSchema()) return writeTime(value, schema);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}

function writeStruct(value: Record<string, unknown>, schema: NormalizedSchema, options: JsonOptions): unknown {
  const result: Record<string, unknown> = {};
  for (const [member, memberSchema] of schema.structIterator()) {
    const given = value[member];
    if (given === undefined || given === null) continue;
    result[jsonNameOf(member, memberSchema, options)] = encodeJson(given, memberSchema, options);
  }
  return result;
}

function writeTime(value: unknown, schema: NormalizedSchema): number | string {
  const at = value instanceof Date ? value : new Date(typeof value === 'string' ? value : Number(value));
  if (schema.getSchema() === dateTime) return at.toISOString();
  if (schema.getSchema() === httpDate) return at.toUTCString();
  return at.getTime() / 1000;
}

function jsonNameOf(member: string, schema: NormalizedSchema, { jsonNames }: JsonOptions): string {
  return jsonNames ? String(schema.getMemberTraits().jsonName ?? member) : member;
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function mismatch(path: string, wanted: string): never {
  throw new ServiceError('SerializationException', `${path === '' ? 'The body' : path} must be ${wanted}.`);
}
