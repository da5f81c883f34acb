import type { Operation } from './operations.ts';
import { ServiceError } from './service-error.ts';

/** A path-style REST request, cut into what routes look at. */
export interface RestRequest {
  method: string;
  /** The first segment of the path, decoded; null for the root. */
  bucket: string | null;
  /** The rest of the path, decoded; null when there is none. */
  key: string | null;
  query: Map<string, string>;
  headers: Record<string, string>;
}

interface Route {
  operation: Operation;
  method: string;
  bucket: boolean;
  key: boolean;
  literals: Array<[string, string]>;
  queries: string[];
  requiredHeaders: string[];
}

const routeCache = new WeakMap<Map<string, Operation>, Route[]>();

/** The operation whose method, path and required parameters fit best; refused when none does. */
export function routeOf(operations: Map<string, Operation>, request: RestRequest): Operation {
  let routes = routeCache.get(operations);
  if (routes === undefined) {
    routes = [...operations.values()].flatMap(routeFrom);
    routeCache.set(operations, routes);
  }
  const fitting = routes.filter((route) => fits(route, request)).sort((a, b) => weight(b) - weight(a));
  const [best] = fitting;
  if (best === undefined) {
    const asked = `${request.method} /${request.bucket ?? ''}${request.key === null ? '' : `/${request.key}`}`;
    const flags = [...request.query.keys()].filter((name) => !/^x-amz-|^x-id$/i.test(name)).join('&');
    const id = request.query.get('x-id');
    throw new ServiceError(
      'InvalidAction',
      `No operation served here is meant by ${asked}${flags === '' ? '' : `?${flags}`}${id === undefined ? '' : ` (${id})`}`,
    );
  }
  return best.operation;
}

function routeFrom(operation: Operation): Route[] {
  if (operation.http === null) return [];
  const [method, pattern] = operation.http;
  const [path = '', query = ''] = pattern.split('?');
  const literals = query === '' ? [] : query.split('&').map((pair): [string, string] => splitPair(pair));
  const route: Route = {
    operation,
    method,
    bucket: false,
    key: path.includes('{Key+}'),
    literals: literals.filter(([name]) => name !== 'x-id'),
    queries: [],
    requiredHeaders: [],
  };
  const required = requiredMembers(operation);
  for (const [member, schema] of operation.input.isStructSchema() ? operation.input.structIterator() : []) {
    const traits = schema.getMergedTraits();
    if (traits.httpLabel && member === 'Bucket') route.bucket = true;
    if (traits.httpQuery && required.has(member)) route.queries.push(String(traits.httpQuery));
    if (traits.httpHeader && required.has(member)) route.requiredHeaders.push(String(traits.httpHeader).toLowerCase());
  }
  return [route];
}

/** Packages write a structure's required members first, and how many they are after the members. */
function requiredMembers(operation: Operation): Set<string> {
  const schema = operation.input.getSchema();
  if (!Array.isArray(schema)) return new Set();
  const names = schema[4] as string[] | undefined;
  return new Set(names?.slice(0, Number(schema[6] ?? 0)));
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

function fits(route: Route, { method, bucket, key, query, headers }: RestRequest): boolean {
  if (route.method !== method || route.bucket !== (bucket !== null) || route.key !== (key !== null)) return false;
  const id = query.get('x-id');
  if (id !== undefined && id !== route.operation.name) return false;
  return (
    route.literals.every(([name, value]) => query.has(name) && (value === '' || query.get(name) === value)) &&
    route.queries.every((name) => query.has(name)) &&
    route.requiredHeaders.every((name) => headers[name] !== undefined)
  );
}

const weight = (route: Route): number => route.literals.length + route.queries.length + route.requiredHeaders.length;
