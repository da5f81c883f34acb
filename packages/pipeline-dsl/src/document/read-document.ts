import type { Finding } from '../finding.ts';
import { pointerTo } from '../pointer.ts';
import { parseJson } from './json.ts';
import { DOCUMENT_LIMITS, DocumentError, type DocumentLimits } from './limits.ts';
import type { Parsed } from './parsed.ts';
import { createLineTable, findSpot, type Place } from './spots.ts';
import { parseYaml } from './yaml.ts';

export type DocumentFormat = 'json' | 'yaml';

/**
 * Place of a JSON pointer in the text: of its value, or of the key that names it. What is not there is answered with the
 * key, or the first character, of the nearest value around it.
 */
export type Locate = (pointer: string, part?: 'value' | 'key') => Place;

/**
 * A text that was read, or not. `findings`: duplicate keys and the like when it was, one error with the place and a
 * sentence when it was not (`locate` then answers that place for any pointer).
 */
export type ReadDocument =
  | {
      readonly ok: true;
      readonly format: DocumentFormat;
      readonly value: unknown;
      readonly findings: readonly Finding[];
      readonly locate: Locate;
    }
  | {
      readonly ok: false;
      readonly format: DocumentFormat;
      readonly findings: readonly [Finding];
      readonly locate: Locate;
    };

export interface ReadOptions {
  /** Without it: JSON when the text begins with a brace, bracket, quote or comment of JSON-like files, else YAML. */
  readonly format?: DocumentFormat | undefined;
  readonly limits?: Partial<DocumentLimits> | undefined;
}

/**
 * Reads a JSON or YAML text in time linear in its length. JSON is read as the standard has it: comments and trailing
 * commas are refused with their place. Duplicate keys are warnings. Never throws.
 */
export function readDocument(text: string, options: ReadOptions = {}): ReadDocument {
  const format = options.format ?? guessFormat(text);
  const limits = { ...DOCUMENT_LIMITS, ...options.limits };
  const most = format === 'json' ? limits.length : limits.yamlLength;
  if (text.length > most) return tooLong(text.length, format, most);
  const place = createLineTable(text);
  try {
    const { value, root, remarks } = format === 'json' ? parseJson(text, limits) : parseYaml(text, limits);
    return { ok: true, format, value, findings: remarks.map(asWarning), locate: locateIn(root, place) };
  } catch (thrown) {
    if (!(thrown instanceof DocumentError)) throw thrown;
    const at = place(thrown.start, thrown.end);
    return { ok: false, format, findings: [asError(thrown)], locate: () => at };
  }
}

/** The value alone, for who needs no places: the same texts are read and refused, JSON several times faster. */
export function readValue(
  text: string,
  options: ReadOptions = {},
): ReadDocument | { readonly ok: true; readonly value: unknown } {
  const limits = { ...DOCUMENT_LIMITS, ...options.limits };
  if ((options.format ?? guessFormat(text)) === 'json' && text.length <= limits.length) {
    try {
      const value: unknown = JSON.parse(text);
      if (countValues(value, limits, 0) <= limits.values) return { ok: true, value };
    } catch {
      // Read again below, to say where it is wrong.
    }
  }
  return readDocument(text, options);
}

/** How many values there are in all; infinitely many where one is nested too deep or is no number of JSON. */
function countValues(value: unknown, limits: DocumentLimits, depth: number): number {
  if (depth > limits.depth) return Number.POSITIVE_INFINITY;
  if (typeof value !== 'object' || value === null)
    return typeof value === 'number' && !Number.isFinite(value) ? Number.POSITIVE_INFINITY : 1;
  return Object.values(value).reduce<number>((sum, item) => sum + countValues(item, limits, depth + 1), 1);
}

function tooLong(length: number, format: DocumentFormat, most: number): ReadDocument {
  const message = `The text has ${length} characters, more than the ${most} that are read; make it smaller.`;
  const at = createLineTable('')(0, 0);
  const error = new DocumentError('document.too-large', message, 0);
  return { ok: false, format, findings: [asError(error)], locate: () => at };
}

const guessFormat = (text: string): DocumentFormat => (/^\uFEFF?\s*(?:[{["]|\/[/*])/.test(text) ? 'json' : 'yaml');

const asError = ({ code, message }: DocumentError): Finding => ({ severity: 'error', code, pointer: '', message });

const asWarning = ({ code, path, message }: Parsed['remarks'][number]): Finding => ({
  severity: 'warning',
  code,
  pointer: pointerTo(path),
  message,
});

function locateIn(root: Parsed['root'], place: (start: number, end: number) => Place): Locate {
  return (pointer, part = 'value') => {
    const { spot, exact } = findSpot(root, pointer);
    const key = spot.keyStart !== undefined && spot.keyEnd !== undefined ? place(spot.keyStart, spot.keyEnd) : null;
    if (key && (part === 'key' || !exact)) return key;
    return exact ? place(spot.start, spot.end) : place(spot.start, spot.start + 1);
  };
}
