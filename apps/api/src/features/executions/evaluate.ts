import type { Execution, JsonObject } from '@gennaker/pipeline-dsl';
import {
  type ExpressionProviders,
  evaluateAsking,
  evaluateTree,
  executionContext,
  type Note,
  type StageView,
} from '@gennaker/pipeline-dsl/expressions';
import type { Clock, OutsideWorld } from '../../engine/index.ts';

/** An execution to try expressions on, and for whom. */
export interface Evaluation {
  readonly execution: Execution;
  readonly user: string;
  readonly clock: Clock;
  readonly outside: OutsideWorld;
}

type Notes = Record<string, Note[]>;

/** A caller waits this long for what expressions ask of the world, ms. */
const PATIENCE_MS = 20_000;

/** Value of a text, as a stage sees it or, without one, over what all stages gave. */
export async function evaluateTextIn(evaluation: Evaluation, text: string, stage?: StageView) {
  const { value, notes } = await asking(evaluation, (providers) =>
    evaluateTree(text, contextOf(evaluation, stage, providers)),
  );
  return { result: value ?? null, ...detailOf(notes) };
}

/** Values of variables as a stage would give them that requires the named ones; each sees the earlier ones if in order. */
export async function evaluateVariablesIn(
  evaluation: Evaluation,
  variables: readonly JsonObject[],
  { requisiteStageRefIds, inOrder }: { requisiteStageRefIds: readonly string[]; inOrder: boolean },
) {
  const { execution } = evaluation;
  return asking(evaluation, (providers) => {
    const known: JsonObject = {};
    let notes: Notes = {};
    const result = variables.map((variable) => {
      const { key } = variable;
      const stage = tryout(requisiteStageRefIds, inOrder ? { ...known } : {});
      const longer = { ...evaluation, execution: { ...execution, stages: [...execution.stages, stage] } };
      const evaluated = evaluateTree(variable['value'], contextOf(longer, stage, providers));
      notes = { ...notes, ...evaluated.notes };
      if (key !== '' && key !== '__proto__') known[String(key)] = evaluated.value;
      return { ...variable, value: evaluated.value ?? null };
    });
    return { result, ...detailOf(notes) };
  });
}

const asking = <Result>({ outside }: Evaluation, evaluate: (providers: ExpressionProviders) => Result) => {
  const abort = AbortSignal.timeout(PATIENCE_MS);
  return evaluateAsking(evaluate, (question) => outside.ask(question, abort));
};

const detailOf = (notes: Notes): { detail?: Notes } => (Object.keys(notes).length > 0 ? { detail: notes } : {});

/** Chance is the same at each try, so that what is tried does not change by itself. */
const contextOf = (
  { execution, user, clock }: Pick<Evaluation, 'user' | 'clock'> & { readonly execution: object },
  stage: StageView | undefined,
  providers: ExpressionProviders,
) =>
  executionContext({
    execution: execution as Parameters<typeof executionContext>[0]['execution'],
    stage,
    user,
    now: () => clock.now(),
    random: () => 0.5,
    uuid: () => '00000000-0000-0000-0000-000000000000',
    providers,
  });

/** A stage that is not part of the execution, behind those it requires. */
const tryout = (requisiteStageRefIds: readonly string[], context: JsonObject): StageView => ({
  id: 'evaluate-variables',
  refId: 'evaluate-variables',
  type: 'evaluateVariables',
  name: 'Evaluate variables',
  status: 'RUNNING',
  context,
  outputs: {},
  requisiteStageRefIds,
});
