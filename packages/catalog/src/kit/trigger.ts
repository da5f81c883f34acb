import type { JsonObject, Trigger } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';

/** Pure half of a kind of trigger: what the editor and the documentation need to know. */
export interface TriggerDefinition<Config = unknown> {
  readonly type: string;
  readonly version: number;
  readonly label: string;
  /** One sentence for the palette. */
  readonly description: string;
  /** Name of a lucide icon. */
  readonly icon: string;
  readonly config: z.ZodType<Config>;
}

/** Declares a kind of trigger. */
export function defineTrigger<const Type extends string, Config>(
  definition: Omit<TriggerDefinition<Config>, 'type'> & { readonly type: Type },
): TriggerDefinition<Config> & { readonly type: Type } {
  return definition;
}

/** Something that arrived from outside and may start pipelines. */
export interface InboxEvent {
  readonly id: string;
  readonly kind: string;
  readonly source: string;
  readonly payload: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch ms. */
  readonly receivedAt: number;
}

/** One checked rule of a match, kept for the person who asks why nothing started. */
export interface MatchStep {
  readonly rule: string;
  readonly expected: string;
  readonly actual: string;
  readonly ok: boolean;
}

export type MatchVerdict =
  | {
      readonly matched: true;
      readonly trace: readonly MatchStep[];
      readonly parameters: JsonObject;
      readonly trigger: JsonObject;
      readonly artifacts: readonly unknown[];
    }
  | { readonly matched: false; readonly trace: readonly MatchStep[]; readonly reason: string };

/** Pure rule of one kind of trigger: does this event start this pipeline, and with what. */
export interface TriggerMatcher {
  readonly type: string;
  match(event: InboxEvent, trigger: Trigger): MatchVerdict;
}
