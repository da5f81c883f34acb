import { type ExpressionContext, recordRoot } from '../context.ts';
import { executionContext } from '../execution-context.ts';
import type { ExecutionView, StageView } from '../views.ts';

/** Tuesday 2023-11-14T22:13:20Z. */
export const NOW = 1_700_000_000_000;

/** A context over a plain record, with a fixed clock and fixed chance. */
export function contextOf(
  record: Readonly<Record<string, unknown>>,
  more: Partial<ExpressionContext> = {},
): ExpressionContext {
  return { root: recordRoot(record), ...surroundings, ...more };
}

export const surroundings = {
  now: () => NOW,
  random: () => 0.5,
  uuid: () => '01234567-89ab-cdef-0123-456789abcdef',
};

export function stageOf(refId: string, more: Partial<StageView> = {}): StageView {
  return {
    id: `id-${refId}`,
    refId,
    type: 'wait',
    name: `Stage ${refId}`,
    status: 'SUCCEEDED',
    context: {},
    outputs: {},
    requisiteStageRefIds: [],
    ...more,
  };
}

export function executionOf(stages: readonly StageView[], more: Partial<ExecutionView> = {}): ExecutionView {
  return {
    id: '01E',
    name: 'Deploy shop',
    application: 'shop',
    status: 'RUNNING',
    trigger: { type: 'manual' },
    stages,
    ...more,
  };
}

/** The context of the stage with this refId. */
export function stageContext(
  execution: ExecutionView,
  refId: string,
  more: Partial<ExpressionContext> = {},
): ExpressionContext {
  const stage = execution.stages.find((each) => each.refId === refId);
  return executionContext({ ...surroundings, ...more, execution, stage });
}
