import type { NormalizedSchema } from '@smithy/core/schema';
import { ServiceError } from './service-error.ts';

interface Element {
  name: string;
  children: Element[];
  text: string;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads an XML body into the input members its schema names; an element the schema does not name is refused. */
export function readXml(text: string, schema: NormalizedSchema): Record<string, unknown> {
  const root = parseElement(text);
  if (root === null) malformed();
  return readStruct(root, schema);
}

function malformed(): never {
  throw new ServiceError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    400,
  );
}

function readStruct(element: Element, schema: NormalizedSchema): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const [member, memberSchema] of schema.structIterator()) {
    const name = String(memberSchema.getMemberTraits().xmlName ?? member);
    known.add(name);
    const found = element.children.filter((child) => child.name === name);
    const [first] = found;
    if (first === undefined) continue;
    const flat = memberSchema.isListSchema() && Boolean(memberSchema.getMergedTraits().xmlFlattened);
    result[member] = flat
      ? found.map((each) => readValue(each, memberSchema.getValueSchema()))
      : readValue(first, memberSchema);
  }
  for (const child of element.children) if (!known.has(child.name)) malformed();
  return result;
}

function readValue(element: Element, schema: NormalizedSchema): unknown {
  if (schema.isListSchema()) return element.children.map((child) => readValue(child, schema.getValueSchema()));
  if (schema.isStructSchema()) return readStruct(element, schema);
  if (schema.isBooleanSchema()) return element.text === 'true';
  if (schema.isNumericSchema()) {
    const number = Number(element.text);
    return element.text === '' || Number.isNaN(number) ? malformed() : number;
  }
  if (schema.isTimestampSchema()) return new Date(element.text);
  if (schema.isBlobSchema()) return new Uint8Array(Buffer.from(element.text, 'base64'));
  return element.text;
}

const token =
  /<\?[^>]*\?>|<!--[\s\S]*?-->|<\/([\w:.-]+)\s*>|<([\w:.-]+)(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*(\/?)>|([^<]+)/gy;

/** The root element of a text; null when it is not XML. Attributes and namespaces are read over. */
function parseElement(text: string): Element | null {
  const top: Element = { name: '', children: [], text: '' };
  const open: Element[] = [top];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    const current = open.at(-1);
    if (match === null || current === undefined) return null;
    const [, closed, opened, empty, words] = match;
    if (closed !== undefined) {
      if (open.length < 2 || current.name !== closed) return null;
      open.pop();
    } else if (opened !== undefined) {
      const child: Element = { name: opened, children: [], text: '' };
      current.children.push(child);
      if (empty !== '/') open.push(child);
    } else if (words !== undefined) {
      current.text += unescapeXml(words);
    }
  }
  return open.length === 1 && top.children.length === 1 ? (top.children[0] ?? null) : null;
}

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return entities[name ?? ''] ?? whole;
  });
}
