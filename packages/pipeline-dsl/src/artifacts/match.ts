import { RE2JS, RE2JSException } from 're2js';
import { type Artifact, MATCHED_FIELDS, type MatchedField } from './shapes.ts';

/** A field of an artifact that does not hold what is asked for. */
export interface Mismatch {
  readonly field: MatchedField;
  readonly expected: string;
  /** Null when the artifact has no such field. */
  readonly actual: string | null;
}

/** Two names of one kind: content kept inside the artifact, and content kept in a store. */
const BASE64_KINDS: ReadonlySet<string> = new Set(['embedded/base64', 'remote/base64']);
const LONGEST_PATTERN = 1_000;
const LONGEST_SHOWN = 200;

/**
 * Why an artifact is not what is asked for; empty when it is. A field that is asked for must be equal, or match as a
 * regular expression in full; fields left empty in the pattern fit anything.
 */
export function mismatches(pattern: Artifact | null | undefined, artifact: Artifact): Mismatch[] {
  return MATCHED_FIELDS.flatMap((field) => {
    const expected = pattern?.[field];
    const actual = artifact[field];
    if (expected === undefined || expected === '' || fits(field, expected, actual)) return [];
    return [{ field, expected: shown(expected), actual: actual === undefined ? null : shown(actual) }];
  });
}

export const matches = (pattern: Artifact | null | undefined, artifact: Artifact): boolean =>
  MATCHED_FIELDS.every((field) => {
    const expected = pattern?.[field];
    return expected === undefined || expected === '' || fits(field, expected, artifact[field]);
  });

function fits(field: MatchedField, expected: string, actual: string | undefined): boolean {
  if (actual === undefined) return false;
  if (actual === expected) return true;
  if (field === 'type' && BASE64_KINDS.has(expected) && BASE64_KINDS.has(actual)) return true;
  return matchesInFull(expected, actual);
}

/** A pattern that is no regular expression matches nothing but itself. */
function matchesInFull(pattern: string, text: string): boolean {
  if (pattern.length > LONGEST_PATTERN) return false;
  try {
    return RE2JS.compile(pattern).matcher(text).matches();
  } catch (error) {
    if (error instanceof RE2JSException) return false;
    throw error;
  }
}

const shown = (text: string): string => (text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);

/** `version expected 1\..*, got 2.0`, for sentences. */
export const mismatchText = ({ field, expected, actual }: Mismatch): string =>
  `${field} expected ${expected}, got ${actual ?? 'nothing'}`;

/** `docker/image registry/web 1.2`, for sentences. */
export function artifactText({ type, name, version, reference }: Artifact): string {
  const parts = [type, name ?? reference, version].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? 'an artifact without fields' : shown(parts.join(' '));
}

/** `type docker/image, name web`: what an expected artifact asks for. */
export function patternText(pattern: Artifact | null | undefined): string {
  const asked = MATCHED_FIELDS.flatMap((field) => (pattern?.[field] ? [`${field} ${shown(pattern[field])}`] : []));
  return asked.length === 0 ? 'any artifact' : asked.join(', ');
}
