type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A filter of events as EventBridge rules and SNS subscriptions have it. */
export type Pattern = { [key: string]: Json };

/** A pattern that cannot be one, in words. */
export class PatternError extends Error {}

/** Reads a pattern; throws a `PatternError` that says what is wrong. */
export function parsePattern(text: string): Pattern {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PatternError('Filter is not an object');
  }
  if (!isObject(value)) throw new PatternError('Filter is not an object');
  check(value);
  return value;
}

function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const tests = new Set(['prefix', 'suffix', 'anything-but', 'numeric', 'exists', 'equals-ignore-case', 'wildcard']);

function check(pattern: Pattern): void {
  for (const [key, wanted] of Object.entries(pattern)) {
    if (key === '$or' && Array.isArray(wanted)) {
      for (const each of wanted) if (isObject(each)) check(each);
      continue;
    }
    if (isObject(wanted)) {
      if (Object.keys(wanted).length === 0) throw new PatternError('Empty objects are not allowed');
      check(wanted);
      continue;
    }
    if (!Array.isArray(wanted)) throw new PatternError(`"${key}" must be an object or an array`);
    if (wanted.length === 0) throw new PatternError('Empty arrays are not allowed');
    for (const each of wanted) {
      const [name] = isObject(each) ? Object.keys(each) : [];
      if (name !== undefined && !tests.has(name)) throw new PatternError(`Unrecognized match type ${name}`);
    }
  }
}

/** True when an event has, for each field of the pattern, one of the values it lists. */
export function patternMatches(pattern: Pattern, event: unknown): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === '$or' && Array.isArray(wanted))
      return wanted.some((each) => isObject(each) && patternMatches(each, event));
    const actual = isObject(event) ? event[key] : undefined;
    if (isObject(wanted)) {
      const inside = Array.isArray(actual) ? actual : [actual];
      return inside.some((each) => patternMatches(wanted, each));
    }
    return Array.isArray(wanted) && anyOf(wanted, actual);
  });
}

function anyOf(wanted: Json[], actual: Json | undefined): boolean {
  const values = Array.isArray(actual) ? actual : [actual];
  return wanted.some((each) => values.some((value) => fits(each, value)));
}

function fits(wanted: Json, actual: Json | undefined): boolean {
  if (!isObject(wanted)) return wanted === actual;
  const [name = '', operand = null] = Object.entries(wanted)[0] ?? [];
  const text = typeof actual === 'string' ? actual : null;
  switch (name) {
    case 'exists':
      return (actual !== undefined) === operand;
    case 'prefix':
      return text?.startsWith(String(operand)) ?? false;
    case 'suffix':
      return text?.endsWith(String(operand)) ?? false;
    case 'equals-ignore-case':
      return text?.toLowerCase() === String(operand).toLowerCase();
    case 'wildcard':
      return text !== null && wildcard(String(operand)).test(text);
    case 'numeric':
      return typeof actual === 'number' && Array.isArray(operand) && inRange(operand, actual);
    case 'anything-but':
      return actual !== undefined && !anyOf(Array.isArray(operand) ? operand : [operand], actual);
    default:
      return false;
  }
}

const wildcard = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*')}$`,
  );

function inRange(operand: Json[], actual: number): boolean {
  for (let at = 0; at + 1 < operand.length; at += 2) {
    const limit = Number(operand[at + 1]);
    const holds =
      (operand[at] === '=' && actual === limit) ||
      (operand[at] === '<' && actual < limit) ||
      (operand[at] === '<=' && actual <= limit) ||
      (operand[at] === '>' && actual > limit) ||
      (operand[at] === '>=' && actual >= limit);
    if (!holds) return false;
  }
  return operand.length >= 2;
}
