import { isJsonObject, isStatus } from '@gennaker/pipeline-dsl';
import { usage } from '../problem.ts';
import type { SimulatedStage, Simulation } from './read-simulation.ts';
import { type Expectations, expectSchema } from './script.ts';

/** An expectation and whether the simulation met it. */
export interface Checked {
  readonly met: boolean;
  /** What was expected, and what came instead. */
  readonly text: string;
}

/** Every stage, those it planned after it. */
export const allStages = (stages: readonly SimulatedStage[]): SimulatedStage[] =>
  stages.flatMap((stage) => [stage, ...allStages(stage.children)]);

/** Compares a simulation with what was expected of it. Nothing expected of the status means SUCCEEDED. */
export function checkExpectations(simulation: Simulation, expected: Expectations): readonly Checked[] {
  const status = expected.status ?? 'SUCCEEDED';
  return [
    compare('the execution ends', status, simulation.status),
    ...Object.entries(expected.stages).map(([name, wanted]) =>
      compare(`"${name}" ends`, wanted, findStage(simulation, name)?.status ?? 'no such stage'),
    ),
    ...Object.entries(expected.outputs).flatMap(([name, outputs]) => checkOutputs(simulation, name, outputs)),
    ...checkCalls(simulation, expected.calls),
    ...expected.noCalls.map((pattern) => {
      const made = changesOf(simulation).find((text) => matches(text, pattern));
      return {
        met: made === undefined,
        text: `no call "${pattern}"${made === undefined ? '' : `, but there was: ${made}`}`,
      };
    }),
  ];
}

const compare = (what: string, wanted: string, actual: string): Checked => ({
  met: wanted === actual,
  text: wanted === actual ? `${what} ${wanted}` : `${what} ${wanted}, but it is ${actual}`,
});

const findStage = (simulation: Simulation, name: string): SimulatedStage | undefined => {
  const stages = allStages(simulation.stages);
  return stages.find((stage) => stage.name === name) ?? stages.find((stage) => stage.refId === name);
};

const changesOf = ({ calls }: Simulation): string[] =>
  calls.filter(({ effect }) => effect === 'change').map(({ text }) => text);

function checkCalls(simulation: Simulation, wanted: readonly string[]): Checked[] {
  const made = changesOf(simulation);
  let from = 0;
  return wanted.map((pattern) => {
    const at = made.findIndex((text, index) => index >= from && matches(text, pattern));
    if (at >= 0) {
      from = at + 1;
      return { met: true, text: `call "${pattern}"` };
    }
    const earlier = made.some((text) => matches(text, pattern));
    return {
      met: false,
      text: `call "${pattern}", but ${earlier ? 'it was made earlier than that' : 'it was not made'}`,
    };
  });
}

/** A pattern is found anywhere in the text; `*` in it stands for anything. */
function matches(text: string, pattern: string): boolean {
  let from = 0;
  for (const part of pattern.split('*')) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

function checkOutputs(simulation: Simulation, name: string, wanted: Record<string, unknown>): Checked[] {
  const stage = findStage(simulation, name);
  return Object.entries(wanted).map(([key, value]) => {
    const actual = stage?.outputs[key];
    const met = covers(actual, value);
    const instead = met ? '' : `, but it is ${JSON.stringify(actual) ?? 'absent'}`;
    return { met, text: `"${name}" publishes ${key} = ${JSON.stringify(value)}${instead}` };
  });
}

function covers(actual: unknown, wanted: unknown): boolean {
  if (isJsonObject(wanted))
    return isJsonObject(actual) && Object.entries(wanted).every(([key, value]) => covers(actual[key], value));
  return JSON.stringify(actual) === JSON.stringify(wanted);
}

/** What `--assert` says, added to what the script expects. */
export function withAsserted(expected: Expectations | undefined, asserted: readonly string[]): Expectations {
  const all = expectSchema.parse(expected ?? {});
  let whole = all;
  for (const text of asserted) whole = add(whole, text);
  return whole;
}

function add(expected: Expectations, text: string): Expectations {
  const stage = /^stage:(.+)=([A-Z_]+)$/.exec(text);
  if (stage?.[1] && stage[2] && isStatus(stage[2]))
    return { ...expected, stages: { ...expected.stages, [stage[1]]: stage[2] } };
  const [key, ...rest] = text.split('=');
  const value = rest.join('=');
  if (key === 'status' && isStatus(value)) return { ...expected, status: value };
  if (key === 'call' && value !== '') return { ...expected, calls: [...expected.calls, value] };
  if (key === 'no-call' && value !== '') return { ...expected, noCalls: [...expected.noCalls, value] };
  throw usage(
    `--assert does not understand "${text}".`,
    'Write status=SUCCEEDED, stage:Deploy=TERMINAL, call=create*web or no-call=destroy.',
  );
}
