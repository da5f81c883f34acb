import type { LedgerEntry, Operation, PortName, Ports, TaskResult, TaskRun } from '@gennaker/catalog/kit';
import { type Failure, FailureError, type JsonObject, type Stage } from '@gennaker/pipeline-dsl';
import type { Flight } from './flight.ts';
import { operationKey } from './operation-key.ts';
import { planView } from './planning.ts';
import type { ExecutionRun } from './run.ts';

/** How a task in flight reaches the run it belongs to; both resolve once the facts are durable. */
export interface TaskDoor {
  remember(facts: JsonObject): Promise<void>;
  intend(operationKey: string, entry: LedgerEntry): Promise<void>;
  outcome(operationKey: string, entry: LedgerEntry, state: 'done' | 'absent'): void;
}

/** What a round of a task came to, a thrown error included. */
export type RoundResult = TaskResult | { readonly kind: 'threw'; readonly failure: Failure; readonly outage: boolean };

/** Builds what a round of a task sees; `context` is the stage's, as its definition types it. */
export function taskRun(
  run: ExecutionRun,
  stage: Stage,
  task: { name: string; id: string; startTime: number },
  context: unknown,
  ports: Ports,
  door: TaskDoor,
  flight: Flight,
): TaskRun<unknown, PortName> {
  const keyFor = (step: string): string => operationKey([run.execution.id, stage.id, stage.attempt, task.name, step]);
  const operation = (step = ''): Operation => ({
    key: keyFor(step),
    executionId: run.execution.id,
    stageId: stage.id,
    get abort() {
      return flight.signal;
    },
  });
  const view = planView(run, stage, context);
  // Field by field: copying a whole view at every round costs more than all the rest of it.
  return {
    context: view.context,
    outputs: view.outputs,
    stage: view.stage,
    execution: view.execution,
    lookup: view.lookup,
    lookupAll: view.lookupAll,
    stages: view.stages,
    now: view.now,
    ports,
    operation,
    task: { name: task.name, startTime: task.startTime },
    get memory() {
      return run.memory(stage.id, task.id);
    },
    remember: (facts) => door.remember(facts),
    intend: async (entry) => {
      const key = keyFor(`ledger/${entry.kind}/${entry.account}/${entry.region}/${entry.name}/${entry.action}`);
      await door.intend(key, entry);
      return (state) => door.outcome(key, entry, state);
    },
    get abort() {
      return flight.signal;
    },
  };
}

/** Runs one round; never throws. */
export async function playRound(play: () => Promise<TaskResult> | TaskResult): Promise<RoundResult> {
  try {
    return await play();
  } catch (error) {
    if (error instanceof FailureError)
      return { kind: 'threw', failure: error.failure, outage: error.failure.retry === true };
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'threw', failure: { code: 'engine.task-crashed', message, retry: true }, outage: true };
  }
}
