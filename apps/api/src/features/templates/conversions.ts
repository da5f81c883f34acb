import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';

/** Keys of a stored pipeline that are its own, or the server's, and no part of what a template shares. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'application',
  'index',
  'version',
  'updateTs',
  'lastModified',
  'lastModifiedBy',
  'disabled',
  'schema',
  'type',
  'source',
  'template',
  'variables',
  'exclude',
  'templateVariables',
  'serviceAccount',
]);

/** A pipeline as a template without variables; values are turned into variables by hand. */
export function toTemplate(pipeline: JsonObject): JsonObject {
  const { name, application, description, email, lastModifiedBy } = pipeline;
  const shared = Object.fromEntries(Object.entries(pipeline).filter(([key]) => !OWN_KEYS.has(key)));
  const slug = `${String(application)}-${String(name)}`.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '');
  return {
    schema: 'v2',
    id: slug.slice(0, 200) || 'template',
    protect: false,
    metadata: {
      name: String(name),
      description: typeof description === 'string' ? description : '',
      owner: typeof email === 'string' && email !== '' ? email : String(lastModifiedBy ?? ''),
      scopes: [String(application)],
    },
    variables: [],
    pipeline: { ...shared, stages: listOf(shared['stages']) },
  };
}

/** What an instance comes to as a pipeline that knows nothing of its template. */
export function toPlain(planned: JsonObject, stored: { id: string; version: number }): JsonObject {
  const { source: _origin, ...pipeline } = planned;
  const own = Object.fromEntries(
    ['triggers', 'parameterConfig', 'notifications'].map((key) => [key, listOf(pipeline[key]).map(withoutMark)]),
  );
  return { ...pipeline, ...own, schema: '1', id: stored.id, version: stored.version };
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function withoutMark(item: unknown): unknown {
  if (!isJsonObject(item)) return item;
  const { inherited: _mark, ...rest } = item;
  return rest;
}
