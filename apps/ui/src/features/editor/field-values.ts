/** Does a value hold an expression, so that its field shows text whatever its type? */
export const isExpression = (value: unknown): value is string => typeof value === 'string' && value.includes('${');

/** Reads typed text of a number field: a number when it is one, an expression or unfinished text as it is. */
export function numberFromText(text: string): unknown {
  if (text === '') return undefined;
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** Text of a list field: one value a line. */
export const listToText = (value: unknown): string => (Array.isArray(value) ? value.map(String).join('\n') : '');

/** Values of a list field; empty lines are left out, no lines at all remove the key. */
export function listFromText(text: string): string[] | undefined {
  const values = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return values.length > 0 ? values : undefined;
}

export type Row = readonly [key: string, value: string];

/** Rows of a map field. */
export const mapToRows = (value: unknown): Row[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).map(([key, one]) => [key, typeof one === 'string' ? one : JSON.stringify(one)] as const)
    : [];

/** Value of a map field; rows without a key are left out. */
export function mapFromRows(rows: readonly Row[]): Record<string, string> | undefined {
  const named = rows.filter(([key]) => key !== '');
  return named.length > 0 ? Object.fromEntries(named) : undefined;
}

/** Zones by region as text, one region a line: "us-east-1: us-east-1a, us-east-1b". */
export const zonesToText = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map(([region, zones]) => `${region}: ${Array.isArray(zones) ? zones.join(', ') : ''}`.trim())
        .join('\n')
    : '';

/** Reads zones by region from text. A line without zones means all of the region. */
export function zonesFromText(text: string): Record<string, string[]> | undefined {
  const entries = text.split('\n').flatMap((line): Array<[string, string[]]> => {
    const [region = '', zones = ''] = line.split(':');
    if (region.trim() === '') return [];
    return [
      [
        region.trim(),
        zones
          .split(',')
          .map((zone) => zone.trim())
          .filter(Boolean),
      ],
    ];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Reads JSON; undefined when the text is empty, null in `value` with a message when it is broken. */
export function jsonFromText(text: string): { value: unknown; problem: string | null } {
  if (text.trim() === '') return { value: undefined, problem: null };
  try {
    return { value: JSON.parse(text) as unknown, problem: null };
  } catch (error) {
    return { value: null, problem: error instanceof Error ? error.message : 'not JSON' };
  }
}

/** Reads typed text that may stand for any value: numbers, yes or no, lists and objects as JSON, all else as text. */
export function anyFromText(text: string): unknown {
  if (text === '') return undefined;
  const { value, problem } = jsonFromText(text);
  return problem === null && typeof value !== 'string' ? value : text;
}

/** Text of any value. */
export const anyToText = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
};

/** Are all values of an object texts, so that rows can hold them without loss? */
export const isTextMap = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'object' && !Array.isArray(value) && Object.values(value).every((one) => typeof one === 'string'));
