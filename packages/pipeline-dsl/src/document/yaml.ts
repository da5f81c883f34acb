import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { DocumentError, type DocumentLimits, setOwn } from './limits.ts';
import type { Parsed } from './parsed.ts';
import type { Spot } from './spots.ts';

const OPTIONS = {
  version: '1.2',
  uniqueKeys: false,
  prettyErrors: false,
  resolveKnownTags: false,
  logLevel: 'error',
} as const;

/** Reads one YAML 1.2 document, keeping where each value stands. Throws `DocumentError`. */
export function parseYaml(text: string, limits: DocumentLimits): Parsed {
  const document = parse(text);
  const broken = document.errors[0];
  if (broken) throw asDocumentError(broken);
  if (document.contents === null) throw new DocumentError('document.empty', 'The text is empty; write a pipeline.', 0);
  const reader = new YamlReader(text, limits);
  const { value, spot } = reader.read(document.contents as Node, 0);
  return { value, root: spot, remarks: reader.remarks };
}

function parse(text: string): ReturnType<typeof parseDocument> {
  try {
    return parseDocument(text, OPTIONS);
  } catch {
    // The library recurses with the nesting of the text; what it cannot hold is nested absurdly deep.
    throw new DocumentError('document.too-deep', 'The YAML is nested too deep to be read; flatten it.', 0);
  }
}

const SENTENCES: Partial<Record<YAMLError['code'], string>> = {
  MULTIPLE_DOCS: 'The text holds several documents; keep each in a file of its own.',
  TAB_AS_INDENT: 'YAML is indented with blanks; replace the tab.',
  BAD_ALIAS: 'This alias is not written as YAML wants it: a star and a name.',
  RESOURCE_EXHAUSTION: 'The YAML is nested too deep to be read; flatten it.',
};

function asDocumentError(error: YAMLError): DocumentError {
  const message = SENTENCES[error.code] ?? `The YAML cannot be read: ${error.message.replace(/\.?$/, '.')}`;
  // How far the library gets depends on the machine, so its place would say nothing.
  if (error.code === 'RESOURCE_EXHAUSTION') return new DocumentError('document.too-deep', message, 0);
  return new DocumentError('document.bad-yaml', message, error.pos[0], Math.max(error.pos[1], error.pos[0] + 1));
}

interface Read {
  readonly value: unknown;
  readonly spot: Spot;
}

/** Walks the library's nodes: values, spots and limits in one pass. */
class YamlReader {
  readonly remarks: Array<Parsed['remarks'][number]> = [];
  private readonly text: string;
  private readonly limits: DocumentLimits;
  private readonly anchors = new Map<string, Node>();
  /** Anchored nodes being read; an alias to one of them would never end. */
  private readonly open = new Set<Node>();
  private readonly path: string[] = [];
  private values = 0;
  private aliases = 0;

  constructor(text: string, limits: DocumentLimits) {
    this.text = text;
    this.limits = limits;
  }

  read(node: Node, depth: number): Read {
    const spot = this.spotOf(node);
    this.values += 1;
    if (this.values > this.limits.values)
      throw new DocumentError(
        'document.too-large',
        `The text holds more than ${this.limits.values} values, aliases counted each time; make it smaller.`,
        spot.start,
      );
    if (depth > this.limits.depth)
      throw new DocumentError(
        'document.too-deep',
        `Values are nested more than ${this.limits.depth} deep; flatten them.`,
        spot.start,
      );
    if (isAlias(node)) return this.alias(node.source, spot, depth);
    if ('anchor' in node && node.anchor) this.anchors.set(node.anchor, node);
    this.open.add(node);
    const read = this.content(node, spot, depth);
    this.open.delete(node);
    return read;
  }

  private content(node: Node, spot: Spot, depth: number): Read {
    if (isMap(node)) return this.map(node, spot, depth);
    if (isSeq(node)) {
      const items = node.items.map((item, at) => this.member(String(at), item as Node | null, spot.start, depth));
      return { value: items.map(({ value }) => value), spot: { ...spot, children: items.map((item) => item.spot) } };
    }
    const value = isScalar(node) ? node.value : null;
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new DocumentError(
        'document.bad-number',
        'JSON has no such number; put it in quotes.',
        spot.start,
        spot.end,
      );
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
      this.remark('document.imprecise-number', 'The number is too large to be kept exactly; put it in quotes.');
    return { value: value ?? null, spot };
  }

