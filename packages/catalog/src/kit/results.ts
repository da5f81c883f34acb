import type { Failure, JsonObject, Wait } from '@gennaker/pipeline-dsl';

/** What a round of a task came to. `context` merges into the stage's own context, `outputs` into what others read. */
export type TaskResult =
  | {
      readonly kind: 'done';
      readonly status: 'SUCCEEDED' | 'SKIPPED' | 'STOPPED' | 'FAILED_CONTINUE' | 'CANCELED';
      readonly context?: JsonObject;
      readonly outputs?: JsonObject;
    }
  | {
      readonly kind: 'again';
      /** Next round after this many ms; absent = only when signaled, or at the task's time limit. */
      readonly afterMs?: number;
      readonly wait: { readonly kind: Wait['kind']; readonly reason: string; readonly until?: number };
      readonly context?: JsonObject;
      readonly outputs?: JsonObject;
    }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly context?: JsonObject;
      readonly outputs?: JsonObject;
    };

interface Written {
  readonly context?: JsonObject;
  readonly outputs?: JsonObject;
}

export const succeeded = (outputs?: JsonObject, context?: JsonObject): TaskResult => ({
  kind: 'done',
  status: 'SUCCEEDED',
  outputs,
  context,
});
export const skipped = (written: Written = {}): TaskResult => ({ kind: 'done', status: 'SKIPPED', ...written });
export const canceled = (written: Written = {}): TaskResult => ({ kind: 'done', status: 'CANCELED', ...written });

/** Look again after `afterMs`; `reason` completes the sentence "Waiting for …". */
export const again = (afterMs: number, reason: string, written: Written & { kind?: Wait['kind'] } = {}): TaskResult => {
  const { kind = 'resource', ...rest } = written;
  return { kind: 'again', afterMs, wait: { kind, reason }, ...rest };
};

/** Wait for a signal (a person's decision, a child's end) without looking; `until` = epoch ms shown as the deadline. */
export const waitFor = (
  wait: { kind: Wait['kind']; reason: string; until?: number },
  written: Written & { afterMs?: number } = {},
): TaskResult => ({
  kind: 'again',
  wait,
  ...written,
});

export const failed = (failure: Failure, written: Written = {}): TaskResult => ({
  kind: 'failed',
  failure,
  ...written,
});
