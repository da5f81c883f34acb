import type { NormalizedSchema } from '@smithy/core/schema';
import type { SeededRandom } from '../world/random.ts';

const texts = ['plain', 'a <b> & "c"', 'é ü 漢', 'x=1&y=2', 'with space', "it's 100% + 1"];
const maxDepth = 6;

/**
 * Makes a value that fits a schema: every member filled, lists of one, awkward text. Members that would nest
 * deeper than six levels, blobs and documents are left out.
 */
export function sampleValue(schema: NormalizedSchema, random: SeededRandom, depth = 0): unknown {
  if (schema.isStructSchema()) return sampleStruct(schema, random, depth);
  if (schema.isListSchema()) {
    const item = sampleValue(schema.getValueSchema(), random, depth + 1);
    return item === undefined ? undefined : [item];
  }
  if (schema.isMapSchema()) {
    const value = sampleValue(schema.getValueSchema(), random, depth + 1);
    return value === undefined ? undefined : { 'a key': value };
  }
  if (schema.isBooleanSchema()) return random.next() < 0.5;
  if (schema.isNumericSchema()) return Math.floor(random.next() * 1000);
  if (schema.isTimestampSchema()) return new Date(1_767_225_600_000 + Math.floor(random.next() * 1e9) * 1000);
  if (schema.isBlobSchema() || schema.isDocumentSchema()) return undefined;
  return random.pick(texts);
}

function sampleStruct(
  schema: NormalizedSchema,
  random: SeededRandom,
  depth: number,
): Record<string, unknown> | undefined {
  if (depth >= maxDepth) return undefined;
  const result: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const value = sampleValue(member, random, depth + 1);
    if (value === undefined) continue;
    result[name] = value;
    if (schema.isUnionSchema()) break;
  }
  return Object.keys(result).length === 0 && depth > 0 ? undefined : result;
}
