import { type Execution, isComplete, type Stage, type Wait } from '@gennaker/pipeline-dsl';
import {
  type FailureFacts,
  failuresOf,
  shortId,
  shownWait,
  topOf,
  topStages,
  waitingForPeople,
  withDescendants,
} from './facts.ts';

/** One sentence with the moment since when, where there is one. `deadline` is the end of a wait, epoch ms. */
export interface Sentence {
  readonly text: string;
  readonly since: number | null;
  readonly deadline: number | null;
  /** The run that is waited for. */
  readonly run?: { readonly app: string; readonly id: string };
  /** What the deadline does. */
  readonly atDeadline?: 'ends' | 'times out';
}

const say = (text: string, since: number | null = null, deadline: number | null = null): Sentence => ({
  text,
  since,
  deadline,
});

/** Ids of runs as the screens name them. */
const withShortIds = (text: string): string =>
  text.replaceAll(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, (id) => `#${shortId(id)}`);

const waitText = (wait: Wait): string => {
  if (wait.kind === 'queue') return `Queued: waiting for ${withShortIds(wait.reason)}`;
  if (wait.kind === 'retry') return `Trying again soon: ${wait.reason}`;
  return `Waiting for ${wait.kind === 'lease' ? withShortIds(wait.reason) : wait.reason}`;
};

/** A task's name in words: "waitForUpInstances" reads "Wait for up instances". */
export const taskWords = (name: string): string => {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Waits whose end is what is waited for; the others fail when their time is up. */
const ENDS_BY_ITSELF: ReadonlySet<Wait['kind']> = new Set(['time', 'window', 'queue', 'retry', 'freeze']);

/** What a wait says about itself. */
export const waitSentence = (wait: Wait): Sentence => ({
  ...say(waitText(wait), wait.since, wait.until ?? null),
  ...(wait.holder ? { run: { id: wait.holder.executionId, app: wait.holder.application } } : {}),
  atDeadline: ENDS_BY_ITSELF.has(wait.kind) ? 'ends' : 'times out',
});

/** What a stage waits for; a pause that a part of it makes is told by that part's name, which says what it is for. */
function stageWait(stages: readonly Stage[], stage: Stage): Sentence | null {
  const wait = shownWait(stages, stage);
  if (!wait) return null;
  const part = withDescendants(stages, stage).find((one) => one.wait === wait);
  const sentence = waitSentence(wait);
  return wait.kind === 'time' && part && part.parentStageId !== null
    ? { ...sentence, text: `${part.name}: waiting for ${wait.reason}` }
    : sentence;
}

/** What a stage is doing or why it ended, in one sentence. */
export function stageSentence(stages: readonly Stage[], stage: Stage): Sentence {
  const wait = stageWait(stages, stage);
  if (wait && !isComplete(stage.status)) return wait;
  const running = stage.tasks.find((task) => task.status === 'RUNNING');
  if (stage.status === 'RUNNING')
    return say(running ? `Working: ${taskWords(running.name).toLowerCase()}` : 'Working', stage.startTime);
  if (stage.status === 'NOT_STARTED') return say(notStarted(stages, stage));
  if (stage.status === 'SKIPPED') return say('Skipped: its condition was false, or someone skipped it');
  if (stage.status === 'CANCELED') return say('Canceled before it ended');
  if (stage.status === 'PAUSED') return say('Paused');
  const failure = failuresOf({
    stages: [stage, ...stages.filter((one) => one.parentStageId === stage.id)],
  } as Execution)[0];
  if (failure && failure.stage.id !== stage.id) return say(`Its part “${failure.stage.name}” failed`);
  return say(failure?.message ?? '');
}

function notStarted(stages: readonly Stage[], stage: Stage): string {
  const open = stages.filter((one) => stage.requisiteStageRefIds.includes(one.refId) && !isComplete(one.status));
  const moving = stages.some((one) => one.status === 'RUNNING' || one.status === 'PAUSED');
  if (open.length === 0 || !moving) return 'Not run';
  return `Waiting for ${open.map((one) => one.name).join(', ')} to end`;
}

function runningSentence(execution: Execution): Sentence {
  const person = waitingForPeople(execution)[0];
  if (person?.wait) {
    const sentence = waitSentence(person.wait);
    return { ...sentence, text: `${sentence.text} on “${person.name}”` };
  }
  const running = topStages(execution.stages).filter((stage) => stage.status === 'RUNNING');
  const waits = running.flatMap((stage) => stageWait(execution.stages, stage) ?? []);
  if (waits[0]) return waits[0];
  if (running.length === 0) return say('Starting', execution.startTime);
  return say(`Running ${running.map((stage) => stage.name).join(' and ')}`, running[0]?.startTime ?? null);
}

function canceledSentence(execution: Execution): Sentence {
  const by = execution.supersededBy ? 'a newer run took its place' : (execution.canceledBy ?? 'someone');
  const why = execution.cancellationReason ? `: ${execution.cancellationReason}` : '';
  return say(execution.supersededBy ? `Canceled: ${by}` : `Canceled by ${by}${why}`, execution.endTime);
}

function doneText(execution: Execution): string {
  const top = topStages(execution.stages);
  const count = (status: Stage['status']) => top.filter((stage) => stage.status === status).length;
  const notes = [
    [count('SKIPPED'), 'skipped'],
    [count('FAILED_CONTINUE'), 'failed and ignored'],
    [count('STOPPED'), 'stopped'],
  ].flatMap(([n, word]) => (n ? [`${n} ${word}`] : []));
  const stages = `${top.length} ${top.length === 1 ? 'stage' : 'stages'}`;
  return `Done: ${[stages, ...notes].join(', ')}`;
}

/** Where it failed, with the authored stage when a part of it did, and why. */
function failedText(execution: Execution, { stage, message }: FailureFacts): string {
  const top = topOf(execution.stages, stage);
  const where = top.id === stage.id ? `“${stage.name}”` : `“${stage.name}” of “${top.name}”`;
  return `Failed at ${where}: ${message}`;
}

/** What a run waits for or why it ended, in one sentence. */
export function executionSentence(execution: Execution): Sentence {
  switch (execution.status) {
    case 'NOT_STARTED':
    case 'BUFFERED':
      return execution.wait ? waitSentence(execution.wait) : say('Waiting to start', execution.buildTime);
    case 'RUNNING':
      return execution.canceled
        ? say(`Canceling: ${execution.cancellationReason ?? 'no reason given'}`)
        : runningSentence(execution);
    case 'PAUSED':
      return say(`Paused by ${execution.paused?.pausedBy ?? 'someone'}`, execution.paused?.pauseTime ?? null);
    case 'CANCELED':
      return canceledSentence(execution);
    case 'TERMINAL': {
      const failure = failuresOf(execution)[0];
      return say(failure ? failedText(execution, failure) : 'Failed', execution.endTime);
    }
    case 'SUCCEEDED':
      return say(doneText(execution), execution.endTime);
    default:
      return say('', null);
  }
}
