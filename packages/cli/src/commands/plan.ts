import type { Command, Given } from '../command.ts';
import { formatDuration } from '../output/durations.ts';
import type { Paint, Terminal } from '../output/terminal.ts';
import { EXIT } from '../problem.ts';
import { allStages } from '../simulation/expectations.ts';
import type { SimulatedStage, Simulation } from '../simulation/read-simulation.ts';
import { simulate } from '../simulation/simulate.ts';
import { simulationInput, simulationOptions } from './simulation-input.ts';
import { type ShownCalls, shownCalls, standInLegend } from './simulation-text.ts';

const about = `Shows what an execution would consist of: every stage in the order it would run, those that stages plan for themselves
included, with the calls each would make to the cloud and to other services. The pipeline is played on the real engine
against a cloud in memory in which everything goes well; --script sets that cloud up as yours is. Nothing is started
and nothing is asked of any server.`;

export const planCommand: Command = {
  name: 'plan',
  summary: 'Show the stages of an execution and the calls each would make',
  words: '<file>',
  wordCount: { min: 1, max: 1 },
  about,
  examples: [
    ['gennaker plan deploy.json -p version=2.0.0', 'stages, and the changes each makes'],
    ['gennaker plan deploy.json --reads', 'calls that only read too'],
    ['gennaker plan deploy.json --trigger push.json --json', 'as data, for a given trigger'],
  ],
  options: {
    ...simulationOptions,
    reads: { help: 'Show calls that only read too' },
    json: { help: 'Print the plan as JSON' },
  },
  run: runPlan,
};

async function runPlan(given: Given, terminal: Terminal): Promise<number> {
  const { pipeline, script } = await simulationInput(given, terminal);
  const simulation = await simulate(pipeline, script);
  const neverStarted =
    simulation.stages.length > 0 && allStages(simulation.stages).every(({ startMs }) => startMs === null);
  if (given.flag('json')) terminal.out(`${JSON.stringify(planOf(simulation), null, 2)}\n`);
  else terminal.out(planText(simulation, terminal.paint, given.flag('reads') ? 'all' : 'changes'));
  return simulation.error !== null && neverStarted ? EXIT.no : EXIT.ok;
}

interface PlannedStage {
  readonly refId: string;
  readonly name: string;
  readonly type: string;
  readonly requires: readonly string[];
  readonly planned: 'before' | 'after' | null;
  readonly runs: boolean;
  readonly why: string | null;
  /** Why this version does not run it; null when it does. */
  readonly whyStandIn: string | null;
  readonly calls: ReadonlyArray<{ call: string; effect: string; text: string; arguments: readonly unknown[] }>;
  readonly stages: readonly PlannedStage[];
}

/** The plan as data: no times and no results, only what is done in which order. */
function planOf({ application, pipeline, parameters, stages, error, warnings }: Simulation) {
  return { application, pipeline, parameters, problem: error, warnings, stages: stages.map(plannedStage) };
}

function plannedStage(stage: SimulatedStage): PlannedStage {
  const seen = new Set<string>();
  return {
    refId: stage.refId,
    name: stage.name,
    type: stage.type,
    requires: stage.requires,
    planned: stage.planned,
    runs: runs(stage),
    why: stage.note ?? stage.error,
    whyStandIn: stage.whyStandIn,
    calls: stage.calls
      .filter(({ call, text }) => !seen.has(`${call} ${text}`) && seen.add(`${call} ${text}`))
      .map(({ call, effect, text, arguments: given }) => ({ call, effect, text, arguments: given })),
    stages: stage.children.map(plannedStage),
  };
}

const runs = ({ status }: SimulatedStage): boolean => status !== 'NOT_STARTED' && status !== 'SKIPPED';

function planText(simulation: Simulation, paint: Paint, calls: ShownCalls): string {
  const { application, pipeline, stages, error, durationMs, warnings } = simulation;
  const all = allStages(stages);
  const changes = simulation.calls.filter(({ effect }) => effect === 'change').length;
  const planned = all.length - stages.length;
  return [
    `${paint.bold(pipeline)} of ${application}: ${count(stages.length, 'stage')}, ${planned} more planned by them, ${count(changes, 'change')}, about ${formatDuration(durationMs)}`,
    ...parametersOf(simulation, paint),
    ...(error === null ? [] : [paint.red(error)]),
    '',
    ...stages.flatMap((stage) => stageLines(stage, { paint, calls }, 1)),
    '',
    ...standInLegend(stages),
    ...warnings.map((warning) => `${paint.yellow('warning')}  ${warning}`),
  ]
    .join('\n')
    .replace(/\n*$/, '\n');
}

const count = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? '' : 's'}`;

const parametersOf = ({ parameters }: Simulation, paint: Paint): string[] => {
  const pairs = Object.entries(parameters).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return pairs.length === 0 ? [] : [paint.dim(`with ${pairs.join(', ')}`)];
};

function stageLines(stage: SimulatedStage, how: { paint: Paint; calls: ShownCalls }, depth: number): string[] {
  const { paint } = how;
  const indent = '  '.repeat(depth);
  const after = stage.requires.length > 0 && stage.planned === null ? ` after ${stage.requires.join(', ')}` : '';
  const head = `${indent}${paint.dim(stage.refId)} ${runs(stage) ? paint.bold(stage.name) : paint.dim(stage.name)}${stage.playedBy === 'stand-in' ? ' *' : ''} ${paint.dim(`[${stage.type}]${after}`)}`;
  return [
    `${head}${state(stage, paint)}`,
    ...shownCalls(stage.calls, how.calls).map((text) => `${indent}    · ${text}`),
    ...stage.children.flatMap((child) => stageLines(child, how, depth + 1)),
  ];
}

function state(stage: SimulatedStage, paint: Paint): string {
  if (stage.status === 'SKIPPED') return paint.dim(`  skipped${stage.note === null ? '' : `: ${stage.note}`}`);
  if (stage.status === 'NOT_STARTED') return paint.dim('  not reached');
  if (stage.error !== null) return paint.red(`  ${stage.error}`);
  return stage.note === null ? '' : paint.dim(`  ${stage.note}`);
}
