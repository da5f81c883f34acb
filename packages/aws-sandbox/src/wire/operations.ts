import { NormalizedSchema } from '@smithy/core/schema';

/** One operation as the SDK package describes it. */
export interface Operation {
  name: string;
  input: NormalizedSchema;
  output: NormalizedSchema;
}

type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];
type StaticOperation = readonly [9, string, string, unknown, SchemaRef, SchemaRef];

/** Finds every operation schema (`RunInstances$` …) among the exports of an SDK client package. */
export function operationsOf(exports: Record<string, unknown>): Map<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [key, value] of Object.entries(exports)) {
    if (!key.endsWith('$') || !isOperation(value)) continue;
    operations.set(value[2], {
      name: value[2],
      input: NormalizedSchema.of(unwrap(value[4])),
      output: NormalizedSchema.of(unwrap(value[5])),
    });
  }
  return operations;
}

function isOperation(value: unknown): value is StaticOperation {
  return Array.isArray(value) && value[0] === 9 && typeof value[2] === 'string';
}

function unwrap(ref: SchemaRef): SchemaRef {
  return typeof ref === 'function' ? (ref as () => SchemaRef)() : ref;
}
