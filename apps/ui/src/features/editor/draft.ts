import { pipelineSchema } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import type { PipelineDocument } from './document.ts';

const draftSchema = z.object({
  at: z.number(),
  base: z.string(),
  document: pipelineSchema.extend({ name: z.string() }),
});
export interface Draft {
  /** Epoch ms of the last change. */
  readonly at: number;
  /** `updateTs` of the version it was begun on; empty for a new pipeline. */
  readonly base: string;
  readonly document: PipelineDocument;
}

const keyOf = (application: string, id: string) => `gennaker.draft.${application}.${id}`;

/** What was being edited when this browser last left, or null. */
export function readDraft(application: string, id: string, storage: Storage = localStorage): Draft | null {
  try {
    const parsed = draftSchema.safeParse(JSON.parse(storage.getItem(keyOf(application, id)) ?? 'null'));
    return parsed.success ? (parsed.data as Draft) : null;
  } catch {
    return null;
  }
}

export function keepDraft(application: string, id: string, draft: Draft, storage: Storage = localStorage): void {
  storage.setItem(keyOf(application, id), JSON.stringify(draft));
}

export function dropDraft(application: string, id: string, storage: Storage = localStorage): void {
  storage.removeItem(keyOf(application, id));
}
