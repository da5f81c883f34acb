import type { Status } from '@gennaker/pipeline-dsl';
import { formatDuration } from '../output/durations.ts';
import { type Row, table } from '../output/table.ts';
import type { Paint } from '../output/terminal.ts';
import type { SimulatedStage, Simulation } from '../simulation/read-simulation.ts';
import type { RecordedCall } from '../simulation/recorded-call.ts';

export type ShownCalls = 'none' | 'changes' | 'all';

interface How {
  readonly paint: Paint;
  readonly calls: ShownCalls;
}

/** A simulation as people read it: a row for each stage, what it planned below it, and why what failed has failed. */
export function simulationText(simulation: Simulation, how: How): string {
  const { paint } = how;
  const { application, pipeline, status, durationMs, error, stages, warnings } = simulation;
  const rows = stages.flatMap((stage) => stageRows(stage, how, 0));
  return [
    `${paint.bold(pipeline)} of ${application}: ${paintStatus(status, paint)} after ${formatDuration(durationMs)}`,
    ...(error === null ? [] : [paint.red(error)]),
    '',
    ...(rows.length === 0 ? ['  no stages'] : [table(rows, '  ')]),
    '',
    ...standInLegend(stages),
    ...warnings.map((warning) => `${paint.yellow('warning')}  ${warning}`),
    '',
  ]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

function stageRows(stage: SimulatedStage, how: How, depth: number): Row[] {
  const { paint } = how;
  const name = `${'  '.repeat(depth)}${depth > 0 ? '└ ' : ''}${stage.name}${mark(stage)}`;
  const row = [stage.refId, name, stage.type, paintStatus(stage.status, paint), times(stage), sentence(stage, paint)];
  const calls = shownCalls(stage.calls, how.calls).map((text) => `${'  '.repeat(depth + 4)}${paint.dim(`· ${text}`)}`);
  return [row, ...calls, ...stage.children.flatMap((child) => stageRows(child, how, depth + 1))];
}

const mark = ({ playedBy }: SimulatedStage): string =>
  playedBy === 'own code' ? '' : playedBy === 'script' ? ' (scripted)' : ' *';

/** Which types were played by a stand-in, and why. */
export function standInLegend(stages: readonly SimulatedStage[]): string[] {
  const whys = new Map(
    flat(stages).flatMap(({ type, whyStandIn }) => (whyStandIn === null ? [] : [[type, whyStandIn]])),
  );
  if (whys.size === 0) return [];
  return [
    '* A stand-in played it, because this version does not carry it out:',
    ...[...whys].map(([type, why]) => `    ${type}: ${why}`),
    '',
  ];
}

const flat = (stages: readonly SimulatedStage[]): SimulatedStage[] =>
  stages.flatMap((stage) => [stage, ...flat(stage.children)]);

function times({ startMs, endMs }: SimulatedStage): string {
  if (startMs === null) return '';
  return `+${formatDuration(startMs)}${endMs === null ? '' : ` for ${formatDuration(endMs - startMs)}`}`;
}

function sentence(stage: SimulatedStage, paint: Paint): string {
  if (stage.error !== null) return paint.red(stage.error);
  return stage.note === null ? '' : paint.dim(stage.note);
}

/** Calls of a stage as lines; the same call again and again is one line with a count. */
export function shownCalls(calls: readonly RecordedCall[], which: ShownCalls): string[] {
  const shown = which === 'none' ? [] : calls.filter(({ effect }) => which === 'all' || effect === 'change');
  const counts = new Map<string, number>();
  for (const call of shown) {
    const text = `${call.effect === 'read' ? 'read: ' : ''}${call.text}${call.error === undefined ? '' : ` failed: ${call.error}`}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`));
}

const COLOURS: Partial<Record<Status, keyof Paint>> = {
  SUCCEEDED: 'green',
  TERMINAL: 'red',
  STOPPED: 'yellow',
  FAILED_CONTINUE: 'yellow',
  CANCELED: 'yellow',
  RUNNING: 'cyan',
  SKIPPED: 'dim',
  NOT_STARTED: 'dim',
};

export const paintStatus = (status: Status, paint: Paint): string => paint[COLOURS[status] ?? 'bold'](status);
