import type { Finding } from '../finding.ts';
import type { Locate } from './read-document.ts';
import type { Place } from './spots.ts';

export interface FormatOptions {
  /** Name of the file, put before each place: `deploy.json:12:5`. */
  readonly file?: string | undefined;
  /** Longest stretch of a source line that is shown, in characters. */
  readonly width?: number | undefined;
}

/**
 * Findings for a person at a terminal, in the order of the text: place, severity and code; the sentence; the line with
 * the spot underlined; the fix where there is one. Plain text without colours; empty when there are no findings.
 */
export function formatFindings(
  findings: readonly Finding[],
  text: string,
  locate: Locate,
  { file, width = 100 }: FormatOptions = {},
): string {
  const placed = findings.map((finding) => ({ finding, place: placeOf(finding, text, locate) }));
  placed.sort((a, b) => a.place.offset - b.place.offset);
  return placed.map(({ finding, place }) => formatOne(finding, place, { text, file, width })).join('\n');
}

function formatOne(
  { severity, code, pointer, message, fix }: Finding,
  place: Place,
  { text, file, width }: { text: string; file: string | undefined; width: number },
): string {
  const where = `${file === undefined ? '' : `${file}:`}${place.line}:${place.column}`;
  const lines = [`${where} ${severity} ${code}${pointer === '' ? '' : ` ${pointer}`}`, `  ${message}`];
  lines.push(...excerpt(text, place, width));
  if (fix) lines.push(`  fix: ${fix.label}`);
  return `${lines.join('\n')}\n`;
}

/** The first line of the place, cut to the width around the spot, with carets under it. */
function excerpt(text: string, place: Place, width: number): string[] {
  const lineStart = place.offset - (place.column - 1);
  const lineEnd = /[\r\n]/.exec(text.slice(place.offset, place.offset + 10_000));
  const end = lineEnd ? place.offset + lineEnd.index : Math.min(text.length, place.offset + 10_000);
  const from = Math.max(lineStart, Math.min(place.offset - Math.floor(width / 2), end - width));
  const until = Math.min(end, from + width);
  const shown = text.slice(from, until).replaceAll('\t', ' ');
  if (shown.trim() === '') return [];
  const gutter = String(place.line);
  const blank = ' '.repeat(gutter.length);
  const before = from > lineStart ? '… ' : '';
  const after = until < end ? ' …' : '';
  const length = Math.max(1, Math.min(place.endOffset, until) - place.offset);
  const indent = ' '.repeat(before.length + place.offset - from);
  return [`  ${gutter} | ${before}${shown}${after}`, `  ${blank} | ${indent}${'^'.repeat(length)}`];
}

/** Findings about the key of what they point at. */
const ABOUT_KEYS = /^(?:key\.|document\.duplicate-key$)/;

/** Place of a finding; what is wrong inside a text is pointed at there when the text stands plainly in the source. */
function placeOf(finding: Finding, text: string, locate: Locate): Place {
  const place = locate(finding.pointer, ABOUT_KEYS.test(finding.code) ? 'key' : 'value');
  const { span } = finding;
  const raw = text.slice(place.offset, place.endOffset);
  if (!span || place.line !== place.endLine || raw.includes('\\')) return place;
  const quote = raw.startsWith('"') || raw.startsWith("'") ? 1 : 0;
  const start = Math.min(place.offset + quote + span.start, place.endOffset);
  const end = Math.max(start, Math.min(place.offset + quote + span.end, place.endOffset - quote));
  const column = place.column + (start - place.offset);
  return { ...place, column, endColumn: column + (end - start), offset: start, endOffset: end };
}
