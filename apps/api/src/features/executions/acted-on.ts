import type { ExecutionQueries } from '../../persistence/index.ts';

const PATIENCE_MS = 2_000;
const LOOK_MS = 20;

/** Waits, at most two seconds, until a worker has acted on what was asked of the execution, so that answers show it. */
export async function actedOn(queries: ExecutionQueries, executionId: string, patienceMs = PATIENCE_MS): Promise<void> {
  for (let waited = 0; waited < patienceMs; waited += LOOK_MS) {
    if (!(await queries.hasUnreadSignals(executionId))) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
