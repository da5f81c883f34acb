import type { AuthoredStage, Pipeline } from '@gennaker/pipeline-dsl';

/** A pipeline as it is edited: plain JSON, changed only through the functions here or by its own text. */
export type PipelineDocument = Pipeline & Record<string, unknown>;

export const refIdOf = (stage: AuthoredStage, index: number): string => String(stage.refId ?? index);
export const requisitesOf = (stage: AuthoredStage): string[] => (stage.requisiteStageRefIds ?? []).map(String);
export const nameOf = (stage: AuthoredStage): string => stage.name || stage.type;

/** Position of a stage in the list, or -1. */
export const indexOfStage = (document: Pick<Pipeline, 'stages'>, refId: string): number =>
  document.stages.findIndex((stage, i) => refIdOf(stage, i) === refId);

/** A document for a pipeline that does not exist yet. */
export const emptyDocument = (application: string): PipelineDocument => ({
  name: '',
  application,
  schema: '1',
  spelEvaluator: 'v4',
  stages: [],
  triggers: [],
  parameterConfig: [],
  keepWaitingPipelines: false,
  limitConcurrent: true,
});

/**
 * Gives every stage a refId and its requisites as texts. Pipelines whose stages have none are linear: that order becomes
 * explicit here, so that editing one stage does not change what the others mean.
 */
export function withRefIds(document: PipelineDocument): PipelineDocument {
  const linear = document.stages.every((stage) => stage.refId === undefined || stage.refId === '');
  return {
    ...document,
    stages: document.stages.map((stage, i) => ({
      ...stage,
      refId: refIdOf(stage, i),
      requisiteStageRefIds: linear ? (i === 0 ? [] : [String(i - 1)]) : requisitesOf(stage),
    })),
  };
}

/** Smallest unused number as a refId. */
export function nextRefId(document: Pick<Pipeline, 'stages'>): string {
  const taken = new Set(document.stages.map(refIdOf));
  let candidate = 1;
  while (taken.has(String(candidate))) candidate += 1;
  return String(candidate);
}

/** A name no other stage has: "Wait", "Wait 2", … */
export function freeName(document: Pick<Pipeline, 'stages'>, wish: string): string {
  const taken = new Set(document.stages.map(nameOf));
  if (!taken.has(wish)) return wish;
  let n = 2;
  while (taken.has(`${wish} ${n}`)) n += 1;
  return `${wish} ${n}`;
}

export interface NewStage {
  readonly type: string;
  readonly label: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** Runs after this stage; what ran after it keeps doing so, unless `between`. */
  readonly after: string | null;
  /** Insert on the edge to this stage. */
  readonly between?: string;
}

/** Adds a stage and answers its refId. Changes the draft in place. */
export function addStage(draft: PipelineDocument, stage: NewStage): string {
  const refId = nextRefId(draft);
  draft.stages.push({
    refId,
    requisiteStageRefIds: stage.after === null ? [] : [stage.after],
    type: stage.type,
    name: freeName(draft, stage.label),
    ...structuredClone(stage.context),
  });
  const next = stage.between === undefined ? undefined : draft.stages[indexOfStage(draft, stage.between)];
  if (next) next.requisiteStageRefIds = [...requisitesOf(next).filter((ref) => ref !== stage.after), refId];
  return refId;
}

/** Removes a stage; what ran after it runs after what it ran after. */
export function removeStage(draft: PipelineDocument, refId: string): void {
  const index = indexOfStage(draft, refId);
  const removed = draft.stages[index];
  if (!removed) return;
  const before = requisitesOf(removed);
  draft.stages.splice(index, 1);
  for (const stage of draft.stages) {
    const requisites = requisitesOf(stage);
    if (!requisites.includes(refId)) continue;
    const bridged = [...requisites.filter((ref) => ref !== refId), ...before];
    stage.requisiteStageRefIds = [...new Set(bridged)];
  }
}

