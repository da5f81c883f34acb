import { type Execution, isComplete, isJsonObject, type Stage } from '@gennaker/pipeline-dsl';

/** Stages of the authored graph, without those that stages planned. */
export const topStages = (stages: readonly Stage[]): Stage[] => stages.filter((stage) => stage.parentStageId === null);

/** Stages another stage planned: those before its tasks first. */
export function childrenOf(stages: readonly Stage[], parentId: string): Stage[] {
  const order = (stage: Stage) => (stage.syntheticStageOwner === 'STAGE_BEFORE' ? 0 : 1);
  return stages.filter((stage) => stage.parentStageId === parentId).sort((a, b) => order(a) - order(b));
}

/** The stage and everything planned under it, at any depth. */
export function withDescendants(stages: readonly Stage[], stage: Stage): Stage[] {
  return [stage, ...childrenOf(stages, stage.id).flatMap((child) => withDescendants(stages, child))];
}

/**
 * What a stage is shown to consist of: the stages it planned, or what the only one of them planned. A deploy into one
 * region is told step by step, not as "Deploy in that region".
 */
export function partsOf(stages: readonly Stage[], stage: Stage): Stage[] {
  const planned = childrenOf(stages, stage.id);
  const [only, ...more] = planned;
  const further = only && more.length === 0 ? childrenOf(stages, only.id) : [];
  return further.length > 0 ? further : planned;
}

/** The authored stage a stage belongs to. */
export function topOf(stages: readonly Stage[], stage: Stage): Stage {
  const parent = stages.find((candidate) => candidate.id === stage.parentStageId);
  return parent ? topOf(stages, parent) : stage;
}

/** The wait to show for a stage: its own, or that of something running under it. */
export function shownWait(stages: readonly Stage[], stage: Stage): Stage['wait'] {
  const waits = withDescendants(stages, stage).flatMap((one) =>
    one.wait && !isComplete(one.status) ? [one.wait] : [],
  );
  return waits.find((wait) => wait.kind === 'person') ?? waits[0] ?? null;
}

/** Stages that wait for a person to decide or act. */
export const waitingForPeople = (execution: Execution): Stage[] =>
  execution.stages.filter((stage) => stage.wait?.kind === 'person' && !isComplete(stage.status));

/** What went wrong in a stage, as words and facts. */
export interface FailureFacts {
  readonly stage: Stage;
  readonly task: string | null;
  readonly code: string | null;
  readonly message: string;
  readonly advice: string | null;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Reads the exception a failed stage carries; null when it has none. */
export function failureOf(stage: Stage): FailureFacts | null {
  const exception = stage.context.exception;
  if (!isJsonObject(exception)) return null;
  const details = isJsonObject(exception.details) ? exception.details : {};
  const errors = Array.isArray(details.errors) ? details.errors.filter((error) => typeof error === 'string') : [];
  return {
    stage,
    task: textOf(exception.operation),
    code: textOf(details.errorCode) ?? textOf(exception.exceptionType),
    message: errors.join(' ') || textOf(details.error) || `${stage.name} failed without saying why.`,
    advice: textOf(details.advice),
    requestId: textOf(details.requestId),
    details,
  };
}

/**
 * Failures of a run, earliest first: the deepest failed stage of each failed branch, since a parent only suffers from
 * what failed under it.
 */
export function failuresOf(execution: Execution): FailureFacts[] {
  const failed = execution.stages.filter(
    (stage) => stage.status === 'TERMINAL' || stage.status === 'STOPPED' || stage.status === 'FAILED_CONTINUE',
  );
  const suffered = new Set(failed.map((stage) => stage.parentStageId));
  return failed
    .filter((stage) => !suffered.has(stage.id))
    .flatMap((stage) => failureOf(stage) ?? [unexplained(stage)])
    .sort((a, b) => (a.stage.endTime ?? 0) - (b.stage.endTime ?? 0));
}

const unexplained = (stage: Stage): FailureFacts => ({
  stage,
  task: stage.tasks.find((task) => task.status === 'TERMINAL')?.name ?? null,
  code: null,
  message: textOf(stage.context.failureMessage) ?? `${stage.name} failed without saying why.`,
  advice: null,
  requestId: null,
  details: {},
});

/** Who or what started a run: "ana@example.com", "webhook payments-release", "pipeline Deploy to prod". */
export function starterOf(execution: Pick<Execution, 'trigger' | 'authentication'>): string {
  const { type, source, user, parentPipelineName } = execution.trigger;
  if (type === 'pipeline') return textOf(parentPipelineName) ? `pipeline ${parentPipelineName}` : 'another pipeline';
  if (type === 'manual' || type === undefined) return textOf(user) ?? execution.authentication?.user ?? 'someone';
  return `${String(type)} ${textOf(source) ?? ''}`.trim();
}

/** Where the run is that started this one; null when something else did. */
export function parentRun(execution: Pick<Execution, 'trigger'>): { app: string; id: string } | null {
  const { type, parentPipelineId, parentPipelineApplication } = execution.trigger;
  const id = textOf(parentPipelineId);
  const app = textOf(parentPipelineApplication);
  return type === 'pipeline' && id && app ? { app, id } : null;
}

/** Short name of a run, unique enough on one screen: the end of its id. */
export const shortId = (id: string): string => id.slice(-6).toLowerCase();

/** Parameters worth showing in one line, first three. */
export function parameterLine(execution: Pick<Execution, 'trigger'>): string {
  const parameters = execution.trigger.parameters;
  if (!isJsonObject(parameters)) return '';
  return Object.entries(parameters)
    .filter(([, value]) => value !== '' && value !== null && typeof value !== 'object')
    .slice(0, 3)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(' · ');
}

/** A freeze or a traffic guard that somebody went on against. */
export interface OverrideFact {
  readonly what: 'freeze' | 'traffic guard';
  readonly user: string;
  readonly reason: string;
  /** Epoch ms; null where only the run's own times tell. */
  readonly at: number | null;
  /** What the guard said. */
  readonly refusal: string | null;
}

/** Traffic guards that a stage went on against. */
export function guardsOverridden(stage: Pick<Stage, 'context'>): OverrideFact[] {
  const list = stage.context.overriddenTrafficGuards;
  return (Array.isArray(list) ? list.filter(isJsonObject) : []).map(({ user, reason, at, refusal }) => ({
    what: 'traffic guard',
    user: textOf(user) ?? 'somebody',
    reason: textOf(reason) ?? 'no reason given',
    at: typeof at === 'number' ? at : null,
    refusal: textOf(refusal),
  }));
}

/** Everything that was overridden for a run, each guard once however many stages ran into it. */
export function overridesOf(execution: Pick<Execution, 'trigger' | 'authentication' | 'stages'>): OverrideFact[] {
  const reason = textOf(execution.trigger.overrideFreeze);
  const user = execution.authentication?.user ?? 'somebody';
  const freeze: OverrideFact[] = reason ? [{ what: 'freeze', user, reason, at: null, refusal: null }] : [];
  const guards = execution.stages.flatMap(guardsOverridden);
  const first = new Map(guards.map((one) => [`${one.refusal} ${one.user}`, one] as const).reverse());
  return [...freeze, ...[...first.values()].reverse()];
}

/** "Traffic guard overridden by ana: the region burns". */
export const overrideText = ({ what, user, reason }: OverrideFact): string =>
  `${what[0]?.toUpperCase()}${what.slice(1)} overridden by ${user}: ${reason}`;
