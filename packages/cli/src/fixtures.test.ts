import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { isComplete, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { isTemplateInstance } from '@gennaker/pipeline-dsl/templates';
import { describe, expect, it } from 'vitest';
import { loadPipeline, loadRunnable } from './documents/load-pipeline.ts';
import { readObject } from './documents/read-document.ts';
import { plainPaint, type Terminal } from './output/terminal.ts';
import { allStages, checkExpectations, withAsserted } from './simulation/expectations.ts';
import { parseScript, type Script } from './simulation/script.ts';
import { simulate } from './simulation/simulate.ts';

const root = join(import.meta.dirname, '../../..');
const scriptFolder = 'packages/catalog/fixtures/scripts';
const template = join(root, 'packages/catalog/fixtures/templates/tenant-rollout.json');
const files = ['examples/pipelines', 'packages/catalog/fixtures/pipelines'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => /\.(json|ya?ml)$/.test(name))
    .map((name) => `${folder}/${name}`),
);
const nameOf = (file: string): string => basename(file, extname(file));
/** Scripts that bring what a pipeline needs, by the name of its file. */
const scripts = new Map(readdirSync(join(root, scriptFolder)).map((name) => [nameOf(name), `${scriptFolder}/${name}`]));
const terminal: Terminal = {
  out: () => undefined,
  err: () => undefined,
  isLive: false,
  width: 100,
  paint: plainPaint,
  env: {},
  folder: root,
  now: () => 0,
};

/** Failures that are defects of the engine or of a stage type, never of a pipeline. */
const DEFECTS = /^engine\.(task-crashed|planning-failed|unknown-stage-type)$/;

/** A value for each parameter that has to be given. */
function parametersFor(pipeline: JsonObject): JsonObject {
  const configured = Array.isArray(pipeline['parameterConfig']) ? pipeline['parameterConfig'].filter(isJsonObject) : [];
  const needed = configured.filter(
    ({ required, default: fallback }) =>
      required === true && (fallback === undefined || fallback === null || fallback === ''),
  );
  return Object.fromEntries(needed.map((parameter) => [String(parameter['name']), valueFor(parameter)]));
}

function valueFor({ options, constraint }: JsonObject): unknown {
  const [first] = Array.isArray(options) ? options.filter(isJsonObject) : [];
  return first?.['value'] ?? (constraint === 'date' ? '2026-01-05' : '1.2.3');
}

function scriptFor(file: string, pipeline: JsonObject): Script {
  const path = scripts.get(nameOf(file));
  const { parameters, ...script } = path === undefined ? {} : readObject(path, 'script', terminal);
  const given = isJsonObject(parameters) ? parameters : {};
  return parseScript({ ...script, parameters: { ...parametersFor(pipeline), ...given } }, path ?? 'no script');
}

let stages = 0;

describe('every pipeline of the repository is simulated to its end', () => {
  it.each(files)('%s', async (file) => {
    const isInstance = isTemplateInstance(await loadPipeline(file, terminal));
    const pipeline = await loadRunnable(file, isInstance ? template : undefined, terminal);
    const script = scriptFor(file, pipeline);
    const simulation = await simulate(pipeline, script);
    const played = allStages(simulation.stages);
    expect(isComplete(simulation.status), `it ended ${simulation.status}: ${simulation.warnings.join(' ')}`).toBe(true);
    expect(simulation.error).toBeNull();
    expect(played.filter(({ status }) => status === 'RUNNING').map(({ name, note }) => `${name}: ${note}`)).toEqual([]);
    const defects = played.filter(({ errorCode }) => DEFECTS.test(errorCode ?? ''));
    expect(defects.map(({ name, error }) => `${name}: ${error}`)).toEqual([]);
    const failed = played.filter(({ status }) => status === 'TERMINAL' || status === 'STOPPED');
    expect(
      failed.filter(({ error, children }) => error === null && children.length === 0).map(({ name }) => name),
    ).toEqual([]);
    const unmet = checkExpectations(simulation, withAsserted(script.expect, [])).filter(({ met }) => !met);
    const why = played.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]));
    expect(
      unmet.map(({ text }) => text),
      why.join('\n'),
    ).toEqual([]);
    expect(simulation.warnings.filter((warning) => warning.startsWith('The script '))).toEqual([]);
    stages += played.length;
  });

  it('none is left out', () => {
    expect(files.length).toBeGreaterThanOrEqual(66);
    expect(stages).toBeGreaterThan(350);
  });

  it('every script has a pipeline', () => {
    const names = files.map(nameOf);
    expect([...scripts.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });
});
