import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { stageDefinitions, strategyDefinitions, triggerDefinitions } from './definitions.ts';
import { stageExecutors, strategies, triggerMatchers } from './executors.ts';

const kebab = (type: string): string => type.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const text = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

describe.each(Object.entries(stageDefinitions))('stage type %s', (type, definition) => {
  it('is kept under its own type, with its own executor', () => {
    expect(definition.type).toBe(type);
    expect(stageExecutors[type as keyof typeof stageExecutors].definition).toBe(definition);
  });

  it('describes every field with a label and help', () => {
    const schema = z.toJSONSchema(definition.context as z.ZodType) as {
      properties: Record<string, { label?: string; description?: string }>;
    };
    const bare = Object.entries(schema.properties).filter(([, field]) => !field.label || !field.description);
    expect(bare.map(([key]) => key)).toEqual([]);
  });

  it('has documentation with a heading for each failure code that its own files name', () => {
    const folder = `./stages/${kebab(type)}`;
    const docs = text(`${folder}/docs.md`);
    const codes = [...text(`${folder}/executor.ts`).matchAll(/code: '([a-z-]+\.[a-z-]+)'/g)].map((match) => match[1]);
    for (const code of codes) expect(docs).toContain(`### \`${code}\``);
  });

  it('chooses only tasks that it has', () => {
    const { execution } = stageExecutors[type as keyof typeof stageExecutors];
    expect(new Set(execution.tasks.map((task) => task.name)).size).toBe(execution.tasks.length);
  });
});

it('every strategy and every trigger has both halves under its name', () => {
  for (const [name, definition] of Object.entries(strategyDefinitions)) {
    expect(definition.name).toBe(name);
    expect(strategies[name as keyof typeof strategies].definition).toBe(definition);
  }
  for (const [type, definition] of Object.entries(triggerDefinitions))
    expect([definition.type, triggerMatchers[type as keyof typeof triggerMatchers].type]).toEqual([type, type]);
});
