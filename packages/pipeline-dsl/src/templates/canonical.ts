import { isJsonObject, type JsonObject } from '../json.ts';

/** Keys that the server writes into a template it gives out; they are no part of its content. */
const SERVER_KEYS: ReadonlySet<string> = new Set(['digest', 'tag', 'updateTs', 'lastModified', 'lastModifiedBy']);

/** A template without what the server adds. */
export const templateContent = (template: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(template).filter(([key]) => !SERVER_KEYS.has(key)));

/**
 * The one spelling of a template whatever the order of its keys: digests are taken of this text.
 * Keys in code unit order, no spaces.
 */
export const canonicalTemplate = (template: JsonObject): string => JSON.stringify(sorted(templateContent(template)));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}
