import type { ExpressionContext } from './context.ts';
import { executionContext } from './execution-context.ts';
import type { StageView } from './views.ts';

/** A pipeline that is being written, as far as its expressions may read it. */
export interface Draft {
  readonly application?: string | undefined;
  readonly name?: string | undefined;
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly default?: unknown }>;
  readonly stages: ReadonlyArray<
    Pick<StageView, 'refId' | 'name' | 'type' | 'requisiteStageRefIds'> & {
      readonly context?: Readonly<Record<string, unknown>> | undefined;
      /** Names of what the stage gives to later ones. */
      readonly outputs?: readonly string[] | undefined;
    }
  >;
  /** refId of the stage whose text is written. */
  readonly stage?: string | undefined;
}

/** What an expression would see in a pipeline that is being written: every name, and the values that are known by now. */
export function draftContext(draft: Draft): ExpressionContext {
  const stages = draft.stages.map(
    ({ outputs = [], context = {}, ...stage }): StageView => ({
      ...stage,
      id: stage.refId,
      status: 'NOT_STARTED',
      context,
      outputs: Object.fromEntries(outputs.map((name) => [name, null])),
    }),
  );
  const parameters = Object.fromEntries(draft.parameters.map((each) => [each.name, each.default ?? null]));
  return executionContext({
    execution: {
      id: 'draft',
      application: draft.application ?? '',
      name: draft.name,
      status: 'NOT_STARTED',
      trigger: {
        type: 'manual',
        user: null,
        parameters,
        artifacts: [],
        resolvedExpectedArtifacts: [],
        buildInfo: null,
      },
      stages,
      authentication: { user: null },
    },
    stage: stages.find(({ refId }) => refId === draft.stage),
    now: () => 0,
    random: () => 0.5,
    uuid: () => '00000000-0000-0000-0000-000000000000',
  });
}
