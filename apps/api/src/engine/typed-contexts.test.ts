import type { JsonObject, StageDefinition } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { carryOver, keepTyped, typedContext } from './typed-contexts.ts';

let parsed = 0;
const size = z.preprocess((value) => (typeof value === 'string' ? Number(value) : value), z.number());
const schema = z.looseObject({ size: size.optional(), name: z.string().optional() }).check(() => void parsed++);
const definition = { type: 'sized', context: schema } as unknown as StageDefinition;

/** What is typed of the context after the patch, and whether all of it was typed anew for that. */
function afterPatch(before: JsonObject, patch: JsonObject): { context: unknown; isTypedAnew: boolean } {
  const after = { ...before, ...patch };
  keepTyped(before, definition, schema.parse(before));
  parsed = 0;
  carryOver(before, after, patch);
  const context = typedContext(after, definition);
  return { context, isTypedAnew: parsed > 0 };
}

describe('a context that was patched', () => {
  it('is typed as it would be anew, without that', () => {
    const given = afterPatch({ size: '3', note: 1 }, { size: '4', name: 'web', other: [1] });
    expect(given).toEqual({ context: { size: 4, note: 1, name: 'web', other: [1] }, isTypedAnew: false });
  });

  it('stays raw when the patch does not fit', () => {
    const { context } = afterPatch({ size: '3' }, { name: 7 });
    expect(context).toEqual({ size: '3', name: 7 });
  });

  it('is typed anew for another definition', () => {
    const before = { size: '3' };
    const after = { size: '3', other: true };
    keepTyped(before, definition, schema.parse(before));
    carryOver(before, after, { other: true });
    const texts = { type: 'texts', context: z.looseObject({ size: z.string() }) } as unknown as StageDefinition;
    expect(typedContext(after, texts)).toEqual({ size: '3', other: true });
    expect(typedContext({ ...after }, definition)).toEqual({ size: 3, other: true });
  });
});