  private alias(name: string, spot: Spot, depth: number): Read {
    this.aliases += 1;
    const refuse = (message: string): DocumentError =>
      new DocumentError('document.bad-alias', message, spot.start, spot.end);
    if (this.aliases > this.limits.aliases)
      throw refuse(`The text follows more than ${this.limits.aliases} aliases; write some of them out.`);
    const target = this.anchors.get(name);
    if (!target) throw refuse(`No anchor "&${name}" stands before this alias; name one that does.`);
    if (this.open.has(target)) throw refuse(`The alias "*${name}" stands inside what it repeats; write it out.`);
    const read = this.read(target, depth);
    return { value: read.value, spot: { ...spot, children: read.spot.children } };
  }

  private map(node: YAMLMap, spot: Spot, depth: number): Read {
    const value: Record<string, unknown> = {};
    const children = new Map<string, Spot>();
    const merged: Read[] = [];
    for (const pair of node.items as Array<Pair<Node | null, Node | null>>) {
      const key = this.keyOf(pair.key, spot);
      const member = this.member(key.text, pair.value, key.spot.end, depth);
      if (key.text === '<<' && key.plain) {
        merged.push(...this.mergedFrom(member));
        continue;
      }
      if (children.has(key.text))
        this.remark(
          'document.duplicate-key',
          `"${key.text.slice(0, 60)}" is here twice; the last one counts. Remove one.`,
          key.text,
        );
      setOwn(value, key.text, member.value);
      children.set(key.text, { ...member.spot, keyStart: key.spot.start, keyEnd: key.spot.end });
    }
    for (const { value: more, spot: from } of merged)
      for (const [key, inner] of Object.entries(more as Record<string, unknown>)) {
        const place = from.children instanceof Map ? from.children.get(key) : undefined;
        if (children.has(key) || !place) continue;
        setOwn(value, key, inner);
        children.set(key, place);
      }
    return { value, spot: { ...spot, children } };
  }

  /** What a merge key (`<<`) brings: a map, or the maps of a list, the first strongest. */
  private mergedFrom(member: Read): Read[] {
    const { value, spot } = member;
    if (Array.isArray(value) && Array.isArray(spot.children)) {
      const spots = spot.children;
      return value.flatMap((item, at) => this.mergedFrom({ value: item, spot: spots[at]! }));
    }
    if (spot.children instanceof Map) return [member];
    throw new DocumentError('document.bad-merge', '"<<" takes a map, or a list of maps.', spot.start, spot.end);
  }

  private member(part: string, node: Node | null, at: number, depth: number): Read {
    this.path.push(part);
    const read = node ? this.read(node, depth + 1) : { value: null, spot: { start: at, end: at } };
    this.path.pop();
    return read;
  }

  private keyOf(node: Node | null, around: Spot): { text: string; plain: boolean; spot: Spot } {
    const spot = node ? this.spotOf(node) : { start: around.start, end: around.start };
    const target = isAlias(node) ? this.anchors.get(node.source) : node;
    if (!target || !isScalar(target) || typeof target.value === 'object')
      throw new DocumentError('document.bad-key', 'A key must be a text; write it in quotes.', spot.start, spot.end);
    if (target.anchor) this.anchors.set(target.anchor, target);
    return { text: String(target.value), plain: target.type === 'PLAIN', spot };
  }

  /** The node without its anchor's surroundings and without the blank space after it. */
  private spotOf(node: Node): Spot {
    const [start, stop] = node.range ?? [0, 0];
    let end = Math.max(start, stop);
    while (end > start && /\s/.test(this.text[end - 1]!)) end -= 1;
    return { start, end };
  }

  private remark(code: string, message: string, ...more: string[]): void {
    if (this.remarks.length < 100) this.remarks.push({ code, path: [...this.path, ...more], message });
  }
}
