import type { NormalizedSchema } from '@smithy/core/schema';

/** Escapes text for an XML element. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Writes the members of an output object as XML elements, led by the operation's own output schema. */
export function encodeMembers(value: Record<string, unknown>, schema: NormalizedSchema): string {
  if (!schema.isStructSchema()) return '';
  let xml = '';
  for (const [member, memberSchema] of schema.structIterator()) {
    const memberValue = value[member];
    if (memberValue === undefined || memberValue === null) continue;
    xml += encodeElement(memberSchema.getMemberTraits().xmlName ?? member, memberValue, memberSchema);
  }
  return xml;
}

function encodeElement(name: string, value: unknown, schema: NormalizedSchema): string {
  if (schema.isListSchema()) return encodeList(name, value as unknown[], schema);
  if (schema.isMapSchema()) return encodeMap(name, value as Record<string, unknown>, schema);
  const inner = schema.isStructSchema()
    ? encodeMembers(value as Record<string, unknown>, schema)
    : escapeXml(encodeScalar(value, schema));
  return `<${name}>${inner}</${name}>`;
}

function encodeList(name: string, values: unknown[], schema: NormalizedSchema): string {
  const item = schema.getValueSchema();
  if (schema.getMergedTraits().xmlFlattened) return values.map((value) => encodeElement(name, value, item)).join('');
  const itemName = item.getMergedTraits().xmlName ?? 'member';
  return `<${name}>${values.map((value) => encodeElement(itemName, value, item)).join('')}</${name}>`;
}

function encodeMap(name: string, values: Record<string, unknown>, schema: NormalizedSchema): string {
  const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? 'key';
  const valueSchema = schema.getValueSchema();
  const valueName = valueSchema.getMergedTraits().xmlName ?? 'value';
  const flat = Boolean(schema.getMergedTraits().xmlFlattened);
  const tag = flat ? name : 'entry';
  const entries = Object.entries(values).map(([key, value]) => {
    const inner = `<${keyName}>${escapeXml(key)}</${keyName}>${encodeElement(valueName, value, valueSchema)}`;
    return `<${tag}>${inner}</${tag}>`;
  });
  return flat ? entries.join('') : `<${name}>${entries.join('')}</${name}>`;
}

function encodeScalar(value: unknown, schema: NormalizedSchema): string {
  if (schema.isTimestampSchema()) return isoTime(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return String(value);
}

function isoTime(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return new Date(typeof value === 'string' ? value : Number(value)).toISOString();
}
