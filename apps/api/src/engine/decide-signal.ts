import type { Actor, Execution, JsonObject, Stage, StageDefinition } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { Refusal } from './refusal.ts';

/** Lets the definition's signal rule decide; undefined when the body is none of its signals. */
export function decideSignal(
  definition: StageDefinition,
  stage: Stage,
  execution: Execution,
  body: JsonObject,
  actor: Actor,
): { accept: JsonObject; once: string | null } | undefined {
  for (const signal of definition.signals ?? []) {
    const parsed = signal.body.safeParse(body);
    if (!parsed.success) {
      const keys = signal.body instanceof z.ZodObject ? Object.keys(signal.body.shape) : [];
      if (!keys.some((key) => Object.hasOwn(body, key))) continue;
      const issue = parsed.error.issues[0];
      throw new Refusal(
        400,
        'stage.bad-signal',
        `${issue?.path.join('.') ?? 'body'}: ${issue?.message ?? 'not understood'}`,
        `/${issue?.path.join('/') ?? ''}`,
      );
    }
    if (stage.status !== 'RUNNING') {
      throw new Refusal(
        409,
        'stage.not-running',
        `Stage "${stage.name}" is ${stage.status}; it waits for nothing now.`,
      );
    }
    const verdict = signal.decide(parsed.data as never, { context: stage.context, trigger: execution.trigger }, actor);
    if ('refuse' in verdict)
      throw new Refusal(verdict.refuse.status, 'stage.refused', verdict.refuse.message, verdict.refuse.field);
    return { accept: { ...verdict.accept }, once: signal.once ? signal.name : null };
  }
  return undefined;
}
