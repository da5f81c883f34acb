import { type Execution, isJsonObject, type JsonObject, type Stage, type Status } from '@gennaker/pipeline-dsl';
import { failureSentence } from '../output/failure-sentence.ts';
import { whyStrategyNotRun } from './kept-strategies.ts';
import type { RecordedCall } from './recorded-call.ts';
import { outcomeOf, type Script, stageScript } from './script.ts';
import { whyNotRun } from './scripted-stages.ts';

/** How a stage came to what it came to: on its own code, by the script's word, or by a stand-in. */
export type PlayedBy = 'own code' | 'script' | 'stand-in';

/** A stage of a simulated execution. Times are ms since the start of the execution. */
export interface SimulatedStage {
  readonly id: string;
  readonly refId: string;
  readonly name: string;
  readonly type: string;
  readonly status: Status;
  readonly playedBy: PlayedBy;
  readonly requires: readonly string[];
  readonly planned: 'before' | 'after' | null;
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** Why it failed. */
  readonly error: string | null;
  readonly errorCode: string | null;
  /** Why it was skipped, or what it waited for when the simulation ended. */
  readonly note: string | null;
  /** Why a stand-in played it; null where none did. */
  readonly whyStandIn: string | null;
  readonly outputs: JsonObject;
  readonly calls: readonly RecordedCall[];
  /** Stages it planned, in their order. */
  readonly children: readonly SimulatedStage[];
}

export interface Simulation {
  readonly application: string;
  readonly pipeline: string;
  readonly status: Status;
  readonly durationMs: number;
  readonly error: string | null;
  readonly parameters: JsonObject;
  /** Top-level stages, each after those it requires. */
  readonly stages: readonly SimulatedStage[];
  /** Every call, in the order made. */
  readonly calls: readonly RecordedCall[];
  /** What of the script or the run deserves a look. */
  readonly warnings: readonly string[];
}

interface Played {
  readonly script: Script;
  readonly calls: readonly RecordedCall[];
  readonly warnings: readonly string[];
}

/** What drawing a stage needs of the others. */
interface Drawing {
  readonly script: Script;
  /** Start of the execution, epoch ms. */
  readonly from: number;
  readonly childrenOf: ReadonlyMap<string, readonly Stage[]>;
  readonly callsOf: ReadonlyMap<string, readonly RecordedCall[]>;
}

/** The simulation as data, from the execution the engine left. */
export function readSimulation(execution: Execution, played: Played): Simulation {
  const { trigger, startTime, buildTime, endTime } = execution;
  const ends = execution.stages.flatMap((stage) => (stage.endTime === null ? [] : [stage.endTime]));
  const from = startTime ?? buildTime;
  const childrenOf = groupBy(execution.stages, (stage) => stage.parentStageId ?? TOP);
  const callsOf = groupBy(played.calls, (call) => call.stageId);
  const drawing: Drawing = { script: played.script, from, childrenOf, callsOf };
  return {
    application: execution.application,
    pipeline: execution.name,
    status: execution.status,
    durationMs: Math.max(0, (endTime ?? Math.max(from, ...ends)) - from),
    error: execution.cancellationReason,
    parameters: isJsonObject(trigger['parameters']) ? trigger['parameters'] : {},
    stages: inOrder(childrenOf.get(TOP) ?? []).map((stage) => draw(stage, drawing)),
    calls: played.calls,
    warnings: [...played.warnings, ...unusedScripts(execution, played.script)],
  };
}

/** Key of the stages that no other has planned. */
const TOP = '';

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function draw(stage: Stage, drawing: Drawing): SimulatedStage {
  const { script, from, childrenOf, callsOf } = drawing;
  const failure = failureOf(stage);
  return {
    id: stage.id,
    refId: stage.refId,
    name: stage.name,
    type: stage.type,
    status: stage.status,
    playedBy: playedBy(stage, script),
    requires: stage.requisiteStageRefIds,
    planned:
      stage.syntheticStageOwner === null ? null : stage.syntheticStageOwner === 'STAGE_BEFORE' ? 'before' : 'after',
    startMs: stage.startTime === null ? null : stage.startTime - from,
    endMs: stage.endTime === null ? null : stage.endTime - from,
    error: failure.message,
    errorCode: failure.code,
    note: noteOf(stage),
    whyStandIn: whyNotRun(stage) ?? whyStrategyNotRun(stage.context),
    outputs: stage.outputs,
    calls: callsOf.get(stage.id) ?? [],
    children: (childrenOf.get(stage.id) ?? []).map((child) => draw(child, drawing)),
  };
}

function playedBy(stage: Stage, script: Script): PlayedBy {
  if (whyNotRun(stage) !== null || whyStrategyNotRun(stage.context) !== null) return 'stand-in';
  return outcomeOf(stageScript(script, stage)) === undefined ? 'own code' : 'script';
}

function failureOf({ context, status }: Stage): { message: string | null; code: string | null } {
  const { exception } = context;
  if (!isJsonObject(exception) || status === 'SUCCEEDED') return { message: null, code: null };
  return { message: failureSentence(context), code: String(exception['exceptionType'] ?? '') || null };
}

function noteOf(stage: Stage): string | null {
  if (stage.status === 'SKIPPED' && typeof stage.context['skippedBecause'] === 'string')
    return stage.context['skippedBecause'];
  if (stage.status === 'RUNNING' && stage.wait) return `waiting for ${stage.wait.reason}`;
  return null;
}

/** Each after those it requires; otherwise as written. Stages on a cycle come last. */
function inOrder(stages: readonly Stage[]): readonly Stage[] {
  const placed = new Map<string, Stage>();
  const left = [...stages];
  const isFree = (stage: Stage): boolean => stage.requisiteStageRefIds.every((refId) => placed.has(refId));
  for (let at = left.findIndex(isFree); at >= 0; at = left.findIndex(isFree)) {
    const [next] = left.splice(at, 1);
    placed.set(next!.refId, next!);
  }
  return [...placed.values(), ...left];
}

function unusedScripts({ stages }: Execution, script: Script): string[] {
  const known = new Set(stages.flatMap((stage) => [stage.name, stage.refId]));
  const named = [...Object.keys(script.stages), ...script.failures.flatMap(({ stage }) => stage ?? [])];
  return named
    .filter((name) => !known.has(name))
    .map((name) => `The script speaks of a stage "${name}", which this execution did not have.`);
}
