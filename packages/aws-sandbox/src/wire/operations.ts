import { NormalizedSchema } from '@smithy/core/schema';

/** One operation as the SDK package describes it. */
export interface Operation {
  name: string;
  input: NormalizedSchema;
  output: NormalizedSchema;
  /** Method, path pattern and status of a REST operation, such as `['GET', '/clusters/{name}', 200]`. */
  http: readonly [string, string, number] | null;
}

/** One error a package describes. */
export interface ErrorShape {
  /** The full name, such as `com.amazonaws.ssm#ParameterNotFound`. */
  id: string;
  name: string;
  /** Its code on the Query protocol, when that differs from the name. */
  queryCode: string;
  status: number;
}

/** What an SDK client package says of a service. */
export interface Schemas {
  operations: Map<string, Operation>;
  /** By name and by query code. */
  errors: Map<string, ErrorShape>;
}

type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];
type StaticOperation = readonly [9, string, string, unknown, SchemaRef, SchemaRef];
type StaticError = readonly [-3, string, string, Record<string, unknown>, ...unknown[]];

/** Finds every operation schema (`RunInstances$` …) among the exports of an SDK client package. */
export function operationsOf(exports: Record<string, unknown>): Map<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [key, value] of Object.entries(exports)) {
    if (!key.endsWith('$') || !isOperation(value)) continue;
    const traits = value[3] as { http?: readonly [string, string, number] } | number | undefined;
    operations.set(value[2], {
      name: value[2],
      input: NormalizedSchema.of(unwrap(value[4])),
      output: NormalizedSchema.of(unwrap(value[5])),
      http: (typeof traits === 'object' ? traits.http : null) ?? null,
    });
  }
  return operations;
}

/** Operations and errors among the exports of an SDK client package. */
export function schemasOf(exports: Record<string, unknown>): Schemas {
  const errors = new Map<string, ErrorShape>();
  for (const [key, value] of Object.entries(exports)) {
    if (!key.endsWith('$') || !isError(value)) continue;
    const [, namespace, name, traits] = value;
    const [queryCode = name, queryStatus] = (traits['awsQueryError'] ?? []) as [string?, number?];
    const status = Number(queryStatus ?? traits['httpError'] ?? (traits['error'] === 'server' ? 500 : 400));
    const shape: ErrorShape = { id: `${namespace}#${name}`, name, queryCode, status };
    errors.set(name, shape);
    if (!errors.has(queryCode)) errors.set(queryCode, shape);
  }
  return { operations: operationsOf(exports), errors };
}

function isOperation(value: unknown): value is StaticOperation {
  return Array.isArray(value) && value[0] === 9 && typeof value[2] === 'string';
}

function isError(value: unknown): value is StaticError {
  return Array.isArray(value) && value[0] === -3 && typeof value[2] === 'string' && typeof value[3] === 'object';
}

function unwrap(ref: SchemaRef): SchemaRef {
  return typeof ref === 'function' ? (ref as () => SchemaRef)() : ref;
}
