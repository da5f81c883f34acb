import type { JsonObject, StageDefinition } from '@gennaker/pipeline-dsl';
import * as z from 'zod';

/** Contexts as their definitions type them: contexts are replaced, never changed, and most rounds look at the same one. */
const typed = new WeakMap<JsonObject, { readonly by: StageDefinition; readonly context: unknown }>();

export function keepTyped(context: JsonObject, by: StageDefinition, value: unknown): void {
  typed.set(context, { by, context: value });
}

/** Context as the definition types it; the raw one when its schema refuses it. */
export function typedContext(context: JsonObject, definition: StageDefinition): unknown {
  const known = typed.get(context);
  if (known?.by === definition) return known.context;
  const parsed = definition.context.safeParse(context);
  const value = parsed.success ? parsed.data : context;
  keepTyped(context, definition, value);
  return value;
}

/** `after` is `before` with the patch: what is typed already is not typed again, only the patch is. */
export function carryOver(before: JsonObject, after: JsonObject, patch: JsonObject): void {
  const known = typed.get(before);
  if (!known || known.context === before || !(known.by.context instanceof z.ZodObject)) return;
  const fields: Record<string, z.core.$ZodType> = known.by.context.shape;
  const value: JsonObject = { ...(known.context as JsonObject) };
  for (const [key, given] of Object.entries(patch)) {
    const field = Object.hasOwn(fields, key) ? fields[key]! : null;
    const parsed = field && z.safeParse(field, given);
    if (parsed && !parsed.success) return;
    value[key] = parsed ? parsed.data : given;
  }
  keepTyped(after, known.by, value);
}
