import { contract, type Endpoint, shapes } from '@gennaker/pipeline-dsl/contract';
import type { OpenAPIObject } from '@nestjs/swagger';
import * as z from 'zod';

type Schema = Record<string, unknown>;

/** Description of the HTTP interface, made from the contract: the same schemas that refuse requests. */
export function openApiOf(version: string): OpenAPIObject {
  const components: Record<string, Schema> = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Schema => hoist(schema, io, components);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, endpoint] of Object.entries(contract) as Array<[string, Endpoint]>) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(name, endpoint, schemaOf) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Gennaker', version, description: 'Pipelines, their executions, and what they deploy.' },
    paths,
    components: { schemas: components },
  } as OpenAPIObject;
}

function operationOf(
  name: string,
  endpoint: Endpoint,
  schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Schema,
) {
  const { body, status, answer, summary, tag } = endpoint;
  return {
    operationId: name,
    summary,
    tags: [tag],
    parameters: [
      ...parametersOf(endpoint.params, 'path', schemaOf),
      ...parametersOf(endpoint.query, 'query', schemaOf),
    ],
    ...(body ? { requestBody: { content: { 'application/json': { schema: schemaOf(body, 'input') } } } } : {}),
    responses: {
      [status]: { description: summary, content: { 'application/json': { schema: schemaOf(answer, 'output') } } },
      '4XX': {
        description: 'Refused: which field, and why',
        content: { 'application/json': { schema: schemaOf(shapes.problem, 'output') } },
      },
    },
  };
}

function parametersOf(
  schema: z.ZodType | undefined,
  place: 'path' | 'query',
  schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Schema,
) {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Schema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, own]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: own,
  }));
}

/** JSON Schema with its named parts moved to the components. */
function hoist(schema: z.ZodType, io: 'input' | 'output', components: Record<string, Schema>): Schema {
  const {
    $schema: _dialect,
    $defs,
    ...own
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema & {
    $defs?: Record<string, Schema>;
  };
  for (const [name, part] of Object.entries($defs ?? {})) components[name] ??= toComponents(part);
  const { id, ...named } = toComponents(own);
  if (typeof id !== 'string') return named;
  components[id] ??= named;
  return { $ref: `#/components/schemas/${id}` };
}

const toComponents = (schema: Schema): Schema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Schema;
