import type { NormalizedSchema } from '@smithy/core/schema';
import { ServiceError } from './service-error.ts';

/** `ec2`: members named by `ec2QueryName`, flat lists. `query`: `Name.member.1`. */
export type FormDialect = 'ec2' | 'query';

type Node = { value?: string; children?: Map<string, Node> };

/** Splits `a=b&c=d` into decoded pairs. Spaces arrive as `%20`; a `+` from other tools means a space too. */
export function parseForm(body: string): Array<[string, string]> {
  if (body === '') return [];
  return body.split('&').map((pair) => {
    const at = pair.indexOf('=');
    const [key, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    return [unescapeForm(key), unescapeForm(value)];
  });
}

function unescapeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    throw new ServiceError('MalformedQueryString', 'The request body is not a valid form encoding.', 400);
  }
}

/**
 * Turns form pairs into the input object the SDK client was given, led by the operation's own input schema.
 * Throws `UnknownParameter` for a name the schema does not have.
 */
export function decodeForm(
  pairs: Array<[string, string]>,
  schema: NormalizedSchema,
  dialect: FormDialect,
): Record<string, unknown> {
  const root: Node = {};
  for (const [key, value] of pairs) plant(root, key, value);
  if (!schema.isStructSchema()) {
    const extra = root.children?.keys().next().value;
    if (extra !== undefined) unknownParameter(extra);
    return {};
  }
  return readStruct(root, schema, dialect, '');
}

function plant(root: Node, key: string, value: string): void {
  let node = root;
  for (const part of key.split('.')) {
    node.children ??= new Map();
    let next = node.children.get(part);
    if (next === undefined) {
      next = {};
      node.children.set(part, next);
    }
    node = next;
  }
  node.value = value;
}

function unknownParameter(path: string): never {
  throw new ServiceError('UnknownParameter', `The parameter ${path} is not recognized`, 400);
}

/** The name a structure member has on the wire. */
export function wireNameOf(member: string, schema: NormalizedSchema, dialect: FormDialect): string {
  const { ec2QueryName, xmlName } = schema.getMergedTraits();
  if (dialect === 'query') return String(xmlName ?? member);
  if (ec2QueryName) return String(ec2QueryName);
  const name = String(xmlName ?? member);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function readStruct(node: Node, schema: NormalizedSchema, dialect: FormDialect, path: string): Record<string, unknown> {
  const left = new Set(node.children?.keys() ?? []);
  const result: Record<string, unknown> = {};
  for (const [member, memberSchema] of schema.structIterator()) {
    const name = wireNameOf(member, memberSchema, dialect);
    const child = node.children?.get(name);
    if (child === undefined) continue;
    left.delete(name);
    result[member] = readValue(child, memberSchema, dialect, path === '' ? name : `${path}.${name}`);
  }
  for (const name of left) unknownParameter(path === '' ? name : `${path}.${name}`);
  return result;
}

function readValue(node: Node, schema: NormalizedSchema, dialect: FormDialect, path: string): unknown {
  if (schema.isListSchema()) return readList(node, schema, dialect, path);
  if (schema.isMapSchema()) return readMap(node, schema, dialect, path);
  if (schema.isStructSchema()) return readStruct(node, schema, dialect, path);
  if (node.children !== undefined) unknownParameter(`${path}.${node.children.keys().next().value}`);
  return readScalar(node.value ?? '', schema, path);
}

function readList(node: Node, schema: NormalizedSchema, dialect: FormDialect, path: string): unknown[] {
  const item = schema.getValueSchema();
  const flat = dialect === 'ec2' || Boolean(schema.getMergedTraits().xmlFlattened);
  const holder = flat ? node : node.children?.get(item.getMergedTraits().xmlName ?? 'member');
  return numbered(holder, path).map((child) => readValue(child, item, dialect, path));
}

function numbered(holder: Node | undefined, path: string): Node[] {
  const entries = [...(holder?.children ?? new Map<string, Node>())];
  for (const [key] of entries) if (!/^\d+$/.test(key)) unknownParameter(`${path}.${key}`);
  return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);
}

function readMap(node: Node, schema: NormalizedSchema, dialect: FormDialect, path: string): Record<string, unknown> {
  const holder = schema.getMergedTraits().xmlFlattened ? node : node.children?.get('entry');
  const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? 'key';
  const valueSchema = schema.getValueSchema();
  const valueName = valueSchema.getMergedTraits().xmlName ?? 'value';
  const result: Record<string, unknown> = {};
  for (const entry of numbered(holder, path)) {
    const value = entry.children?.get(valueName);
    const key = entry.children?.get(keyName)?.value ?? '';
    if (value !== undefined) result[key] = readValue(value, valueSchema, dialect, path);
  }
  return result;
}

function readScalar(text: string, schema: NormalizedSchema, path: string): unknown {
  if (schema.isBooleanSchema()) {
    if (text !== 'true' && text !== 'false') malformed(text, path);
    return text === 'true';
  }
  if (schema.isNumericSchema()) {
    if (text === '' || Number.isNaN(Number(text))) malformed(text, path);
    return Number(text);
  }
  if (schema.isTimestampSchema()) {
    const at = new Date(text);
    if (Number.isNaN(at.getTime())) malformed(text, path);
    return at;
  }
  if (schema.isBlobSchema()) return new Uint8Array(Buffer.from(text, 'base64'));
  return text;
}

function malformed(text: string, path: string): never {
  throw new ServiceError('MalformedInput', `The value '${text.slice(0, 80)}' of parameter ${path} has the wrong type.`);
}