/** Would `to` running after `from` close a cycle? */
export function closesCycle(document: Pick<Pipeline, 'stages'>, from: string, to: string): boolean {
  if (from === to) return true;
  const open = [from];
  const seen = new Set<string>();
  while (open.length > 0) {
    const current = open.pop();
    if (current === undefined || seen.has(current)) continue;
    if (current === to) return true;
    seen.add(current);
    const stage = document.stages[indexOfStage(document, current)];
    if (stage) open.push(...requisitesOf(stage));
  }
  return false;
}

/** Lets `to` run after `from`. Changes nothing when that would close a cycle. */
export function connect(draft: PipelineDocument, from: string, to: string): void {
  const stage = draft.stages[indexOfStage(draft, to)];
  if (!stage || closesCycle(draft, from, to) || requisitesOf(stage).includes(from)) return;
  stage.requisiteStageRefIds = [...requisitesOf(stage), from];
}

/** `to` no longer waits for `from`. */
export function disconnect(draft: PipelineDocument, from: string, to: string): void {
  const stage = draft.stages[indexOfStage(draft, to)];
  if (stage) stage.requisiteStageRefIds = requisitesOf(stage).filter((ref) => ref !== from);
}

/** Copies a stage beside itself and answers the copy's refId. */
export function duplicateStage(draft: PipelineDocument, refId: string): string | null {
  const stage = draft.stages[indexOfStage(draft, refId)];
  if (!stage) return null;
  const copy = JSON.parse(JSON.stringify(stage)) as AuthoredStage;
  const made = nextRefId(draft);
  draft.stages.push({ ...copy, refId: made, name: freeName(draft, `${nameOf(stage)} copy`) });
  return made;
}

/** What happens to the pipeline when a stage fails. */
export type FailureChoice = 'halt' | 'branch' | 'branchThenFail' | 'ignore';

/** The four choices, each with its stored flags and one sentence. */
export const FAILURE_CHOICES: ReadonlyArray<{
  readonly id: FailureChoice;
  readonly label: string;
  readonly note: string;
  readonly flags: readonly [failPipeline: boolean, continuePipeline: boolean, completeOtherBranchesThenFail: boolean];
}> = [
  {
    id: 'halt',
    label: 'Stop the whole pipeline',
    note: 'Running stages are canceled and the execution fails.',
    flags: [true, false, false],
  },
  {
    id: 'branch',
    label: 'Stop this branch',
    note: 'Other branches finish and the execution counts as done.',
    flags: [false, false, false],
  },
  {
    id: 'branchThenFail',
    label: 'Stop this branch, fail at the end',
    note: 'Other branches finish, then the execution fails.',
    flags: [false, false, true],
  },
  {
    id: 'ignore',
    label: 'Ignore the failure',
    note: 'The stages after this one run all the same.',
    flags: [false, true, false],
  },
];

/** Reads the choice from the stored flags. */
export function failureChoiceOf(stage: Readonly<Record<string, unknown>>): FailureChoice {
  if (stage['continuePipeline'] === true) return 'ignore';
  if (stage['failPipeline'] !== false) return 'halt';
  return stage['completeOtherBranchesThenFail'] === true ? 'branchThenFail' : 'branch';
}

/** Writes the flags of a choice. */
export function setFailureChoice(stage: Record<string, unknown>, choice: FailureChoice): void {
  const flags = FAILURE_CHOICES.find((one) => one.id === choice)?.flags;
  if (!flags) return;
  [stage['failPipeline'], stage['continuePipeline'], stage['completeOtherBranchesThenFail']] = flags;
}

export type Path = ReadonlyArray<string | number>;

/** Sets the value at a path, making objects on the way; undefined removes the key. */
export function setAt(target: Record<string, unknown> | unknown[], path: Path, value: unknown): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  const holder = target as Record<string | number, unknown>;
  if (rest.length > 0) {
    if (typeof holder[head] !== 'object' || holder[head] === null) holder[head] = typeof rest[0] === 'number' ? [] : {};
    return setAt(holder[head] as Record<string, unknown>, rest, value);
  }
  if (value === undefined && !Array.isArray(target)) delete holder[head];
  else holder[head] = value;
}

/** Path as a JSON pointer. */
export const pointerOf = (path: Path): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
