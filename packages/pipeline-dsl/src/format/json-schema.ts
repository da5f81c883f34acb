import * as z from 'zod';
import type { Vocabulary } from '../check-pipeline.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { expectedArtifactSchema } from './artifact.ts';
import { notificationSchema } from './notification.ts';
import { pipelineExtras, pipelineSchema } from './pipeline.ts';
import { authoredStageSchema, stageFrameFields } from './stage.ts';
import { triggerKinds, triggerSchema } from './trigger.ts';

/**
 * Draft 2020-12 JSON Schema of pipeline documents, for editors and other tools. Stages and triggers are told apart by
 * `type`; unknown types and fields pass, as they do on save. Where an expression may stand in place of a value, it may
 * stand here.
 */
export function pipelineJsonSchema(vocabulary: Vocabulary): JsonObject {
  const { triggers: _triggers, stages: _stages, ...rest } = pipelineSchema.shape;
  const schema = schemaOf(z.looseObject({ ...rest, ...pipelineExtras }));
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Pipeline',
    ...schema,
    properties: {
      ...properties,
      stages: { type: 'array', items: { $ref: '#/$defs/stage' } },
      triggers: { type: ['array', 'null'], items: { $ref: '#/$defs/trigger' } },
    },
    required: ['name', 'application'],
    $defs: {
      stage: byType(
        schemaOf(z.looseObject({ ...authoredStageSchema.shape, ...stageFrameFields })),
        Object.entries(vocabulary.stages)
          .filter(([, { internal }]) => internal !== true)
          .map(([type, { aliases, label, description, context }]) => ({
            types: [type, ...(aliases ?? [])],
            schema: { title: label, description, ...schemaOf(context, { expressions: true }) },
          })),
      ),
      trigger: byType(
        schemaOf(triggerSchema),
        Object.entries({ ...configsOf(vocabulary), ...triggerKinds }).map(([type, kind]) => ({
          types: [type],
          schema: schemaOf(kind),
        })),
      ),
      expectedArtifact: schemaOf(expectedArtifactSchema),
      notification: schemaOf(notificationSchema),
    },
  };
}

const configsOf = ({ triggers = {} }: Vocabulary): Record<string, z.ZodType> =>
  Object.fromEntries(Object.entries(triggers).flatMap(([type, { config }]) => (config ? [[type, config]] : [])));

/** The schema of an object that any type has, and for each type what is special about it. */
function byType(
  common: JsonObject,
  kinds: ReadonlyArray<{ types: readonly string[]; schema: JsonObject }>,
): JsonObject {
  const known = [...new Set(kinds.flatMap(({ types }) => types))];
  const properties = isJsonObject(common['properties']) ? common['properties'] : {};
  return {
    ...common,
    properties: { ...properties, type: { type: 'string', anyOf: [{ enum: known }, { minLength: 1 }] } },
    required: ['type'],
    allOf: kinds.map(({ types, schema }) => ({
      if: { properties: { type: { enum: [...types] } }, required: ['type'] },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
      then: schema,
    })),
  };
}

/** What forms say about a field, and JSON Schema has no word for, or another one. */
const FORM_WORDS = ['label', 'unit', 'order', 'group', 'widget', 'placeholder'];
const EXPRESSION = { type: 'string', pattern: '\\$\\{' };

/** The schema as JSON Schema. With `expressions` any member may hold an expression in place of its value. */
function schemaOf(
  schema: z.ZodType,
  { expressions }: { readonly expressions: boolean } = { expressions: false },
): JsonObject {
  const { $schema: _, ...made } = z.toJSONSchema(schema, {
    unrepresentable: 'any',
    io: 'output',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type === 'string' && 'coerce' in def && def.coerce === true)
        jsonSchema.type = ['string', 'number', 'boolean'] as never;
      mend(jsonSchema as JsonObject, expressions);
    },
  });
  return made;
}

function mend(schema: JsonObject, expressions: boolean): void {
  if (typeof schema['label'] === 'string') schema['title'] = schema['label'];
  for (const word of FORM_WORDS) delete schema[word];
  if (typeof schema['required'] === 'boolean') delete schema['required'];
  alsoAsText(schema);
  const { properties, required } = schema;
  if (!isJsonObject(properties)) return;
  if (Array.isArray(required)) schema['required'] = required.filter((key) => !hasDefault(properties[String(key)]));
  if (!expressions) return;
  for (const [key, property] of Object.entries(properties))
    if (isJsonObject(property)) properties[key] = { anyOf: [property, EXPRESSION] };
}

const TEXTS: Readonly<Record<string, JsonObject>> = {
  number: { type: 'string', pattern: '^\\s*(-?\\d+(\\.\\d+)?)?\\s*$' },
  integer: { type: 'string', pattern: '^\\s*(-?\\d+)?\\s*$' },
  boolean: { enum: ['true', 'false', ''] },
};
const TYPE_WORDS = ['type', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];

/** Stored pipelines keep numbers and flags as text too. */
function alsoAsText(schema: JsonObject): void {
  const text = typeof schema['type'] === 'string' ? TEXTS[schema['type']] : undefined;
  if (!text || 'const' in schema || 'enum' in schema) return;
  const value = Object.fromEntries(TYPE_WORDS.filter((word) => word in schema).map((word) => [word, schema[word]]));
  for (const word of TYPE_WORDS) delete schema[word];
  schema['anyOf'] = [value, text];
}

/** A field with a default need not be written. */
const hasDefault = (property: unknown): boolean => isJsonObject(property) && 'default' in property;
