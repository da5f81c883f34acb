import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { vocabulary } from './check/testing/told.ts';
import { createLanguage } from './language.ts';

const language = createLanguage({
  ...vocabulary,
  triggers: { ...vocabulary.triggers, own: { config: z.looseObject({ bell: z.string() }) } },
});
const document = { application: 'a', name: ' n ', stages: [{ type: 'toy', more: { kept: 1 } }], ours: [1] };

describe('a language', () => {
  it('reads documents generously: texts of numbers and flags, nulls, and what it does not know', () => {
    const read = language.parse({ ...document, limitConcurrent: 'true', maxConcurrentExecutions: '3', triggers: null });
    expect(read.ok && read.pipeline).toMatchObject({
      name: 'n',
      limitConcurrent: true,
      maxConcurrentExecutions: 3,
      stages: [{ type: 'toy', more: { kept: 1 } }],
      ours: [1],
    });
    expect(read.findings.every(({ severity }) => severity !== 'error')).toBe(true);
  });

  it('refuses what has errors, with all of them', () => {
    const read = language.parse({ name: '', stages: [{ type: 'toy', refId: '1', requisiteStageRefIds: ['9'] }] });
    expect(read.ok).toBe(false);
    expect(read.findings.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'pipeline.shape /name',
      'pipeline.shape /application',
      'graph.unknown-requisite /stages/0/requisiteStageRefIds/0',
    ]);
  });

  it('does not change what it reads', () => {
    const before = JSON.stringify(document);
    language.parse(document);
    expect(JSON.stringify(document)).toBe(before);
  });
});

interface Schema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly allOf: ReadonlyArray<{
    readonly if: { readonly properties: { readonly type: { readonly enum: readonly string[] } } };
    readonly then: Schema;
  }>;
}

describe('its JSON Schema', () => {
  const schema = language.jsonSchema() as unknown as Schema & {
    readonly $defs: { readonly stage: Schema; readonly trigger: Schema };
  };
  const special = (part: Schema, type: string): Schema | undefined =>
    part.allOf.find((each) => each.if.properties.type.enum.includes(type))?.then;

  it('is plain JSON with every top-level field, of which two must be there', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect(schema.required).toEqual(['name', 'application']);
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining([
        'stages',
        'triggers',
        'parameterConfig',
        'expectedArtifacts',
        'roles',
        'locked',
        'template',
      ]),
    );
  });

  it('tells stages apart by type; a field may be an expression; planned types are left out', () => {
    const { stage } = schema.$defs;
    expect(special(stage, 'pipeline')).toMatchObject({
      title: 'pipeline',
      required: ['pipeline'],
      properties: {
        pipeline: {
          anyOf: [
            { type: 'string', minLength: 1 },
            { type: 'string', pattern: '\\$\\{' },
          ],
        },
      },
    });
    expect(special(stage, 'planned')).toBeUndefined();
    expect(stage.required).toEqual(['type']);
    expect(stage.properties).toHaveProperty('stageTimeoutMs');
  });

  it('keeps what forms say out of it, but for names and help', () => {
    const field = z
      .string()
      .optional()
      .describe('Help.')
      .meta({ label: 'Name', order: 1, required: true, widget: 'x' });
    const stages = { ...vocabulary.stages, toy: { ...vocabulary.stages['toy']!, context: z.looseObject({ field }) } };
    const made = createLanguage({ stages }).jsonSchema() as unknown as typeof schema;
    expect(special(made.$defs.stage, 'toy')?.properties['field']).toEqual({
      anyOf: [
        { type: 'string', title: 'Name', description: 'Help.' },
        { type: 'string', pattern: '\\$\\{' },
      ],
    });
  });

  it('tells triggers apart by type, those of the installation too', () => {
    const { trigger } = schema.$defs;
    expect(special(trigger, 'cron')?.required).toEqual(expect.arrayContaining(['cronExpression']));
    expect(special(trigger, 'own')?.properties).toHaveProperty('bell');
  });
});
