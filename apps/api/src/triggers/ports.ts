import type { JsonObject } from '@gennaker/pipeline-dsl';

/** An event as stored. */
export interface StoredEvent {
  readonly id: string;
  readonly kind: string;
  readonly source: string;
  readonly dedupeKey: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: JsonObject;
  readonly bytes: number;
  /** Epoch ms. */
  readonly receivedAt: number;
}

/** A trigger that listens for an event's kind and source, with its pipeline. */
export interface Listener {
  readonly pipelineId: string;
  readonly version: number;
  readonly application: string;
  readonly name: string;
  readonly disabled: boolean;
  readonly trigger: JsonObject;
}

/** Where events are kept. Storing comes before everything else and answers who listens, as saved at that moment. */
export interface Inbox {
  store(
    event: StoredEvent,
  ): Promise<
    | { readonly fresh: true; readonly candidates: readonly Listener[] }
    | { readonly fresh: false; readonly earlier: StoredEvent & { readonly verdict: JsonObject | null } }
  >;
  candidates(kind: string, source: string): Promise<readonly Listener[]>;
  judge(id: string, verdict: JsonObject): Promise<void>;
  /** Events without a verdict received before a moment, oldest first. */
  unjudged(before: number, limit: number): Promise<readonly StoredEvent[]>;
  /** The document of a pipeline's version; null when it is gone. */
  config(pipelineId: string, version: number): Promise<JsonObject | null>;
}
