import type { LedgerEntry } from '@gennaker/catalog/kit';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { ExecutionRun } from './run.ts';

/** Key of a task's memory: entries of the ledger that were intended and not settled yet, by operation key. */
const OPEN = '$intended';

const openOf = (run: ExecutionRun, stageId: string, taskId: string): JsonObject => {
  const open = run.memory(stageId, taskId)[OPEN];
  return isJsonObject(open) ? open : {};
};

/** Writes the intent, and remembers with it that it is open. */
export function intend(run: ExecutionRun, stageId: string, taskId: string, key: string, entry: LedgerEntry): void {
  const { before: _picture, ...rest } = entry;
  run.enter(stageId, key, entry, 'intended');
  run.remember(stageId, taskId, { [OPEN]: { ...openOf(run, stageId, taskId), [key]: rest } });
}

/** Writes what became of an intent. */
export function settle(
  run: ExecutionRun,
  stageId: string,
  taskId: string,
  key: string,
  entry: LedgerEntry,
  state: 'done' | 'absent',
): void {
  const { [key]: _settled, ...open } = openOf(run, stageId, taskId);
  run.enter(stageId, key, entry, state);
  run.remember(stageId, taskId, { [OPEN]: open });
}

/**
 * A task that succeeded has made its changes, also those whose call was cut off and which a later round found to be
 * there. What it meant to create and left open stays open: only a look tells whether it is there.
 */
export function settleWhatSucceeded(run: ExecutionRun, stageId: string, taskId: string): void {
  for (const [key, value] of Object.entries(openOf(run, stageId, taskId))) {
    const entry = value as unknown as LedgerEntry;
    if (entry.action !== 'create') settle(run, stageId, taskId, key, entry, 'done');
  }
}
