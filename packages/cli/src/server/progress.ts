import { type Execution, isComplete, isFailure, type Stage } from '@gennaker/pipeline-dsl';
import { paintStatus } from '../commands/simulation-text.ts';
import { formatDuration } from '../output/durations.ts';
import { failureSentence } from '../output/failure-sentence.ts';
import { table } from '../output/table.ts';
import type { Paint, Terminal } from '../output/terminal.ts';

/** Shows an execution as it goes on. */
export interface Progress {
  show(execution: Execution): void;
  /** The last word, once it has ended. */
  end(execution: Execution): void;
}

/** A drawn table for people, a line for each change for everything else. */
export const createProgress = (terminal: Terminal): Progress =>
  terminal.isLive ? liveProgress(terminal) : lineProgress(terminal);

function lineProgress(terminal: Terminal): Progress {
  const told = new Map<string, string>();
  const tell = (key: string, state: string, line: string): void => {
    if (told.get(key) === state) return;
    told.set(key, state);
    terminal.out(`${line}\n`);
  };
  return {
    show(execution) {
      const { wait, status } = execution;
      const waiting = !isComplete(status) && wait ? `: waiting for ${wait.reason}` : '';
      if (!isComplete(status))
        tell(
          '',
          `${status}${waiting}`,
          `${time(execution, execution.startTime)}  ${execution.name}  ${status}${waiting}`,
        );
      for (const stage of execution.stages) {
        if (stage.status === 'NOT_STARTED') continue;
        const note = noteOf(stage);
        const key = `${stage.id}/${stage.attempt}`;
        // Between two waits there is nothing to tell.
        if (stage.status === 'RUNNING' && note === '' && told.has(key)) continue;
        const at = isComplete(stage.status) ? stage.endTime : (stage.wait?.since ?? stage.startTime);
        const state = `${stage.status}${note === '' ? '' : `: ${note}`}`;
        tell(key, state, `${time(execution, at)}  ${nameOf(stage, execution)}  ${state}`);
      }
    },
    end(execution) {
      this.show(execution);
      terminal.out(lastWord(execution, terminal.paint));
    },
  };
}

const nameOf = (stage: Stage, execution: Execution): string => {
  const parent = execution.stages.find(({ id }) => id === stage.parentStageId);
  return parent ? `${nameOf(parent, execution)} / ${stage.name}` : stage.name;
};

const time = ({ startTime, buildTime }: Execution, at: number | null): string =>
  `+${formatDuration(Math.max(0, (at ?? buildTime) - (startTime ?? buildTime)))}`.padStart(8);

/** Why it failed, or what it waits for. */
function noteOf(stage: Stage): string {
  const failure = isFailure(stage.status) ? failureSentence(stage.context) : null;
  if (failure !== null) return failure;
  if (stage.status === 'SKIPPED' && typeof stage.context['skippedBecause'] === 'string')
    return stage.context['skippedBecause'];
  return stage.status === 'RUNNING' && stage.wait ? `waiting for ${stage.wait.reason}` : '';
}

const lastWord = (execution: Execution, paint: Paint): string => {
  const { status, startTime, buildTime, endTime, cancellationReason } = execution;
  const took = formatDuration((endTime ?? buildTime) - (startTime ?? buildTime));
  const why = cancellationReason === null ? '' : `: ${cancellationReason}`;
  return `${paint.bold(execution.name)} ended ${paintStatus(status, paint)} after ${took}${why}\n`;
};

function liveProgress(terminal: Terminal): Progress {
  let drawn = 0;
  let latest: Execution | null = null;
  const draw = (): void => {
    if (!latest) return;
    const lines = liveLines(latest, terminal);
    const up = drawn === 0 ? '' : `\u001b[${drawn}A`;
    terminal.out(`${up}\u001b[J${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  const ticking = setInterval(draw, 1_000);
  ticking.unref();
  return {
    show(execution) {
      latest = execution;
      draw();
    },
    end(execution) {
      clearInterval(ticking);
      latest = execution;
      draw();
      terminal.out(lastWord(execution, terminal.paint));
    },
  };
}

const SIGNS: Partial<Record<Stage['status'], string>> = {
  NOT_STARTED: '·',
  RUNNING: '▸',
  SUCCEEDED: '✓',
  SKIPPED: '-',
  TERMINAL: '✗',
};

function liveLines(execution: Execution, terminal: Terminal): string[] {
  const { paint } = terminal;
  const children = (parentStageId: string | null): readonly Stage[] =>
    execution.stages.filter((stage) => stage.parentStageId === parentStageId);
  const rows = (stage: Stage, depth: number): string[][] => [
    [
      `${'  '.repeat(depth)}${SIGNS[stage.status] ?? '!'} ${stage.name}`,
      paintStatus(stage.status, paint),
      stage.startTime === null ? '' : formatDuration((stage.endTime ?? terminal.now()) - stage.startTime),
      paint.dim(noteOf(stage)),
    ],
    ...(stage.status === 'SUCCEEDED' ? [] : children(stage.id).flatMap((child) => rows(child, depth + 1))),
  ];
  const waiting = !isComplete(execution.status) && execution.wait ? `, waiting for ${execution.wait.reason}` : '';
  const head = `${paint.bold(execution.name)} of ${execution.application}: ${paintStatus(execution.status, paint)}${waiting}`;
  const body = table(
    children(null).flatMap((stage) => rows(stage, 0)),
    '  ',
  ).split('\n');
  return [head, ...body].map((line) => clip(line, terminal.width - 1));
}

/** Cut to the width of the screen, colour sequences not counted: a line that wraps could not be drawn over. */
function clip(line: string, width: number): string {
  let shown = 0;
  let at = 0;
  while (at < line.length) {
    const sequence = line.charCodeAt(at) === 27 ? /^.\[\d+m/.exec(line.slice(at, at + 8))?.[0] : undefined;
    if (sequence) {
      at += sequence.length;
      continue;
    }
    if (shown === width) return `${line.slice(0, at)}\u001b[0m`;
    shown += 1;
    at += 1;
  }
  return line;
}
